"""Intervals that may be looked at after every decision."""

from __future__ import annotations

import numpy as np
import pytest

from oo.engine.ope.sequences import inflation
from oo.engine.ope.student import critical, two_sided


@pytest.mark.parametrize("sides", [1, 2])
def test_looking_after_every_decision_errs_as_seldom_as_promised(sides: int) -> None:
    wild, t = np.random.default_rng(3), np.arange(1, 2001, dtype=float)
    x = wild.integers(0, 2, (600, 2000)) * 2.0 - 1
    average = x.cumsum(1) / t
    away = average if sides == 1 else np.abs(average)
    wrong = ((away > inflation(t, sides=sides) / np.sqrt(t)) & (t >= 50)).any(1).mean()
    plain = ((np.abs(average) > 1.96 / np.sqrt(t)) & (t >= 50)).any(1).mean()
    assert wrong < 0.05 < 0.3 < plain


def test_a_sequence_is_about_half_again_as_wide_where_it_is_tuned_and_infinite_at_nothing() -> None:
    assert 1.4 < inflation(1000) / 1.96 < 1.6
    assert inflation(0) == float("inf")
    assert inflation(1000, 0.01) > inflation(1000, 0.05) > inflation(1000, sides=1)
    narrowest = np.argmin(inflation(np.arange(1, 20_000, dtype=float)))
    assert 500 < narrowest < 20_000


@pytest.mark.parametrize(("t", "freedom", "p"), [(2.0, 10, 0.0734), (1.0, 1, 0.5), (3.5, 35, 0.00129), (0.0, 5, 1.0)])
def test_student_s_tail_is_the_tables(t: float, freedom: float, p: float) -> None:
    assert two_sided(t, freedom) == pytest.approx(p, abs=5e-5)
    assert two_sided(-t, freedom) == two_sided(t, freedom)


@pytest.mark.parametrize(("freedom", "t"), [(1, 12.7062), (4, 2.7764), (34, 2.0322), (1000, 1.9623)])
def test_critical_values_are_the_tables(freedom: float, t: float) -> None:
    assert critical(0.95, freedom) == pytest.approx(t, abs=1e-4)
