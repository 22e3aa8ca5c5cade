"""Times in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.words.moments import ago, ago_brief, brief, on_day, spoken

NOW = datetime(2026, 11, 19, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # a Thursday


@pytest.mark.parametrize(
    ("ahead", "english", "german"),
    [
        (timedelta(hours=4, minutes=45), "14:45", "14:45"),
        (timedelta(hours=22, minutes=30), "Fri 08:30", "Fr 08:30"),
        (timedelta(days=4, hours=-1, minutes=-30), "Mon 08:30", "Mo 08:30"),
        (timedelta(days=30), "19 Dec 10:00", "19. Dez 10:00"),
        (timedelta(days=-2), "17 Nov 10:00", "17. Nov 10:00"),
    ],
)
def test_a_moment_is_shown_as_short_as_is_clear(ahead: timedelta, english: str, german: str) -> None:
    assert brief(NOW + ahead, NOW, "en") == english
    assert brief(NOW + ahead, NOW, "de") == german


def test_a_screen_reader_hears_the_whole_weekday() -> None:
    assert spoken(NOW + timedelta(hours=22, minutes=30), NOW, "en") == "Friday 08:30"
    assert spoken(NOW + timedelta(hours=22, minutes=30), NOW, "de") == "Freitag 08:30"


@pytest.mark.parametrize(
    ("day", "english", "german"),
    [
        (date(2026, 11, 19), "today", "heute"),
        (date(2026, 11, 20), "tomorrow", "morgen"),
        (date(2026, 11, 18), "yesterday", "gestern"),
        (date(2026, 11, 16), "on Monday", "am Montag"),
        (date(2026, 10, 3), "on 3 October", "am 3. Oktober"),
        (date(2025, 10, 3), "on 3 October 2025", "am 3. Oktober 2025"),
    ],
)
def test_a_day_is_said_as_people_say_it(day: date, english: str, german: str) -> None:
    assert on_day(day, NOW.date(), "en") == english
    assert on_day(day, NOW.date(), "de") == german


def test_a_read_is_told_in_minutes_hours_and_days() -> None:
    assert ago(NOW - timedelta(seconds=20), NOW, "en") == "Read just now"
    assert ago(NOW - timedelta(minutes=1), NOW, "en") == "Read 1 minute ago"
    assert ago(NOW - timedelta(minutes=2), NOW, "de") == "Vor 2 Minuten gelesen"
    assert ago(NOW - timedelta(hours=3), NOW, "en") == "Read 3 hours ago"
    assert ago(NOW - timedelta(days=4), NOW, "de") == "Vor 4 Tagen gelesen"


def test_the_end_of_a_row_says_it_shorter() -> None:
    spans = (timedelta(seconds=20), timedelta(minutes=2), timedelta(hours=3), timedelta(days=4))
    assert [ago_brief(NOW - span, NOW, "en") for span in spans] == ["just now", "2 min ago", "3 h ago", "4 days ago"]
    assert ago_brief(NOW - timedelta(days=4), NOW, "de") == "vor 4 Tagen"


@given(st.integers(min_value=-400, max_value=400))
def test_a_weekday_alone_is_never_more_than_six_days_away(distance: int) -> None:
    said = on_day(NOW.date() + timedelta(days=distance), NOW.date(), "en")
    assert (abs(distance) <= 6) == (not any(letter.isdigit() for letter in said))
