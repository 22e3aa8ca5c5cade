"""Every declared parameter has a value, whatever the past and whatever the agent does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from oo.contracts.agents import Inferred
from oo.contracts.features import Activity, UserHistory
from oo.contracts.manifests import AgentManifest, Parameter
from oo.ml.serving.inference import run_inference

TODAY = date(2026, 11, 21).toordinal()
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def manifest(default: float = 9.0, minimum: int = 3, evidence: str = "completions") -> AgentManifest:
    hour = Parameter(evidence=evidence, minimum=minimum, default=default)
    return AgentManifest(name="Hour", summary="", version="1.0.0", ttl_minutes=5, parameters={"hour": hour})


def history(completions: int, reactions: int = 0) -> UserHistory:
    done = [Activity(NOW, "completed", TODAY, 10.0)] * completions + [Activity(NOW, "done", TODAY, 10.0)] * reactions
    return UserHistory("u", NOW, "UTC", TODAY, tuple(done))  # type: ignore[arg-type]


def says(value: object, n: int = 3) -> object:
    return lambda _: {"hour": Inferred(value, n, 0.5)}  # type: ignore[arg-type]


def test_below_its_minimum_the_default_counts_and_the_agent_is_not_asked() -> None:
    def never(_: UserHistory) -> Mapping[str, Inferred]:
        raise AssertionError

    found = run_inference(manifest(), never, history(2))["hour"]
    assert (found.value, found.reason, found.n) == (9.0, "too little history", 2)


def test_at_its_minimum_what_the_agent_says_counts() -> None:
    found = run_inference(manifest(), says(14.0), history(3))["hour"]  # type: ignore[arg-type]
    assert found.is_inferred and found.value == 14.0


def test_history_is_counted_in_the_kind_of_evidence_that_the_parameter_uses() -> None:
    of_reactions = manifest(evidence="reactions")
    assert not run_inference(of_reactions, says(14.0), history(50, 2))["hour"].is_inferred  # type: ignore[arg-type]
    assert run_inference(of_reactions, says(14.0), history(0, 3))["hour"].is_inferred  # type: ignore[arg-type]


def test_an_agent_that_fails_gives_defaults_and_no_crash() -> None:
    def broken(_: UserHistory) -> Mapping[str, Inferred]:
        raise ZeroDivisionError

    found = run_inference(manifest(), broken, history(5))["hour"]
    assert (found.value, found.reason) == (9.0, "failed")


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), "nine", ("a",), None, [object()], True])
def test_what_is_no_value_of_the_declared_kind_is_the_default(wrong: object) -> None:
    assert run_inference(manifest(), says(wrong), history(5))["hour"].value == 9.0  # type: ignore[arg-type]


def test_an_agent_that_says_nothing_of_a_parameter_leaves_the_default() -> None:
    assert run_inference(manifest(), lambda _: {}, history(5))["hour"].reason == "says nothing"
