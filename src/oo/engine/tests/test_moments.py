"""Moments to come back at."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.items import Busy
from oo.engine.moments import moments
from oo.engine.tests.strategies import BOUNDARIES, INSTANTS, ZONES, busy
from oo.engine.when import context, zone_of

BERLIN = "Europe/Berlin"


def listed(text: str, blocks: list[Busy] | None = None, ends_at: time = time(0)) -> dict[str, str]:
    found = moments(context(datetime.fromisoformat(text), BERLIN, ends_at, blocks or []), blocks or [])
    return {moment.id: moment.at.astimezone(zone_of(BERLIN)).strftime("%a %d %H:%M") for moment in found}


def test_a_friday_noon_has_evening_morning_and_monday() -> None:
    assert listed("2026-11-20T12:00+01:00") == {
        "evening": "Fri 20 19:00",
        "morning": "Sat 21 08:30",
        "next-week": "Mon 23 08:30",
    }


def test_after_six_there_is_no_evening() -> None:
    assert "evening" not in listed("2026-11-20T18:00+01:00")


def test_on_sunday_tomorrow_morning_is_monday_and_said_once() -> None:
    assert listed("2026-11-22T12:00+01:00") == {"evening": "Sun 22 19:00", "morning": "Mon 23 08:30"}


def test_after_the_meeting_needs_one_today() -> None:
    start = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
    assert (
        listed("2026-11-20T12:00+01:00", [Busy(start, start + timedelta(minutes=45))])["after-meeting"]
        == "Fri 20 14:45"
    )
    later = start + timedelta(days=1)
    assert "after-meeting" not in listed("2026-11-20T12:00+01:00", [Busy(later, later + timedelta(minutes=45))])


def test_after_midnight_and_before_the_day_boundary_tomorrow_is_this_coming_morning() -> None:
    assert listed("2026-11-21T01:00+01:00", ends_at=time(3)) == {"morning": "Sat 21 08:30", "next-week": "Mon 23 08:30"}


def test_the_morning_is_at_half_past_eight_over_a_clock_change() -> None:
    assert listed("2026-10-24T20:00+02:00")["morning"] == "Sun 25 08:30"


@given(INSTANTS, ZONES, BOUNDARIES, st.lists(busy(), max_size=5))
def test_moments_are_few_ahead_and_in_order(now: datetime, zone: str, ends_at: time, blocks: list[Busy]) -> None:
    found = moments(context(now, zone, ends_at, blocks), blocks)
    times = [moment.at for moment in found]
    assert len(found) <= 4
    assert all(at > now for at in times)
    assert times == sorted(set(times))
