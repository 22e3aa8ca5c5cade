"""Quiet hours on the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from oo.contracts.deliveries import Quiet
from oo.engine.interrupting.nights import is_quiet, next_quiet, quiet_until
from oo.engine.interrupting.tests.people import ZONES, instants, nights

BERLIN = ZoneInfo("Europe/Berlin")
STRICT = settings(max_examples=120, deadline=None, derandomize=True, database=None)


def test_a_night_of_nine_hours_is_eight_when_clocks_go_forward_and_ten_when_they_go_back() -> None:
    quiet = Quiet(time(22), time(7), "person")
    for evening, hours in ((datetime(2026, 3, 28, 21), 8), (datetime(2026, 10, 24, 20), 10)):
        start = evening.replace(tzinfo=UTC)
        assert is_quiet(start, BERLIN, quiet)
        assert not is_quiet(start - timedelta(seconds=1), BERLIN, quiet)
        assert quiet_until(start, BERLIN, quiet) == start + timedelta(hours=hours)


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    quiet = Quiet(time(2), time(2, 30), "person")
    first, second = datetime(2026, 10, 25, 0, 10, tzinfo=UTC), datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert is_quiet(first, BERLIN, quiet)
    assert is_quiet(second, BERLIN, quiet)
    assert quiet_until(first, BERLIN, quiet) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert next_quiet(datetime(2026, 10, 25, 0, 40, tzinfo=UTC), BERLIN, quiet) == datetime(2026, 10, 25, 1, tzinfo=UTC)


def test_quiet_hours_that_begin_in_a_skipped_hour_begin_when_the_clock_has_jumped() -> None:
    quiet = Quiet(time(2, 30), time(6), "person")
    assert next_quiet(datetime(2026, 3, 29, 0, 50, tzinfo=UTC), BERLIN, quiet) == datetime(2026, 3, 29, 1, tzinfo=UTC)


@STRICT
@given(instants(), st.sampled_from(ZONES), nights())
def test_no_minute_before_the_next_quiet_one_is_quiet(now: datetime, zone: str, quiet: Quiet | None) -> None:
    place = ZoneInfo(zone)
    found = next_quiet(now, place, quiet)
    if found is None:
        assert quiet is None
        return
    assert is_quiet(found, place, quiet)
    at = now
    while at < found:
        assert not is_quiet(at, place, quiet)
        at += timedelta(seconds=60)


@STRICT
@given(instants(), st.sampled_from(ZONES), nights())
def test_every_minute_until_the_end_of_a_quiet_time_is_quiet(now: datetime, zone: str, quiet: Quiet | None) -> None:
    place = ZoneInfo(zone)
    end = quiet_until(now, place, quiet)
    if end is None:
        assert not is_quiet(now, place, quiet)
        return
    assert not is_quiet(end, place, quiet)
    at = now
    while at < end:
        assert is_quiet(at, place, quiet)
        at += timedelta(seconds=60)
