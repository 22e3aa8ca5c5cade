"""When a recurring task comes round again."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.plugins.connectors.todotxt.recurrence import Repeat, after, repeat


@pytest.mark.parametrize(
    ("day", "every", "following"),
    [
        (date(2026, 11, 21), "1d", date(2026, 11, 22)),
        (date(2026, 11, 21), "2w", date(2026, 12, 5)),
        (date(2027, 1, 31), "1m", date(2027, 2, 28)),
        (date(2028, 1, 31), "1m", date(2028, 2, 29)),
        (date(2026, 12, 31), "2m", date(2027, 2, 28)),
        (date(2028, 2, 29), "1y", date(2029, 2, 28)),
        (date(2026, 11, 20), "1b", date(2026, 11, 23)),
        (date(2026, 11, 21), "5b", date(2026, 11, 27)),
    ],
)
def test_the_next_day_is_right_at_the_ends_of_weeks_and_months(day: date, every: str, following: date) -> None:
    found = repeat(every)
    assert found is not None
    assert after(day, found) == following


@pytest.mark.parametrize("text", ["", "w", "0d", "-1d", "1h", "1.5w", "1w2d", "++1w", "99999y"])
def test_what_is_no_recurrence_is_none(text: str) -> None:
    assert repeat(text) is None


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(1, 400), st.sampled_from("dwmyb"))
def test_the_next_day_is_always_later(day: date, count: int, unit: str) -> None:
    assert after(day, Repeat(strict=False, count=count, unit=unit)) > day


def test_past_the_last_year_there_is_no_next_day() -> None:
    for unit in "dwmyb":
        with pytest.raises(OverflowError):
            after(date(9999, 12, 31), Repeat(strict=True, count=1, unit=unit))
