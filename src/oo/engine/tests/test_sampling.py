"""Chance that follows from a seed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.engine.sampling import REST, SHORT_LIST, draw, explore, unit

WEIGHTS = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30).filter(lambda weights: sum(weights) > 1e-3)


def normal(weights: list[float]) -> list[float]:
    return [weight / sum(weights) for weight in weights]


@given(st.integers(0, 2**63 - 1))
def test_a_seed_gives_one_number_from_zero_to_one(seed: int) -> None:
    assert 0 <= unit(seed) < 1
    assert unit(seed) == unit(seed)


def test_seeds_spread_evenly() -> None:
    counts = [0] * 10
    for seed in range(10_000):
        counts[int(unit(seed) * 10)] += 1
    assert min(counts) > 900
    assert max(counts) < 1100


@given(WEIGHTS, st.integers(0, 2**63 - 1))
def test_what_has_no_probability_is_never_drawn(weights: list[float], seed: int) -> None:
    probabilities = normal(weights)
    assert probabilities[draw(probabilities, seed)] > 0


def test_draws_are_as_frequent_as_their_probabilities() -> None:
    drawn = [draw([0.1, 0.2, 0.7], seed) for seed in range(20_000)]
    assert [round(drawn.count(i) / 20_000, 2) for i in range(3)] == [0.1, 0.2, 0.7]


def test_nothing_to_draw_from_is_an_error() -> None:
    with pytest.raises(ValueError, match="positive"):
        draw([0.0, 0.0], 1)


@given(WEIGHTS, st.floats(0.0, 0.5))
def test_the_floor_reaches_the_short_list_a_tenth_of_it_the_rest_and_the_sum_stays_one(
    weights: list[float], floor: float
) -> None:
    probabilities = normal(weights)
    mixed = explore(probabilities, weights, floor)
    assert sum(mixed) == pytest.approx(1)
    short = sorted(range(len(weights)), key=lambda i: -weights[i])[:SHORT_LIST]
    rest = [i for i in range(len(weights)) if i not in short]
    assert all(mixed[i] >= floor / len(short) - 1e-12 for i in short)
    assert all(mixed[i] >= floor * REST / len(rest) - 1e-12 for i in rest)
    kept = 1 - floor - (floor * REST if rest else 0)
    assert all(mixed[i] == pytest.approx(kept * probabilities[i] + floor * REST / len(rest)) for i in rest)


@given(WEIGHTS)
def test_without_a_floor_nothing_is_mixed_in(weights: list[float]) -> None:
    assert explore(normal(weights), weights, 0.0) == tuple(normal(weights))
