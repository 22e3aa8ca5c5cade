"""Events become busy blocks at the right instants, and only where somebody is busy."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oo.formats.ical.tests.calendars import busy, calendar, event, read, reasons

pytestmark = pytest.mark.anyio

MONDAY = "DTSTART;TZID=Europe/Berlin:20261123T100000", "DTEND;TZID=Europe/Berlin:20261123T110000"
OFFICE = """BEGIN:VTIMEZONE
TZID:{}
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0530
TZOFFSETTO:+0530
END:STANDARD
END:VTIMEZONE"""


async def test_an_event_is_a_block() -> None:
    assert await busy(event(*MONDAY)) == ["23T09:00-10:00"]


@pytest.mark.parametrize(
    ("lines", "block"),
    [
        (("DTSTART:20261123T100000Z", "DURATION:PT90M"), ["23T10:00-11:30"]),
        (("DTSTART;VALUE=DATE:20261123",), ["22T23:00-23:00*"]),
        (("DTSTART;VALUE=DATE:20261123", "DTEND;VALUE=DATE:20261125"), ["22T23:00-23:00*"]),
        (("DTSTART:20261123T100000",), []),
        (("DTSTART:20261123T100000", "DTEND:20261123T103000"), ["23T09:00-09:30"]),
        (("DTSTART;TZID=W. Europe Standard Time:20261123T100000", "DURATION:PT1H"), ["23T09:00-10:00"]),
        (("DTSTART;TZID=/citadel.org/20190521_1/Asia/Tokyo:20261123T100000", "DURATION:PT1H"), ["23T01:00-02:00"]),
        (('DTSTART;TZID="America/New_York":20261123T100000', "DURATION:PT1H"), ["23T15:00-16:00"]),
        (("DTSTART:20261120T000000Z", "DTEND:20261122T000000Z"), ["20T00:00-00:00"]),
        (("DTSTART:20261119T000000Z", "DTEND:20261120T080000Z"), []),
        (("DTSTART:20270115T000000Z", "DTEND:20270115T080000Z"), []),
        (("DTSTART:20261123T110000Z", "DTEND:20261123T100000Z"), []),
    ],
)
async def test_every_way_to_say_when(lines: tuple[str, ...], block: list[str]) -> None:
    assert await busy(event(*lines)) == block


@pytest.mark.parametrize(
    "line",
    [
        "TRANSP:TRANSPARENT",
        "STATUS:CANCELLED",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:me@example.com",
    ],
)
async def test_what_takes_no_time_is_left_out(line: str) -> None:
    assert await busy(event(*MONDAY, line)) == []


async def test_only_the_owners_answer_counts_where_the_calendar_names_its_owner() -> None:
    guests = "ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.com", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.com"
    assert await busy("X-WR-CALNAME:me@example.com", event(*MONDAY, *guests)) != []
    assert await busy("X-WR-CALNAME:ada@example.com", event(*MONDAY, *guests)) == []
    assert await busy(event(*MONDAY, *guests)) != []


async def test_a_cancelled_calendar_takes_no_time() -> None:
    assert await busy("METHOD:CANCEL", event(*MONDAY)) == []


async def test_a_zone_of_the_files_own_counts_for_its_own_name_only() -> None:
    lines = "DTSTART;TZID=Bureau:20261123T100000", "DURATION:PT1H"
    assert await busy(OFFICE.format("Bureau"), event(*lines)) == ["23T04:30-05:30"]
    assert await busy(event(*lines)) == ["23T09:00-10:00"]
    assert await reasons(event(*lines)) == ["A time zone that is unknown; the person's own is taken."]


async def test_floating_times_are_the_calendars_else_the_persons() -> None:
    lines = "DTSTART:20261123T100000", "DURATION:PT1H"
    assert await busy("X-WR-TIMEZONE:Asia/Tokyo", event(*lines)) == ["23T01:00-02:00"]
    assert await busy(event(*lines), zone="America/New_York") == ["23T15:00-16:00"]


async def test_a_weekly_meeting_keeps_its_hour_over_the_change_of_clocks() -> None:
    lines = (
        "DTSTART;TZID=Europe/Berlin:20261005T100000",
        "DTEND;TZID=Europe/Berlin:20261005T110000",
        "RRULE:FREQ=WEEKLY",
    )
    assert await busy(event(*lines), now=datetime(2026, 10, 19, 6, tzinfo=UTC)) == [
        "19T08:00-09:00",
        "26T09:00-10:00",
        "02T09:00-10:00",
        "09T09:00-10:00",
        "16T09:00-10:00",
    ]


async def test_occurrences_are_left_out_moved_and_cancelled_one_by_one() -> None:
    series = event(*MONDAY, "RRULE:FREQ=DAILY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20261124T100000")
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20261125T100000",
        "DTSTART;TZID=Europe/Berlin:20261125T140000",
        "DTEND;TZID=Europe/Berlin:20261125T150000",
    )
    cancelled = event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20261126T100000",
        "DTSTART;TZID=Europe/Berlin:20261126T100000",
        "DTEND;TZID=Europe/Berlin:20261126T110000",
        "STATUS:CANCELLED",
    )
    assert await busy(cancelled, series, moved) == ["23T09:00-10:00", "25T13:00-14:00"]


async def test_of_two_versions_the_later_one_counts() -> None:
    old = event(*MONDAY, "SEQUENCE:3")
    new = event("DTSTART:20261124T100000Z", "DTEND:20261124T110000Z", "SEQUENCE:4")
    gone = event("DTSTART:20270624T100000Z", "DTEND:20270624T110000Z", "SEQUENCE:4")
    for order in ((old, new), (new, old)):
        assert await busy(*order) == ["24T10:00-11:00"]
    assert await busy(old, gone) == []


async def test_a_block_says_nothing_of_what_it_is() -> None:
    batch = await read(calendar(event(*MONDAY, "SUMMARY:Secret talk", "LOCATION:Bunker", "DESCRIPTION:hidden")))
    assert len(batch.busy) == 1
    assert not any(word in repr(batch) for word in ("Secret", "Bunker", "hidden"))
