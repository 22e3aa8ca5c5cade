"""Drift is found when it is there, and seldom when it isn't."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.engine.drift import ALPHA, TOLERANCE, Watch, calibration, features, losses, mix, psi, watch

A_DAY, PERSONS = 40, 20


def days(wild: np.random.Generator, number: int, *, off: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Chances, rewards and persons of some days; `off` is the share of what the model knew that is no longer so."""
    n = number * A_DAY
    odds = wild.normal(0, 1.2, n)
    rewards = wild.random(n) < 1 / (1 + np.exp(-(1 - off) * odds))
    return 1 / (1 + np.exp(-odds)), rewards.astype(float), wild.integers(0, PERSONS, n)


def watched(wild: np.random.Generator, *, off: float, after: int = 0) -> int | None:
    """The day of the alarm within a window in which the model goes off after some days; None without one."""
    found = watch(*days(wild, 28))
    for day in range(28):
        chance, reward, _ = days(wild, 1, off=off if day >= after else 0.0)
        found = found.day(losses(chance, reward))
        if found.alarmed:
            return day
    return None


def test_a_model_that_stays_as_good_seldom_raises_an_alarm() -> None:
    alarms = sum(watched(np.random.default_rng(seed), off=0.0) is not None for seed in range(400))
    assert alarms / 400 <= ALPHA


@pytest.mark.parametrize("after", [0, 10])
def test_a_model_that_goes_wrong_is_found_within_two_weeks(after: int) -> None:
    found = [watched(np.random.default_rng(seed), off=1.0, after=after) for seed in range(60)]
    late = [99 if day is None else day - after for day in found]
    assert np.median(late) <= 7
    assert np.mean(np.array(late) < 14) > 0.95
    assert min(late) >= 0


@given(st.floats(0.05, 1.9), st.lists(st.lists(st.floats(0, 10), max_size=30), max_size=40))
def test_evidence_is_never_negative_nor_endless(limit: float, given_days: list[list[float]]) -> None:
    found = Watch(limit)
    assert found.evidence == 1
    for loss in given_days:
        found = found.day(np.array(loss, dtype=float))
        assert 0 <= found.evidence < float("inf")


def test_evidence_is_expected_to_stay_at_the_limit() -> None:
    wild, last = np.random.default_rng(5), []
    for _ in range(4000):
        found = Watch(0.5)
        for _ in range(5):
            found = found.day(wild.choice([0.2, 0.8], 4))
        last.append(found.evidence)
    assert np.mean(last) == pytest.approx(1, abs=0.05)


def test_a_reference_needs_decisions_and_allows_for_its_own_noise() -> None:
    chance, reward, person = days(np.random.default_rng(1), 28)
    found = watch(chance, reward, person)
    assert found.limit > losses(chance, reward).mean() + TOLERANCE
    assert watch(chance, reward, np.zeros_like(person)).limit < 2
    with pytest.raises(ValueError, match="no reference"):
        watch(chance[:20], reward[:20], person[:20])


def test_features_that_stay_are_steady_and_one_that_moves_is_named() -> None:
    wild = np.random.default_rng(2)
    before, now = wild.normal(size=(2000, 3)), wild.normal(size=(1000, 3))
    now[:, 1] += 1.0
    words = {name: shift.word for name, shift in features(before, now, ["age", "hour", "flag"]).items()}
    assert words == {"age": "steady", "hour": "shifted", "flag": "steady"}


def test_chance_alone_seldom_moves_a_feature() -> None:
    wild = np.random.default_rng(3)
    shifts = [psi(wild.normal(size=200), wild.normal(size=150)) for _ in range(400)]
    assert np.mean([shift.word != "steady" for shift in shifts]) < 0.02
    assert np.mean([shift.index > 0.1 for shift in shifts]) > 0.1  # what the customary limit alone would have said


def test_a_feature_of_few_values_is_counted_by_value() -> None:
    never, often = np.zeros(1000), np.tile([0.0, 0.0, 0.0, 1.0], 250)
    assert psi(often, often).index == pytest.approx(0, abs=1e-9)
    assert psi(never, often).word == "shifted"
    assert psi(often, never).word == "shifted"


def test_the_reward_mix_is_compared_by_kind_also_with_new_ones() -> None:
    usual = {"done": 400, "snooze": 100, "dismiss": 200}
    assert mix(usual, {"done": 205, "snooze": 48, "dismiss": 95}).word == "steady"
    assert mix(usual, {"done": 100, "dismiss": 250}).word == "shifted"
    assert mix(usual, {**usual, "asleep": 600}).word == "shifted"
    with pytest.raises(ValueError, match="counts"):
        mix(usual, {})


def test_calibration_says_where_a_model_is_wrong_and_how_surely() -> None:
    wild = np.random.default_rng(7)
    chance, reward, person = days(wild, 100)
    fine = calibration(chance, reward, person)
    assert fine.error < 0.03
    assert abs(fine.gap.value) < 3 * fine.gap.error
    bold = calibration(np.clip(chance + 0.2, 0, 1), reward, person)
    assert bold.gap.value < -0.1
    assert bold.error > 0.1
    assert sum(one.came.rows for one in bold.bins) == len(chance)
