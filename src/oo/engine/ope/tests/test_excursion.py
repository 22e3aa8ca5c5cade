"""What one randomised interruption changes."""

from __future__ import annotations

import numpy as np
import pytest

from oo.engine.ope.excursion import gee, wcls
from oo.testing.heartsteps import SENT, Trial, decisions, read


@pytest.fixture(scope="module")
def trial() -> Trial:
    path = decisions()
    if path is None:
        pytest.skip("HeartSteps is not here: set OO_SHARED, or put the shared data beside the checkout as ../shared")
    whole = read(path)
    assert len(whole.sent) == 7540
    return whole.at(whole.available)


def test_the_published_effect_of_a_walking_tip_is_found_again(trial: Trial) -> None:
    one = np.ones(len(trial.sent))
    assert len(one) == 6061
    [effect] = wcls(
        trial.after,
        trial.sent,
        SENT * one,
        np.column_stack([one, trial.before]),
        one[:, None],
        trial.person,
        centre=SENT,
    )
    assert (effect.value, effect.error, effect.p) == pytest.approx((0.13120, 0.06739, 0.0599), abs=1e-4)


def test_it_fades_as_published(trial: Trial) -> None:
    one = np.ones(len(trial.sent))
    controls = np.column_stack([one, trial.before, trial.day])
    moderators = np.column_stack([one, trial.day])
    start, slope = wcls(trial.after, trial.sent, SENT * one, controls, moderators, trial.person, centre=SENT)
    assert (start.value, start.error) == pytest.approx((0.50744, 0.15051), abs=1e-4)
    assert (slope.value, slope.error) == pytest.approx((-0.01848, 0.00610), abs=1e-4)


def test_probabilities_that_follow_the_moment_don_t_bend_the_effect() -> None:
    wild = np.random.default_rng(8)
    person = np.repeat(np.arange(60), 100)
    x = wild.normal(size=6000)
    p = 1 / (1 + np.exp(-2 * x)) * 0.7 + 0.1
    sent = (wild.random(6000) < p).astype(float)
    outcome = 2 * np.sin(2 * x) + 3 * x + sent * 0.5 + wild.normal(size=6000)
    one = np.ones((6000, 1))
    [effect] = wcls(outcome, sent, p, one, one, person)
    assert effect.low < 0.5 < effect.high
    assert outcome[sent == 1].mean() - outcome[sent == 0].mean() > 2


def test_intervals_of_few_persons_hold() -> None:
    held = 0
    for seed in range(200):
        wild = np.random.default_rng(seed)
        person = np.repeat(np.arange(12), 30)
        sent = (wild.random(360) < 0.4).astype(float)
        taste = wild.normal(0.3, 0.5, 12)
        outcome = wild.normal(size=12)[person] + sent * taste[person] + wild.normal(size=360)
        one = np.ones((360, 1))
        [effect] = wcls(outcome, sent, np.full(360, 0.4), one, one, person, centre=0.4)
        held += effect.low < 0.3 < effect.high
    assert held / 200 > 0.92


def test_too_few_persons_carry_nothing() -> None:
    with pytest.raises(ValueError, match="2 persons can't carry 2 parameters"):
        gee(np.ones((4, 2)), np.ones(4), np.ones(4), np.array([0, 0, 1, 1]))
