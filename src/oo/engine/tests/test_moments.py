"""Moments to come back at."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.decisions import Hold, UserView
from oo.contracts.ids import HoldId, Ref, UserId
from oo.contracts.items import Busy, Facts
from oo.engine.candidates import candidates
from oo.engine.filters import sift
from oo.engine.house import FILTERS
from oo.engine.moments import moments
from oo.engine.rhythm import USUAL, Rhythm, rhythm
from oo.engine.tests.strategies import BOUNDARIES, INSTANTS, ZONES, busy
from oo.engine.when import context, instant, today, zone_of

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


EVERYWHERE = st.sampled_from(
    [
        "Europe/Berlin",
        "America/New_York",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Africa/Casablanca",
        "Antarctica/Troll",  # two hours at once
        "Asia/Kathmandu",
        "Australia/Lord_Howe",  # half an hour
        "Pacific/Apia",
        "Pacific/Chatham",
        "UTC",
    ]
)
ANY_DAY = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
RHYTHMS = st.builds(Rhythm, CLOCKS, CLOCKS)


@given(ANY_DAY, EVERYWHERE, BOUNDARIES, st.lists(busy(), max_size=5), RHYTHMS)
def test_every_moment_is_what_its_name_says_in_every_zone_on_every_day(
    now: datetime, zone: str, ends_at: time, blocks: list[Busy], usual: Rhythm
) -> None:
    there = context(now, zone, ends_at, blocks)
    day, local = today(there), zone_of(zone)
    for moment in moments(there, blocks, usual):
        at = moment.at.astimezone(local)
        if moment.id == "after-meeting":
            assert moment.at < there.day_end + timedelta(days=1)
            assert any(moment.at == block.end for block in blocks)
            continue
        clock = usual.evening if moment.id == "evening" else usual.morning
        days = {"evening": 0, "morning": 1, "next-week": 7 - day.weekday()}[moment.id]
        wanted = datetime.combine(day + timedelta(days=days), clock)
        assert moment.at == instant(wanted, local)
        if at.replace(tzinfo=None) != wanted:  # a clock that is set forward skips it; then it is as much later
            assert timedelta(0) < at.replace(tzinfo=None) - wanted <= timedelta(hours=2)
        assert moment.id != "next-week" or at.strftime("%a") in ("Mon", "Tue")


@given(ANY_DAY, EVERYWHERE, EVERYWHERE, BOUNDARIES, st.integers(1, 10**9))
def test_what_is_set_for_a_moment_is_away_until_then_and_there_from_then_on_wherever_its_person_is(
    now: datetime, zone: str, elsewhere: str, ends_at: time, early: int
) -> None:
    for moment in moments(context(now, zone, ends_at, [])):
        until = moment.at
        before = max(now, until - timedelta(microseconds=early))
        for instant_, there in ((now, False), (before, False), (until, True), (until + timedelta(days=30), True)):
            snoozed = Hold(HoldId("h"), "snoozed", "item", "a", now, until, None)
            task = Facts(Ref("a"), "v1", added=now)
            view = UserView(UserId("u"), context(instant_, elsewhere, ends_at), (task,), holds=(snoozed,))
            kept, _ = sift(view, candidates(view), FILTERS)
            assert [one.id for one in kept] == (["a"] if there else [])


def days_at(*clocks: str, zone: str = BERLIN) -> list[datetime]:
    """An answer at each of these times, one a day, over the end of summer time."""
    first = datetime(2026, 10, 20, tzinfo=UTC)
    return [
        instant(datetime.combine((first + timedelta(days=nth)).date(), time.fromisoformat(clock)), zone_of(zone))
        for nth, clock in enumerate(clocks)
    ]


def test_a_morning_begins_when_this_persons_mornings_do() -> None:
    early = ["06:10", "06:40", "06:05", "06:20", "06:15", "06:50", "07:30"]
    assert rhythm(days_at(*early), zone_of(BERLIN)) == Rhythm(time(6, 0), time(19, 0))
    assert rhythm(days_at(*early[:6]), zone_of(BERLIN)) == USUAL, "six days are too few"
    assert rhythm([at for at in days_at(*early) for _ in range(3)], zone_of(BERLIN)).morning == time(6, 0)


@pytest.mark.parametrize(("clock", "morning"), [("05:01", time(6)), ("11:59", time(11)), ("09:59", time(9, 30))])
def test_a_morning_is_never_before_six_or_after_eleven(clock: str, morning: time) -> None:
    assert rhythm(days_at(*[clock] * 9), zone_of(BERLIN)).morning == morning


def test_an_evening_begins_when_this_persons_evenings_do() -> None:
    assert rhythm(days_at(*["20:45"] * 7), zone_of(BERLIN)).evening == time(20, 30)
    assert rhythm(days_at(*["17:05"] * 7), zone_of(BERLIN)).evening == time(18, 0)


@given(st.lists(ANY_DAY, max_size=60), EVERYWHERE)
def test_a_rhythm_is_always_at_a_half_hour_of_a_morning_and_an_evening(answers: list[datetime], zone: str) -> None:
    found = rhythm(answers, zone_of(zone))
    assert time(6) <= found.morning <= time(11)
    assert time(18) <= found.evening <= time(21, 30)
    assert {found.morning.minute, found.evening.minute} <= {0, 30}
