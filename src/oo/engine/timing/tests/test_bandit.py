"""Interruptions: worth it, within a budget, with a probability that is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.policies import State
from oo.engine.timing import SHIPPED, Bandit, Moment, Send, chance, fair_price, moment, share
from oo.engine.timing.bandit import HOLD_OUT
from oo.engine.timing.price import CAP, FLOOR, lowest

PLAIN = Bandit(base_spread=(1.0, 1.0), effect_spread=(0.3, 0.3))
SEEDS = st.integers(0, 2**63 - 1)
NUMBERS = st.floats(-1e6, 1e6)


def here(x: float = 0.0) -> Moment:
    return Moment(np.array([1.0, x]), np.array([1.0, x]))


def open_day(start: int = 0) -> int:
    """A seed of a day on which oO may send."""
    return next(
        seed
        for seed in range(start, start + 100)
        if not PLAIN.decide(PLAIN.initial(), here(), 1, share=0.3, day_seed=seed).held_out
    )


@given(NUMBERS, st.floats(0, 1e6), NUMBERS, st.floats(0.01, 0.8))
def test_a_probability_stays_between_its_floor_and_cap(effect: float, variance: float, price: float, of: float) -> None:
    assert lowest(of) <= chance(effect, variance, price, floor=lowest(of)) <= CAP
    assert lowest(of) <= FLOOR


@given(st.floats(-2, 2), st.floats(0, 1), st.floats(-2, 2), st.floats(0, 1))
def test_a_greater_effect_is_never_less_likely_sent_nor_a_higher_price_more(
    effect: float, variance: float, price: float, more: float
) -> None:
    assert chance(effect + more, variance, price) >= chance(effect, variance, price)
    assert chance(effect, variance, price + more) <= chance(effect, variance, price)


@given(SEEDS, SEEDS, st.floats(-3, 3), st.floats(0.02, 0.8))
def test_a_decision_follows_from_its_arguments(seed: int, day: int, x: float, of: float) -> None:
    state = PLAIN.initial()
    assert PLAIN.decide(state, here(x), seed, share=of, day_seed=day) == PLAIN.decide(
        state, here(x), seed, share=of, day_seed=day
    )


def test_sends_are_as_frequent_as_their_logged_probability() -> None:
    day = open_day()
    sends = [PLAIN.decide(PLAIN.initial(), here(), seed, share=0.3, day_seed=day) for seed in range(5000)]
    assert np.mean([send.sent for send in sends]) == pytest.approx(sends[0].probability, abs=0.02)


def test_one_day_in_twenty_stays_silent_whole_and_says_so() -> None:
    days = [PLAIN.decide(PLAIN.initial(), here(), 1, share=0.5, day_seed=day) for day in range(5000)]
    silent = [send for send in days if send.held_out]
    assert len(silent) / 5000 == pytest.approx(HOLD_OUT, abs=0.01)
    assert all(send.probability == 0 and not send.sent for send in silent)


def test_without_a_budget_nothing_is_sent() -> None:
    send = PLAIN.decide(PLAIN.initial(), here(), 1, share=0.0, day_seed=open_day())
    assert (send.probability, send.sent) == (0.0, False)


@pytest.mark.parametrize("budget", [1.0, 3.0, 6.0])
def test_the_price_finds_the_budget_and_follows_when_effects_change(budget: float) -> None:
    state, of, chances = PLAIN.initial(), share(budget, []), list[float]()
    wild = np.random.default_rng(5)
    state = State(1, {**state.arrays, "mean": np.array([0.0, 0.0, 0.2, 0.2])})
    for i in range(12 * 120):
        if i == 12 * 60:
            state = State(1, {**state.arrays, "mean": np.array([0.0, 0.0, -0.3, 0.1])})
        send = PLAIN.decide(state, here(wild.normal()), i, share=of, day_seed=open_day(i))
        state = PLAIN.spent(state, send, of)
        chances.append(send.probability)
    for half in (chances[12 * 20 : 12 * 60], chances[12 * 80 :]):
        assert np.mean(half) * 12 == pytest.approx(budget, abs=0.15)


@given(st.floats(0.05, 0.8))
def test_the_first_moment_is_sent_as_the_budget_has_it(of: float) -> None:
    send = PLAIN.decide(PLAIN.initial(of), here(), 1, share=of, day_seed=open_day())
    assert send.probability == pytest.approx(of, abs=1e-9)


def test_a_hold_out_day_moves_no_price() -> None:
    silent = Send(0.0, False, True, 1, 0.0, 0.1, 0.0)
    assert PLAIN.spent(PLAIN.initial(), silent, 0.3).arrays["price"][0] == 0


def test_the_effect_is_learnt_under_a_baseline_that_is_wrong() -> None:
    wild, state = np.random.default_rng(11), PLAIN.initial()
    steady = Bandit(PLAIN.base_spread, PLAIN.effect_spread, noise=1.0, retain=1.0)
    for _ in range(6000):
        x, p = float(wild.normal()), float(wild.uniform(0.1, 0.8))
        sent = bool(wild.random() < p)
        reward = np.sin(3 * x) * 2 + x**2 + sent * (0.2 + 0.3 * x) + wild.normal()
        state = steady.learn(state, here(x), p, sent, float(reward))
    assert state.arrays["mean"][2:] == pytest.approx([0.2, 0.3], abs=0.1)


def test_recursive_updates_are_the_batch_posterior() -> None:
    wild, state = np.random.default_rng(3), PLAIN.initial()
    steady = Bandit(PLAIN.base_spread, PLAIN.effect_spread, noise=0.5, retain=1.0)
    rows, rewards = [], []
    for _ in range(200):
        x, sent, reward = float(wild.normal()), bool(wild.random() < 0.3), float(wild.normal())
        state = steady.learn(state, here(x), 0.3, sent, reward)
        rows.append([1, x, sent - 0.3, (sent - 0.3) * x])
        rewards.append(reward)
    design = np.array(rows)
    precision = design.T @ design / 0.5 + np.diag([1, 1, 1 / 0.09, 1 / 0.09])
    assert state.arrays["mean"] == pytest.approx(np.linalg.solve(precision, design.T @ rewards / 0.5), abs=1e-9)
    assert state.arrays["covariance"] == pytest.approx(np.linalg.inv(precision), abs=1e-9)


def test_what_was_learnt_fades_toward_the_prior_and_the_posterior_never_closes() -> None:
    quick = Bandit(PLAIN.base_spread, PLAIN.effect_spread, effect_mean=(0.1, 0.0), retain=0.98)
    state = quick.initial()
    for _ in range(3000):
        state = quick.learn(state, here(0.0), 0.5, True, 1.0)
    # x = 0 says nothing of the second effect, so it is the prior's still; the first stays uncertain.
    assert state.arrays["covariance"][3, 3] == pytest.approx(0.09)
    assert state.arrays["covariance"][2, 2] > 0.005
    assert np.all(np.linalg.eigvalsh(state.arrays["covariance"]) > 0)


def test_doses_make_a_send_dearer() -> None:
    state, sent = PLAIN.initial(), Send(0.5, True, False, 1, 0.0, 0.1, 0.0)
    rested = PLAIN.net(1.0, sent, PLAIN.dose(state))
    for _ in range(10):
        state = PLAIN.spent(state, sent, 0.5)
    assert 0.5 < PLAIN.dose(state) < 1
    assert PLAIN.net(1.0, sent, PLAIN.dose(state)) < rested


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=50), st.floats(0.05, 0.7))
def test_a_fair_price_sends_the_budgeted_share(effects: list[float], of: float) -> None:
    effect, variance = np.array(effects), np.full(len(effects), 0.02)
    p = chance(effect, variance, fair_price(effect, variance, of), floor=lowest(of))
    assert p.mean() == pytest.approx(of, abs=1e-4)


@given(st.floats(0, 24), st.booleans(), st.floats(0, 4000), st.none() | st.floats(0, 1e5), st.floats(0, 1))
def test_a_moment_is_small_numbers(hour: float, rest: bool, days: float, ago: float | None, value: float) -> None:
    found = moment(
        hour=hour,
        weekend=rest,
        days_of_use=days,
        minutes_since_interruption=ago,
        minutes_since_use=ago,
        dose=0.2,
        value_now=value,
        value_later=0.5,
    )
    assert (found.base.shape, found.effect.shape) == ((7,), (10,))
    assert np.abs(np.concatenate([found.base, found.effect])).max() <= 1


def lived(seed: int, *, learns: bool, budget: float = 3.0) -> tuple[float, float]:
    """Six weeks of a person on whom interruptions wear off and are worth more in the morning: gain and sends a day."""
    wild, of = np.random.default_rng(seed), share(budget, [])
    state = SHIPPED.initial(of)
    gain, sends, last = 0.0, 0, None
    for day in range(42):
        for hour in range(8, 20):
            now = moment(
                hour=hour,
                weekend=day % 7 > 4,
                days_of_use=day,
                minutes_since_interruption=last,
                minutes_since_use=None,
                dose=SHIPPED.dose(state),
                value_now=0.5,
                value_later=0.5,
            )
            dose = SHIPPED.dose(state)
            true = 0.3 * np.exp(-day / 14) + 0.15 * np.sin(2 * np.pi * hour / 24) - 0.1 * dose
            send = SHIPPED.decide(state, now, int(wild.integers(2**62)), share=of, day_seed=seed * 100 + day)
            if not learns:
                p = 0.0 if send.held_out else of
                send = Send(p, bool(wild.random() < p), send.held_out, 0, 0.0, 0.0, 0.0)
            gain += true * send.sent
            sends += send.sent
            last = 60.0 if send.sent else None if last is None else last + 60
            reward = float(wild.random() < np.clip(0.3 + true * send.sent, 0, 1))
            state = SHIPPED.spent(state, send, of)
            if learns:
                state = SHIPPED.update(state, now, send, SHIPPED.net(reward, send, dose))
    return gain, sends / 42


def test_what_ships_learns_when_to_interrupt_and_beats_a_coin_of_the_same_budget() -> None:
    ours = np.array([lived(seed, learns=True) for seed in range(20)])
    coin = np.array([lived(seed, learns=False) for seed in range(20)])
    away = ours[:, 0] - coin[:, 0]
    assert away.mean() > 3 * away.std(ddof=1) / np.sqrt(20)
    assert ours[:, 1].mean() == pytest.approx(coin[:, 1].mean(), rel=0.1)
