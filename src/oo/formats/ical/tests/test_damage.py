"""One damaged component never takes the others with it, and no rule takes all the time there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oo.formats.ical import components
from oo.formats.ical.blocks import cut
from oo.formats.ical.tests.calendars import NOW, busy, calendar, event, read, reasons, todo
from oo.formats.ical.work import TooMuch, Work
from oo.formats.ical.zones import Zones

pytestmark = pytest.mark.anyio

GOOD = event("DTSTART:20261123T100000Z", "DTEND:20261123T110000Z", uid="good")
BLOCK = "23T10:00-11:00"


@pytest.mark.parametrize(
    "bad",
    [
        event("DTSTART:soon", uid="bad"),
        event("SUMMARY:no time", uid="bad"),
        event("DTSTART:20261123T100000Z", "DTEND:20261123T110000Z", "RRULE:FREQ=SOMETIMES", uid="bad"),
        event("DTSTART:20261123T100000Z", "EXDATE:never", uid="bad"),
        "BEGIN:VEVENT\nUID:bad\nDTSTART:20261123T120000Z\nthis is no property\nEND:VEVENT",
        "BEGIN:VEVENT\nUID:bad\nDTSTART:20261123T120000Z",
        "BEGIN:VTODO\nSUMMARY:x\nDUE:-00111\nEND:VTODO",
        "END:VEVENT\nEND:VALARM",
        "BEGIN:VALARM\nBEGIN:VALARM",
    ],
)
async def test_what_is_damaged_leaves_the_others(bad: str) -> None:
    assert BLOCK in await busy(GOOD, bad, event("DTSTART:20261124T100000Z", "DURATION:PT1H", uid="other"))
    assert BLOCK in await busy(bad, GOOD)


async def test_a_property_that_cannot_be_read_is_left_out_of_its_component() -> None:
    batch = await read(calendar(todo("DUE:-0011130T160000", "PRIORITY:1")))
    assert (batch.items[0].facts.due, batch.items[0].facts.priority) == (None, 3)
    assert [(note.line, note.reason) for note in batch.unread] == [(3, "DUE can't be read; it is left out.")]


async def test_what_is_no_calendar_is_said_so_as_a_whole() -> None:
    batch = await read(b"(A) Call Ada\n")
    assert [(note.line, note.reason) for note in batch.unread] == [(0, "This is not an iCalendar file.")]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=-1",
        "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTHDAY=31;BYMONTH=4",
        "FREQ=DAILY;BYDAY=MO;BYSETPOS=7",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=40",
    ],
)
async def test_a_rule_that_would_never_end_is_read_as_happening_once(rule: str) -> None:
    batch = await read(calendar(event("DTSTART:20261123T100000Z", "DURATION:PT1H", f"RRULE:{rule}")))
    assert [block.start for block in batch.busy] == [datetime(2026, 11, 23, 10, tzinfo=UTC)]
    assert len(batch.unread) == 1
    assert "recur" in batch.unread[0].reason


async def test_a_rule_that_takes_too_many_steps_is_not_followed() -> None:
    too_often = ["A VEVENT that recurs too often to be followed."]
    for start, length, rule in (
        ("19700101T100000Z", "PT1M", "FREQ=MINUTELY;BYHOUR=3"),
        ("19000101T100000Z", "PT1M", "FREQ=DAILY;BYHOUR=1,2,3,4,5,6"),
        ("20261101T100000Z", "P9999D", "FREQ=DAILY"),
        (
            "20261101T100000Z",
            "PT1M",
            "FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10,11,12;BYMINUTE=1,2,3,4,5,6,7,8,9,10,11,12",
        ),
    ):
        assert await reasons(event(f"DTSTART:{start}", f"DURATION:{length}", f"RRULE:{rule}")) == too_often


def test_many_rules_together_have_a_limit_too() -> None:
    block = cut("a.ics", calendar(event("DTSTART:20261101T100000Z", "RRULE:FREQ=DAILY"))).sheets[1].blocks[0]
    component = components.read(block, Zones([]), UTC)
    work = Work(steps=100)
    work.allow(component, NOW, NOW + timedelta(days=36))
    with pytest.raises(TooMuch, match="too many in this file"):
        work.allow(component, NOW, NOW + timedelta(days=36))


async def test_honest_rules_of_every_kind_are_followed() -> None:
    for rule in (
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=HOURLY;INTERVAL=24;COUNT=3",
        "FREQ=MONTHLY;BYDAY=4MO",
        "RRULE:FREQ=WEEKLY",
    ):
        found = await busy(event("DTSTART:20260928T100000Z", "DURATION:PT1H", f"RRULE:{rule.removeprefix('RRULE:')}"))
        assert (BLOCK in found) == ("COUNT" not in rule)
    assert await reasons(event("DTSTART:19000101T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(
            st.sampled_from(calendar(GOOD, todo("DUE:20261125", "RRULE:FREQ=DAILY")).decode().splitlines()),
            st.sampled_from(["RDATE:20261124T100000Z", "EXDATE:20261123", "RECURRENCE-ID:20261123", "BEGIN:VTIMEZONE"]),
            st.from_regex(r"(DTSTART|DTEND|DUE|DURATION|RRULE)[;:][A-Z0-9=;:-]{0,20}", fullmatch=True),
            st.text(max_size=20),
        ),
        max_size=40,
    )
)
async def test_no_lines_break_it(lines: list[str]) -> None:
    batch = await read("\n".join(lines).encode(errors="surrogatepass"))
    assert all(note.line >= 0 for note in batch.unread)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_cutting(data: bytes) -> None:
    found = cut("a.ics", data)
    assert all(block.line >= 1 for sheet in found.sheets for block in sheet.blocks)


@pytest.mark.parametrize("year", [2004, 2026])
async def test_every_file_that_strangers_wrote_is_read(shared: Path, year: int) -> None:
    for path in sorted((shared / "inputs" / "ics").iterdir()):
        batch = await read(path.read_bytes(), now=datetime(year, 6, 5, 9, tzinfo=UTC))
        assert all(block.start < block.end for block in batch.busy), path.name
        assert not any("whole" in note.reason for note in batch.unread)
        assert sum(note.line == 0 for note in batch.unread) == 0, path.name
