"""A person's own day, wherever and whenever: zones, clock changes, the day boundary and leap days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oo.contracts.events import TaskCompleted
from oo.contracts.features import Activity
from oo.ml.features.activity import Place, activity, noted, written
from oo.ml.features.fold import At, fold, start
from oo.ml.features.registry import profile_values

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")
PLACES = st.builds(Place, st.sampled_from(ZONES), st.sampled_from([time(0), time(3), time(6)]))
INSTANTS = st.datetimes(datetime(2023, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
BERLIN = Place("Europe/Berlin", time(3))


def done(at: datetime, place: Place, due: str = "") -> Activity:
    """A completion, as it is folded there."""
    found = noted(TaskCompleted(ref="c:1", finished_at=at, due=due), at)
    assert found is not None
    return activity(found.verb, found.at, written(found.data), place)


@given(INSTANTS, PLACES)
@example(datetime(2024, 2, 29, 2, 30, tzinfo=UTC), BERLIN)  # a leap day, before and after its boundary
@example(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), BERLIN)  # the hour that summer time skips
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), BERLIN)  # the hour that comes twice
def test_a_completion_counts_today_until_the_day_ends_and_not_a_moment_longer(at: datetime, place: Place) -> None:
    one = done(at, place)
    states = fold(start(), [one])
    assert profile_values(states, At(at.timestamp(), place.day(at)))["completions_today"] == 1.0
    later = at
    while place.day(later) == one.day:
        later += timedelta(minutes=15)
    assert later - at <= timedelta(hours=25), "no day is longer than one with an hour twice"
    assert place.day(later) == one.day + 1 or place.zone == "Pacific/Apia"
    assert profile_values(states, At(later.timestamp(), place.day(later)))["completions_today"] == 0.0


@given(INSTANTS, PLACES)
def test_hour_and_weekday_are_those_of_the_clock_on_the_wall(at: datetime, place: Place) -> None:
    one, local = done(at, place), at.astimezone(ZoneInfo(place.zone))
    assert int(one.hour) == local.hour and 0 <= one.hour < 24
    assert one.weekday == date.fromordinal(one.day).weekday()
    assert date.fromordinal(one.day) in (local.date(), local.date() - timedelta(days=1))


@given(INSTANTS, PLACES)
def test_days_never_go_back_as_time_goes_on(at: datetime, place: Place) -> None:
    days = [place.day(at + timedelta(minutes=30 * step)) for step in range(100)]
    assert days == sorted(days)


@pytest.mark.parametrize(
    ("due", "finished", "late"),
    [
        ("2024-02-29", datetime(2024, 3, 1, 12, tzinfo=UTC), 1.0),
        ("2023-02-28", datetime(2023, 3, 1, 12, tzinfo=UTC), 1.0),
        ("2026-03-28", datetime(2026, 3, 29, 12, tzinfo=UTC), 1.0),  # over the night that lacks an hour
        ("2026-10-25", datetime(2026, 10, 26, 1, 30, tzinfo=UTC), 0.0),  # 02:30 in Berlin: still the 25th
        ("0001-01-01", datetime(2026, 11, 21, 12, tzinfo=UTC), 3650.0),
        ("9999-12-31", datetime(2026, 11, 21, 12, tzinfo=UTC), -3650.0),
    ],
)
def test_lateness_is_counted_in_the_persons_days(due: str, finished: datetime, late: float) -> None:
    one = done(finished, BERLIN, due)
    assert one.due is not None and one.days_after(one.due) == late


@given(st.lists(INSTANTS, min_size=1, max_size=30), PLACES, st.randoms(use_true_random=False))
def test_news_in_any_order_are_counted_on_their_days(instants: list[datetime], place: Place, chance: object) -> None:
    """A clock that goes back, or a source that tells late, changes no count of a day that is kept."""
    base = max(instants)
    near = [base - timedelta(days=(base - at).days % 20, hours=at.hour) for at in instants]
    forth = fold(start(), [done(at, place) for at in near])
    back = fold(start(), [done(at, place) for at in reversed(near)])
    assert forth["days"]["days"] == back["days"]["days"] and forth["recent"] == back["recent"]
