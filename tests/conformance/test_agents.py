"""Every agent that is found passes the same suite, whoever wrote it, and reads features that there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from oo.contracts.asking import Asked
from oo.contracts.consents import CONSENTS
from oo.contracts.features import Kept
from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Facts, facts_text
from oo.contracts.manifests import AgentManifest
from oo.contracts.serving import Standing
from oo.contracts.sources import Stocked
from oo.contracts.words import LANGUAGES, translator
from oo.kernel.plugins import discover
from oo.ml.features.registry import FEATURES
from oo.ml.serving.asking import answers
from oo.ml.serving.local import Local
from oo.ml.serving.running import run_agent
from oo.modules.recommender.hearing.service import LONGEST
from oo.testing.agents import CHECKS, NOW, ZONE, Case, view, what_it_infers_can_be_read

FOUND = discover("agents", AgentManifest.model_validate)
CASES = [Case(plugin.id, plugin.load(), plugin.manifest) for plugin in FOUND.plugins.values()]

_FIRST, _LAST = datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59)


def test_every_agent_is_whole() -> None:
    assert [broken.reason for broken in FOUND.broken] == []
    assert {"overdue_task", "momentum", "time_of_day", "recent_patterns", "focus_area"} <= set(FOUND.plugins)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_an_agent_declares_is_there(case: Case) -> None:
    assert set(case.manifest.features) <= set(FEATURES)
    assert set(case.manifest.consents) <= set(CONSENTS)
    needed = {FEATURES[name].consent for name in case.manifest.features} - {None}
    assert needed <= set(case.manifest.consents), "it reads features without the consent that they need"


@pytest.mark.anyio
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_the_agent_keeps_the_promise(case: Case, check: object) -> None:
    assert callable(check)
    await check(case)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"says": ""}, "preferred_areas has no `says`"),
        ({"says": "These weeks."}, "preferred_areas has no `says`"),
        ({"says_none": ""}, "preferred_areas has no `says_none`"),
    ],
)
async def test_an_agent_that_infers_what_nobody_can_read_is_refused(change: dict[str, str], wrong: str) -> None:
    case = next(case for case in CASES if case.id == "focus_area")
    areas = case.manifest.parameters["preferred_areas"].model_copy(update=change)
    hidden = case.manifest.model_copy(update={"parameters": {"preferred_areas": areas}})
    with pytest.raises(AssertionError, match=wrong):
        await what_it_infers_can_be_read(replace(case, manifest=hidden))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_it_infers_is_said_in_every_language(case: Case) -> None:
    for one in case.manifest.parameters.values():
        for said in filter(None, (one.says, one.says_one, one.says_none)):
            assert all(translator(code)(said) != said for code in LANGUAGES if code != "en"), said


@pytest.mark.anyio
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_what_it_says_counts_exactly_as_long_as_its_manifest_says(case: Case) -> None:
    seen = view(case.manifest)
    standing = Standing(consents=frozenset[str](CONSENTS))
    heard = await run_agent(case.id, case.manifest, case.agent, seen, standing, case.kit().voice, case.kit().parameters)
    assert heard.until == seen.context.now + timedelta(minutes=case.manifest.ttl_minutes)
    assert heard.until - seen.context.now <= LONGEST, "rounds that are older than that are forgotten"


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_hundred_thousand_tasks_of_absurd_dates_are_no_reason_to_fail() -> None:
    """From kept rows to snippets, as a round does it."""
    dates = [None, date.min, date.max, _FIRST, _LAST, date(2024, 2, 29), NOW.date()]
    facts = tuple(facts_text(Facts(Ref(f"c1:{n}"), "v1", due=dates[n % len(dates)])) for n in range(100_000))
    asked = Asked(
        *(UserId("lena"), NOW, ZONE, time(3), "en"), Standing(frozenset[str](CONSENTS)), Stocked(facts), Kept()
    )
    (heard,) = await answers(Local(FOUND.plugins), [asked])
    assert heard is not None and {one.agent: one.why_not for one in heard} == dict.fromkeys(FOUND.plugins)
    assert "overdue_task" in {one.agent for one in heard if one.said is not None}


def test_a_manifest_with_a_wrong_key_is_refused_with_the_file_the_key_and_those_there_are(tmp_path: Path) -> None:
    good = (FOUND.plugins["habit"].folder / "manifest.toml").read_text(encoding="utf-8")
    for name, text in (("top", f'colour = "red"\n{good}'), ("deep", f"{good}\nminimal = 3\n")):
        (tmp_path / "agents" / name).mkdir(parents=True)
        (tmp_path / "agents" / name / "manifest.toml").write_text(text)
    deep, top = discover("agents", AgentManifest.model_validate, root=tmp_path).broken
    assert top.reason.startswith("agents/top is left out: in its manifest.toml, `colour` is no key; there are: name, ")
    assert "ttl_minutes" in top.reason
    assert "`parameters.slips_after.minimal` is no key; there are: evidence, minimum, default, " in deep.reason
