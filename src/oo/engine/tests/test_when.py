"""Days, floating times and instants in the person's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.items import Busy
from oo.engine.tests.strategies import BOUNDARIES, INSTANTS, WHENS, ZONES, busy
from oo.engine.when import boundary, context, day_of, day_start, instant, meetings, today, zone_of

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_date_begins_at_the_persons_day_boundary() -> None:
    assert instant(date(2026, 11, 21), BERLIN, time(3)) == at("2026-11-21T03:00+01:00")


def test_a_floating_time_is_read_in_the_persons_zone() -> None:
    assert instant(datetime(2026, 11, 21, 17), BERLIN) == at("2026-11-21T17:00+01:00")
    assert instant(datetime(2026, 11, 21, 17), ZoneInfo("America/New_York")) == at("2026-11-21T17:00-05:00")


def test_a_time_that_the_clock_skips_comes_an_hour_later_and_one_that_comes_twice_is_its_first() -> None:
    assert instant(datetime(2026, 3, 29, 2, 30), BERLIN) == at("2026-03-29T03:30+02:00")
    assert instant(datetime(2026, 10, 25, 2, 30), BERLIN) == at("2026-10-25T02:30+02:00")


def test_what_lies_outside_the_calendar_is_brought_to_its_edge() -> None:
    assert instant(date.max, ZoneInfo("America/New_York")) > at("9999-01-01T00:00+00:00")
    assert instant(date.min, ZoneInfo("Asia/Tokyo")) < at("0002-01-01T00:00+00:00")


def test_before_the_day_boundary_it_is_yesterday() -> None:
    assert day_of(at("2026-11-21T02:59+01:00"), BERLIN, time(3)) == date(2026, 11, 20)
    assert day_of(at("2026-11-21T03:00+01:00"), BERLIN, time(3)) == date(2026, 11, 21)


def test_a_day_never_comes_back_when_the_clock_does() -> None:
    first, second = at("2026-10-25T02:45+02:00"), at("2026-10-25T02:15+01:00")
    assert first < second
    assert day_of(first, BERLIN, time(2, 30)) == day_of(second, BERLIN, time(2, 30)) == date(2026, 10, 25)


@given(INSTANTS, ZONES, BOUNDARIES)
def test_every_instant_lies_in_exactly_its_day(now: datetime, zone: str, ends_at: time) -> None:
    place = zone_of(zone)
    day = day_of(now, place, ends_at)
    assert day_start(day, place, ends_at) <= now < day_start(day + timedelta(days=1), place, ends_at)


@given(INSTANTS, ZONES, BOUNDARIES)
def test_a_context_knows_its_day_and_its_boundary(now: datetime, zone: str, ends_at: time) -> None:
    moment = context(now, zone, ends_at)
    assert moment.day_start <= moment.now < moment.day_end
    assert today(moment) == day_of(now, zone_of(zone), ends_at)
    assert today(moment).weekday() == moment.weekday
    assert boundary(moment) == ends_at
    assert 0 <= moment.hour < 24


@given(WHENS, ZONES)
def test_every_when_has_an_instant_in_utc(when: date, zone: str) -> None:
    assert instant(when, zone_of(zone)).utcoffset() == timedelta(0)


def test_a_zone_may_be_a_fixed_offset() -> None:
    assert zone_of("-03:30").utcoffset(None) == timedelta(hours=-3, minutes=-30)
    for name in ("Mars/Olympus", "", "Europe", "/etc/passwd", "+24:00", "+5", "+1:2:3", "+1:-30", "-ab:cd"):
        with pytest.raises(ZoneInfoNotFoundError):
            zone_of(name)


NOW = at("2026-11-21T10:00+00:00")


def block(start: int, end: int, all_day: bool = False) -> Busy:
    return Busy(NOW + timedelta(minutes=start), NOW + timedelta(minutes=end), all_day)


def test_meetings_that_touch_or_overlap_are_one() -> None:
    moment = context(NOW, "UTC", busy=[block(-30, 15), block(15, 45), block(40, 60), block(90, 120)])
    assert moment.meeting_until == NOW + timedelta(minutes=60)
    assert moment.free_until == NOW + timedelta(minutes=90)


def test_an_all_day_block_is_no_meeting() -> None:
    moment = context(NOW, "UTC", busy=[block(-600, 840, all_day=True)])
    assert moment.meeting_until is None
    assert moment.free_until is None


def test_a_meeting_is_over_at_its_end_and_tomorrows_do_not_count() -> None:
    moment = context(NOW, "UTC", busy=[block(-60, 0), block(14 * 60, 15 * 60)])
    assert moment.meeting_until is None
    assert moment.free_until is None


@given(st.lists(busy(), max_size=8))
def test_merged_meetings_are_apart_and_in_order(blocks: list[Busy]) -> None:
    merged = meetings(blocks)
    assert all(start < end for start, end in merged)
    assert all(first[1] < second[0] for first, second in pairwise(merged))
