"""Logs that can't carry an estimate are refused, not averaged."""

from __future__ import annotations

import numpy as np
import pytest

from oo.engine.ope.audit import Refused as NotTrusted
from oo.engine.ope.audit import audit, audited, trusted
from oo.engine.ope.log import Log


def log_of(weight: np.ndarray, propensity: float = 0.1) -> Log:
    n = len(weight)
    return Log(np.zeros(n), np.full(n, propensity), weight * propensity, np.arange(n))


def test_a_good_log_passes() -> None:
    found = audit(log_of(np.random.default_rng(1).choice([0.0, 2.0], 4000)))
    assert found.faults == ()
    assert found.effective == pytest.approx(2000, rel=0.05)


def test_a_wrong_propensity_shows_in_the_mean_weight() -> None:
    assert "mean weight" in audit(log_of(np.full(1000, 1.2))).faults[0]
    assert "mean weight" in audit(log_of(np.full(1000, 0.8))).faults[0]


def test_chance_alone_seldom_refuses_a_log() -> None:
    wild = np.random.default_rng(3)
    refused = sum(bool(audited(wild.choice([0.0, 20.0], 4000, p=[0.95, 0.05])).faults) for _ in range(400))
    assert refused / 400 < 0.02


def test_one_decision_may_not_speak_for_all() -> None:
    weight = np.ones(1000)
    weight[7] = 100.0
    with pytest.raises(NotTrusted, match="one decision holds"):
        trusted(log_of(weight, 0.01))


def test_a_log_worth_few_decisions_is_refused() -> None:
    weight = np.zeros(5000)
    weight[:60] = 5000 / 60
    assert "worth 60 decisions" in audited(weight).faults[-1]


def test_a_target_that_never_agrees_has_nothing_to_say() -> None:
    assert audited(np.zeros(100)).faults == ("no decision in the log is one that the target would have made",)
