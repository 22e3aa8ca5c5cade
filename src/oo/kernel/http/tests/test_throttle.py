"""The pace of an account, at whatever instants it comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.kernel.http.problems import Refusal
from oo.kernel.http.throttle import Pace


def let_in(pace: Pace, who: str, now: float) -> bool:
    try:
        pace.check(who, now)
    except Refusal:
        return False
    return True


@given(st.lists(st.floats(0, 2), min_size=1, max_size=200), st.integers(1, 30), st.integers(1, 50))
def test_nobody_gets_more_than_a_burst_and_the_rate(pauses: list[float], burst: int, per_second: int) -> None:
    pace, now, taken, first = Pace(burst, per_second), 100.0, 0, 100.0
    for pause in pauses:
        now += pause / per_second
        taken += let_in(pace, "lena", now)
        assert taken <= burst + (now - first) * per_second + 1e-6


def test_the_refusal_says_when_to_go_on() -> None:
    pace = Pace(burst=2, per_second=0.5)
    assert [let_in(pace, "lena", 10.0) for _ in range(3)] == [True, True, False]
    with pytest.raises(Refusal) as refused:
        pace.check("lena", 10.0)
    assert refused.value.after is not None
    assert not let_in(pace, "lena", 10.0 + refused.value.after.total_seconds() - 0.01)
    assert let_in(pace, "lena", 10.0 + refused.value.after.total_seconds() + 0.01)


def test_who_is_at_rest_is_forgotten() -> None:
    pace = Pace(burst=2, per_second=1, many=3)
    for number in range(10):
        assert let_in(pace, f"person {number}", 10.0 * number)
    assert len(pace._whole) <= 3
