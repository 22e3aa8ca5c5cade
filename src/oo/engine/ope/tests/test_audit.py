"""Logs that can't carry an estimate are refused, not averaged."""

from __future__ import annotations

import numpy as np
import pytest

from oo.engine.ope.audit import Refused as NotTrusted
from oo.engine.ope.audit import audit, audited, by_action, trusted
from oo.engine.ope.log import Log
from oo.testing.heartsteps import SENT, decisions, read


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


@pytest.mark.skipif(decisions() is None, reason="HeartSteps is not here: set OO_SHARED")
def test_a_famous_trial_s_wrong_coin_is_found_and_its_right_one_trusted() -> None:
    path = decisions()
    assert path is not None
    trial = read(path)
    trial = trial.at(trial.available)
    n = len(trial.sent)
    whether = by_action(trial.sent.astype(int), np.tile([1 - SENT, SENT], (n, 1)))
    assert [found.faults for found in whether] == [(), ()]
    kind = np.where(trial.sent == 0, 0, np.where(trial.walk == 1, 1, 2))
    none, walk, sitting = by_action(kind, np.tile([0.4, 0.3, 0.3], (n, 1)))  # as designed
    assert none.faults == ()
    assert (walk.mean_weight, sitting.mean_weight) == pytest.approx((1.108, 0.868), abs=5e-4)
    assert "mean weight" in walk.faults[0] and "mean weight" in sitting.faults[0]


def test_an_action_that_was_impossible_is_left_out_of_its_audit() -> None:
    chance = np.tile([[0.5, 0.5], [1.0, 0.0]], (1000, 1))
    chosen = np.where(chance[:, 1] > 0, np.random.default_rng(1).integers(0, 2, 2000), 0)
    assert [found.rows for found in by_action(chosen, chance)] == [2000, 1000]
    assert [found.faults for found in by_action(chosen, chance)] == [(), ()]
