"""Nothing is launched without evidence, and what does harm goes back by itself."""

from __future__ import annotations

import numpy as np
import pytest

from oo.engine.launch import LEAST, PEOPLE, SHADOWED, SLACK, Arm, Word, guard, keep, shadow, trial
from oo.engine.ope.log import Log

Wild = np.random.Generator


def logged(wild: Wild, n: int, *, better: float, persons: int = 50) -> Log:
    """A champion that tosses a coin between two tips, and a challenger that takes the second nine times in ten."""
    second = wild.random(n) < 0.5
    reward = (wild.random(n) < 0.45 + better * second).astype(float)
    target = np.where(second, 0.9, 0.1)
    belief = np.full(n, 0.45)
    return Log(reward, np.full(n, 0.5), target, wild.integers(0, persons, n), belief, belief)


def arm(wild: Wild, rate: float, n: int = 4000, persons: int = 100, first: int = 0) -> Arm:
    return Arm((wild.random(n) < rate).astype(float), first + wild.integers(0, persons, n))


def test_a_shadow_waits_for_its_decisions_and_shows_no_number() -> None:
    verdict = shadow(logged(np.random.default_rng(1), SHADOWED - 1, better=0.3), errors=0, p99_ms=1.0)
    assert (verdict.word, verdict.value, verdict.low, verdict.high) == (Word.WAIT, None, None, None)
    assert str(verdict.word) == "not enough data yet"


def test_a_better_shadow_passes_a_worse_one_fails_and_an_equal_one_may_not_be_told() -> None:
    wild = np.random.default_rng(2)
    assert shadow(logged(wild, 4000, better=0.3), errors=0, p99_ms=1.0).word is Word.PASSED
    assert shadow(logged(wild, 4000, better=-0.3), errors=0, p99_ms=1.0).word is Word.FAILED
    assert shadow(logged(wild, 2000, better=0.0), errors=0, p99_ms=1.0).word is Word.WAIT


@pytest.mark.parametrize("persons", [1, 2])
def test_a_few_persons_can_t_vouch_for_all(persons: int) -> None:
    for seed in range(20):
        log = logged(np.random.default_rng(seed), 4000, better=0.0, persons=persons)
        assert shadow(log, errors=0, p99_ms=1.0).word is Word.WAIT


@pytest.mark.parametrize(("errors", "p99"), [(1, 1.0), (0, 5.0), (0, float("inf"))])
def test_a_shadow_that_errs_or_is_slow_fails_whatever_it_would_earn(errors: int, p99: float) -> None:
    assert shadow(logged(np.random.default_rng(3), 4000, better=0.3), errors=errors, p99_ms=p99).word is Word.FAILED


def test_a_log_that_fails_its_audit_carries_no_verdict() -> None:
    good = logged(np.random.default_rng(4), 4000, better=0.3)
    wrong = Log(good.reward, good.propensity / 2, good.target, good.person, good.direct, good.fitted)
    verdict = shadow(wrong, errors=0, p99_ms=1.0)
    assert verdict.word is Word.WAIT
    assert "mean weight" in verdict.reason


def test_a_worse_shadow_seldom_passes_however_often_it_is_looked_at() -> None:
    wrong = 0
    for seed in range(60):
        log = logged(np.random.default_rng(seed), 8000, better=-SLACK * 0.45 / 0.4)
        words = []
        for n in range(2000, 8001, 1000):
            seen = Log(*(getattr(log, name)[:n] for name in Log.__slots__))
            words.append(shadow(seen, errors=0, p99_ms=1.0).word)
        wrong += Word.PASSED in words
    assert wrong / 60 <= 0.05


def test_a_trial_tells_a_lift_and_a_loss_and_is_silent_in_between() -> None:
    wild = np.random.default_rng(5)
    champion = arm(wild, 0.45, first=1000)
    assert trial(arm(wild, 0.55), champion).word is Word.PASSED
    assert trial(arm(wild, 0.35), champion).word is Word.FAILED
    assert trial(arm(wild, 0.45), champion).word is Word.WAIT


def test_a_trial_waits_for_persons_as_well_as_decisions() -> None:
    wild = np.random.default_rng(6)
    champion = arm(wild, 0.3, first=1000)
    assert trial(arm(wild, 0.9, n=LEAST - 1), champion).word is Word.WAIT
    alone = trial(arm(wild, 0.9, persons=1), champion)
    assert (alone.word, alone.value) == (Word.WAIT, None)
    assert str(PEOPLE) in alone.reason


def test_persons_who_differ_make_a_trial_careful() -> None:
    wild = np.random.default_rng(7)
    taste = np.r_[np.full(30, 0.2), np.full(30, 0.9)]
    who = wild.integers(0, 60, 4000)
    split = Arm((wild.random(4000) < taste[who]).astype(float), who)
    lucky = arm(wild, 0.45, first=1000)
    assert split.values.mean() > 0.5
    assert trial(split, lucky).word is Word.WAIT
    assert trial(Arm(split.values, np.arange(4000)), lucky).word is Word.PASSED


def test_harm_on_a_guardrail_rolls_back_and_names_it() -> None:
    wild = np.random.default_rng(8)
    usual = {"dismissed": arm(wild, 0.2, first=1000), "opted out": arm(wild, 0.01, first=1000)}
    fine = {"dismissed": arm(wild, 0.2), "opted out": arm(wild, 0.01)}
    assert guard(fine, usual).word is Word.PASSED
    verdict = guard({**fine, "dismissed": arm(wild, 0.35)}, usual)
    assert verdict.word is Word.FAILED
    assert verdict.reason.startswith("dismissed: at least +0.")


def test_harm_is_said_while_another_guardrail_still_waits() -> None:
    wild = np.random.default_rng(9)
    usual = {"dismissed": arm(wild, 0.2, first=1000), "deleted": arm(wild, 0.0, n=10, first=1000)}
    assert guard({"dismissed": arm(wild, 0.5), "deleted": arm(wild, 0.0, n=10)}, usual).word is Word.FAILED
    waiting = guard({"dismissed": arm(wild, 0.2), "deleted": arm(wild, 0.0, n=10)}, usual)
    assert (waiting.word, "deleted" in waiting.reason) == (Word.WAIT, True)
    assert guard({}, {}).word is Word.WAIT


def test_guardrails_seldom_cry_wolf_however_often_they_are_looked_at() -> None:
    wrong = 0
    for seed in range(60):
        wild = np.random.default_rng(seed)
        ours, theirs = arm(wild, 0.01, 6000, first=1000), arm(wild, 0.01, 6000)
        words = []
        for n in range(1000, 6001, 1000):
            some = {"opted out": Arm(theirs.values[:n], theirs.person[:n])}
            words.append(guard(some, {"opted out": Arm(ours.values[:n], ours.person[:n])}).word)
        wrong += Word.FAILED in words
    assert wrong / 60 <= 0.05


def test_a_launched_policy_stays_until_the_former_one_is_shown_to_be_better() -> None:
    wild = np.random.default_rng(10)
    former = arm(wild, 0.5, n=800, persons=40, first=1000)
    assert keep(arm(wild, 0.5), former).word is Word.PASSED
    assert keep(arm(wild, 0.3), former).word is Word.FAILED
    assert keep(arm(wild, 0.3), arm(wild, 0.5, n=100, first=1000)).word is Word.WAIT
