"""The tables of docs/how-to/calendars.md are what the readers of calendars do, line by line."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from oo.contracts.calendars import ROWS, busy, is_free, row_of
from oo.contracts.connectors import Source
from oo.contracts.ids import ConnectionId
from oo.contracts.items import Busy
from oo.engine.when import context
from oo.formats.ical.reader import batch_of
from oo.plugins.connectors.google_calendar.entries import entry

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "calendars.md"
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
TIMES = ["DTSTART:20261123T100000Z", "DTEND:20261123T110000Z"]


def table(heading: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    part = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def read(events: list[list[str]], zone: str, now: datetime) -> tuple[Busy, ...]:
    """The blocks of a calendar file of these events."""
    parts = []
    for number, lines in enumerate(events):
        own = lines if any(line.startswith("DTSTART") for line in lines) else [*TIMES, *lines]
        parts += ["BEGIN:VEVENT", f"UID:{number}", *own, "END:VEVENT"]
    data = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-CALNAME:me@example.com", *parts, "END:VCALENDAR", ""])
    batch = batch_of(Source(ConnectionId("c"), now, zone), {"a.ics": data.encode()})
    assert batch.unread == ()
    return batch.busy


def verdict(blocks: tuple[Busy, ...]) -> str:
    return "free" if not blocks else "all day" if blocks[0].all_day else "busy"


def entries(column: int) -> list[tuple[str, list[str], str]]:
    rows = table("Which entries take time")
    return [(name, code(cells[column]), cells[2]) for name, *cells in rows if code(cells[column])]


@pytest.mark.parametrize(("name", "lines", "taken"), entries(0))
def test_an_entry_of_icalendar_is_taken_as_the_page_says(name: str, lines: list[str], taken: str) -> None:
    assert verdict(read([lines], "Europe/Berlin", MONDAY)) == taken, name


@pytest.mark.parametrize(("name", "lines", "taken"), entries(1))
def test_an_entry_of_google_is_taken_as_the_page_says(name: str, lines: list[str], taken: str) -> None:
    times = {"start": {"dateTime": "2026-11-23T10:00:00Z"}, "end": {"dateTime": "2026-11-23T11:00:00Z"}}
    event = {"id": "e", "status": "confirmed"} | times | json.loads("{" + ", ".join(lines) + "}")
    block = busy(entry(event, ZoneInfo("Europe/Berlin")))
    assert verdict(() if block is None else (block,)) == taken, name


@pytest.mark.parametrize("row", table("Now"), ids=lambda row: f"{row[2]} {row[3]}")
def test_at_an_instant_you_are_what_the_page_says(row: list[str]) -> None:
    events, zone, now, you = row
    at = datetime.fromisoformat(now)
    blocks = read([code(one) for one in events.split(" and ")], zone, at)
    assert is_free(blocks, at) == (you == "free")
    assert (context(at, zone, busy=blocks).meeting_until is None) == (you == "free"), "the engine says the same"


def test_every_row_of_the_rule_decides_a_line_of_the_page() -> None:
    decided = set()
    for _, lines, _ in entries(1):
        times = {"start": {"dateTime": "2026-11-23T10:00:00Z"}, "end": {"dateTime": "2026-11-23T11:00:00Z"}}
        event = {"status": "confirmed"} | times | json.loads("{" + ", ".join(lines) + "}")
        decided.add(row_of(entry(event, ZoneInfo("Europe/Berlin"))).name)
    assert decided == {row.name for row in ROWS}
