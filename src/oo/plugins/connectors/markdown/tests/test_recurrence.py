"""When a task comes round again, in the words of Obsidian Tasks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.plugins.connectors.markdown.recurrence import after, rule

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "day", "following"),
    [
        ("every day", SATURDAY, date(2026, 11, 22)),
        ("every 3 days", SATURDAY, date(2026, 11, 24)),
        ("every other day", SATURDAY, date(2026, 11, 23)),
        ("every week", SATURDAY, date(2026, 11, 28)),
        ("Every 2 Weeks", SATURDAY, date(2026, 12, 5)),
        ("every weekday", SATURDAY, date(2026, 11, 23)),
        ("every Monday", SATURDAY, date(2026, 11, 23)),
        ("every Tuesday, Friday", SATURDAY, date(2026, 11, 24)),
        ("every week on Tue and Fri", date(2026, 11, 24), date(2026, 11, 27)),
        ("every 2 weeks on Monday", date(2026, 11, 23), date(2026, 12, 7)),
        ("every month", date(2027, 1, 31), date(2027, 2, 28)),
        ("every 3 months", date(2026, 11, 30), date(2027, 2, 28)),
        ("every month on the 31st", date(2027, 1, 31), date(2027, 3, 31)),
        ("every month on the 1st and 15th", SATURDAY, date(2026, 12, 1)),
        ("every month on the last", SATURDAY, date(2026, 11, 30)),
        ("every month on the 2nd last", SATURDAY, date(2026, 11, 29)),
        ("every month on the first Monday", SATURDAY, date(2026, 12, 7)),
        ("every month on the last Friday", SATURDAY, date(2026, 11, 27)),
        ("every month on the 2nd last Friday", SATURDAY, date(2026, 12, 18)),
        ("every year", date(2028, 2, 29), date(2029, 2, 28)),
        ("every January on the 15th", SATURDAY, date(2027, 1, 15)),
        ("every April and December on the 1st and 24th", SATURDAY, date(2026, 12, 1)),
        ("every February on the 30th", SATURDAY, None),
        ("every 999 years", date(9500, 1, 1), None),
    ],
)
def test_the_next_day_is_that_of_the_words(text: str, day: date, following: date | None) -> None:
    found = rule(text)
    assert found is not None
    assert after(day, found) == following


def test_when_done_is_told_apart() -> None:
    strict, loose = rule("every week"), rule("every week when done")
    assert strict is not None and not strict.when_done
    assert loose is not None and loose.when_done


@pytest.mark.parametrize(
    "text",
    [
        "",
        "every",
        "day",
        "every 0 days",
        "every blue moon",
        "every day on the 40th",
        "every week for 3 times",
        "every! day",
    ],
)
def test_what_is_not_understood_is_none(text: str) -> None:
    assert rule(text) is None


WORDS = st.lists(
    st.sampled_from(
        [
            *("day", "week", "month", "year", "weekday", "2", "3", "on", "the", "1st", "31st", "last", "monday"),
            *("friday", "june", "and", ",", "when", "done", "other"),
        ]
    ),
    max_size=8,
)


@given(st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31)), WORDS)
def test_the_next_day_is_always_later(day: date, words: list[str]) -> None:
    found = rule("every " + " ".join(words))
    following = after(day, found) if found is not None else None
    assert following is None or following > day
