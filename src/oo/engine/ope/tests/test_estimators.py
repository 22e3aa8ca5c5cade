"""What a policy would have earned, read from another's log."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.engine.ope.clusters import mean
from oo.engine.ope.estimators import ESTIMATORS, dm, dr, dr_os, ips, shrunk, sndr, snips, switch_dr
from oo.engine.ope.log import Log, reduce

SEEDS = st.integers(0, 2**32 - 1)


def world(seed: int, n: int = 400, k: int = 5, *, model: bool = True) -> tuple[Log, float]:
    """A log of n decisions with known chances, and the target's true value."""
    wild = np.random.default_rng(seed)
    chances = wild.uniform(0.1, 0.9, (n, k))
    logger, target = wild.dirichlet(np.full(k, 2.0), n), wild.dirichlet(np.full(k, 2.0), n)
    chosen = (logger.cumsum(1) > wild.random((n, 1))).argmax(1)
    at = np.arange(n)
    reward = (wild.random(n) < chances[at, chosen]).astype(float)
    guess = np.clip(chances + wild.normal(0, 0.1, (n, k)), 0, 1) if model else None
    log = reduce(reward, logger[at, chosen], chosen, target, wild.integers(0, 40, n), guess)
    return log, float((target * chances).sum(1).mean())


@given(SEEDS)
def test_estimates_are_what_their_formulas_say_row_by_row(seed: int) -> None:
    log, _ = world(seed, 50)
    assert log.direct is not None and log.fitted is not None
    rows = list(zip(log.reward, log.propensity, log.target, log.direct, log.fitted, strict=True))
    n, weights = len(rows), [t / p for _, p, t, _, _ in rows]
    mended = [t / p * (r - f) for r, p, t, _, f in rows]
    model = sum(d for *_, d, _ in rows) / n
    assert ips(log).value == pytest.approx(sum(t / p * r for r, p, t, _, _ in rows) / n, abs=1e-12)
    assert snips(log).value == pytest.approx(sum(t / p * r for r, p, t, _, _ in rows) / sum(weights), abs=1e-12)
    assert dm(log).value == pytest.approx(model, abs=1e-12)
    assert dr(log).value == pytest.approx(model + sum(mended) / n, abs=1e-12)
    assert sndr(log).value == pytest.approx(model + sum(mended) / sum(weights), abs=1e-12)
    kept = sum(m for m, w in zip(mended, weights, strict=True) if w <= 1.5)
    assert switch_dr(log, 1.5).value == pytest.approx(model + kept / n, abs=1e-12)
    shrunken = sum(3 / (w * w + 3) * m for m, w in zip(mended, weights, strict=True))
    assert dr_os(log, 3.0).value == pytest.approx(model + shrunken / n, abs=1e-12)
    assert dr_os(log, float("inf")).value == pytest.approx(dr(log).value, abs=1e-12)
    assert switch_dr(log, float("inf")).value == pytest.approx(dr(log).value, abs=1e-12)


@given(SEEDS)
def test_a_policy_evaluated_on_its_own_log_earned_what_it_earned(seed: int) -> None:
    log, _ = world(seed)
    own = Log(log.reward, log.propensity, log.propensity, log.person)
    assert ips(own).value == pytest.approx(own.reward.mean())
    assert snips(own).value == pytest.approx(own.reward.mean())
    assert snips(own).error == pytest.approx(mean(own.reward, own.person).error)


@pytest.mark.parametrize("name", ["ips", "snips", "dr", "sndr"])
def test_estimates_are_unbiased_and_their_intervals_hold(name: str) -> None:
    errors, held = [], 0
    for seed in range(300):
        log, truth = world(seed)
        estimate = ESTIMATORS[name](log)
        errors.append(estimate.value - truth)
        held += abs(estimate.value - truth) < 1.96 * estimate.error
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(300) + 0.002
    assert held / 300 > 0.9


def test_a_model_makes_an_estimate_less_noisy() -> None:
    both = [(ips(log).value - truth, dr(log).value - truth) for log, truth in map(world, range(200))]
    bare, mended = np.std(np.array(both), axis=0)
    assert mended < 0.8 * bare


def test_a_shrunken_estimate_lies_between_the_model_and_the_log_and_is_surer_than_either_claims() -> None:
    log, _ = world(1)
    low, high = sorted([dm(log).value, sndr(log).value])
    assert low <= shrunk(log).value <= high
    assert shrunk(log, 1e-9).value == pytest.approx(dm(log).value)
    assert shrunk(log, 1e9).value == pytest.approx(sndr(log).value)
    assert shrunk(log).error < sndr(log).error


def test_errors_know_that_one_person_s_decisions_are_alike() -> None:
    alike = np.repeat(np.random.default_rng(2).random(20), 50)
    person = np.repeat(np.arange(20), 50)
    assert mean(alike, person).error > 5 * mean(alike, np.arange(1000)).error
    assert mean(alike[:50], person[:50]).error == float("inf")


def test_a_log_that_the_target_never_agrees_with_is_the_model_s_word_without_certainty() -> None:
    log, _ = world(4)
    never = Log(log.reward, log.propensity, np.zeros_like(log.target), log.person, log.direct, log.fitted)
    assert sndr(never).value == pytest.approx(dm(never).value)
    assert sndr(never).error == float("inf")
    assert np.isfinite(shrunk(never).error)


@pytest.mark.parametrize("propensity", [0.0, -0.1, 1.1, float("nan")])
def test_a_log_without_positive_propensities_is_refused(propensity: float) -> None:
    one = np.ones(1)
    with pytest.raises(ValueError, match="propensity"):
        Log(one, np.array([propensity]), one, np.zeros(1, int))


def test_a_log_is_whole() -> None:
    two, one = np.ones(2), np.ones(1)
    with pytest.raises(ValueError, match="both"):
        Log(two, two, two, np.zeros(2, int), direct=two)
    with pytest.raises(ValueError, match="target has shape"):
        Log(two, two, one, np.zeros(2, int))
    with pytest.raises(ValueError, match="model"):
        dm(Log(two, two, two, np.zeros(2, int)))
