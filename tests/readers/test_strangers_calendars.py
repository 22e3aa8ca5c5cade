"""Every event of calendars that strangers wrote is judged by the table, event by event, against another reading of it.

The other reading is short and knows nothing of the house's: lines by regular expressions, times by icalendar alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from oo.contracts.calendars import is_free
from oo.contracts.connectors import Source
from oo.contracts.ids import ConnectionId
from oo.contracts.items import Busy
from oo.formats.ical.reader import batch_of

BERLIN = "Europe/Berlin"
ZONE = re.compile(r"BEGIN:VTIMEZONE.*?END:VTIMEZONE\n", re.DOTALL)
EVENT = re.compile(r"BEGIN:VEVENT\n.*?END:VEVENT\n", re.DOTALL)
ALARM = re.compile(r"BEGIN:VALARM\n.*?END:VALARM\n", re.DOTALL)


@dataclass(frozen=True)
class Event:
    """One VEVENT, cut out of its file."""

    text: str
    calendar: str
    """A file with this event alone, and with the zones of its file."""
    zone: str | None
    """X-WR-TIMEZONE."""

    def has(self, pattern: str) -> bool:
        return re.search(f"^(?:{pattern})$", ALARM.sub("", self.text), re.MULTILINE | re.IGNORECASE) is not None

    @property
    def repeats(self) -> bool:
        return self.has(r"(RRULE|RDATE|RECURRENCE-ID)[;:].*")


def events(shared: Path) -> Iterator[tuple[str, Event]]:
    for path in sorted((shared / "inputs" / "ics").iterdir()):
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        text = re.sub(r"\r\n?", "\n", text)
        text = re.sub(r"\n[ \t]", "", text)
        zones = "".join(ZONE.findall(text))
        named = re.search(r"^X-WR-TIMEZONE:(.+)$", text, re.MULTILINE)
        own = "" if named is None else f"X-WR-TIMEZONE:{named[1]}\n"
        for event in EVENT.findall(text):
            whole = f"BEGIN:VCALENDAR\nVERSION:2.0\n{own}{zones}{event}END:VCALENDAR\n"
            yield path.name, Event(event, whole, named and named[1].strip())


def times(event: Event) -> tuple[datetime, datetime, bool] | None:
    """Beginning and end as icalendar reads them, and whether they are days; None where it can't."""
    here, there = ZoneInfo(BERLIN), ZoneInfo(event.zone or BERLIN)
    if event.has(r"DTSTART[^:]*:\d{8}"):  # a day, whether it says VALUE=DATE or not
        first, last = (
            re.search(rf"^{name}[^:]*:(\d{{8}})$", event.text, re.MULTILINE) for name in ("DTSTART", "DTEND")
        )
        day = date.fromisoformat(first[1])  # type: ignore[index]
        following = date.fromisoformat(last[1]) if last else day + timedelta(days=1)
        return at(day, here), at(following, here), True
    try:
        one: Any
        (one,) = icalendar.Calendar.from_ical(event.calendar.replace("\n", "\r\n")).events
        start = one["DTSTART"].dt
        length = one["DURATION"].dt if "DURATION" in one else None
        end = one["DTEND"].dt if "DTEND" in one else start + (length or timedelta(0))
    except Exception:  # broken on purpose, some of them
        return None
    return at(start, there), at(end, there), False


def at(when: date, place: tzinfo) -> datetime:
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day, tzinfo=place)
    return (when.replace(tzinfo=place) if when.tzinfo is None else when).astimezone(UTC)


def expected(event: Event, start: datetime, end: datetime, *, days: bool) -> str:
    """What the table says of it, in the words of RFC 5545."""
    guests = re.findall(r"^ATTENDEE(.*?):", ALARM.sub("", event.text), re.MULTILINE)
    if event.has("STATUS:CANCELLED") or event.has("TRANSP:TRANSPARENT") or event.has("X-MICROSOFT-.*BUSYSTATUS:FREE"):
        return "free"
    if guests and all("PARTSTAT=DECLINED" in one for one in guests):
        return "free"
    return "free" if end <= start else "all day" if days else "busy"


def read(event: Event, now: datetime) -> tuple[Busy, ...]:
    return batch_of(Source(ConnectionId("c"), now, BERLIN), {"a.ics": event.calendar.encode()}).busy


def test_every_event_that_happens_once_is_judged_and_timed_as_the_table_says(shared: Path) -> None:
    counts: Counter[str] = Counter()
    for name, event in events(shared):
        if event.repeats or (known := times(event)) is None:
            counts["repeats" if event.repeats else "broken"] += 1
            continue
        start, end, days = known
        verdict = expected(event, start, end, days=days)
        found = read(event, start)
        assert ("free" if not found else "all day" if found[0].all_day else "busy") == verdict, (name, event.text)
        counts[verdict] += 1
        if verdict != "free":
            assert found == (Busy(start, end, days),), (name, event.text)
            second = timedelta(seconds=1)
            for instant, inside in ((start - second, False), (start, True), (end - second, True), (end, False)):
                assert is_free(found, instant) != (inside and not days), (name, event.text, instant)
    assert counts == {"busy": 763, "all day": 486, "free": 110, "repeats": 509, "broken": 6}


def test_every_event_that_repeats_begins_with_itself_and_takes_as_long_each_time(shared: Path) -> None:
    followed = 0
    for name, event in events(shared):
        if not event.has("RRULE[;:].*") or event.has(r"(RECURRENCE-ID|EXDATE|RDATE)[;:].*"):
            continue
        if (known := times(event)) is None:
            continue
        start, end, days = known
        verdict = expected(event, start, end, days=days)
        found = read(event, start)
        if verdict == "free":
            assert found == (), (name, event.text)
            continue
        if found == () or found[0].start > start:  # begins on a day that is none of its rule's
            continue
        followed += 1
        assert found[0] == Busy(start, end, days), (name, event.text)
        hour = timedelta(hours=1)  # a night on which clocks change
        assert all(abs((one.end - one.start) - (end - start)) <= hour for one in found), (name, event.text)
        assert len(found) == len(set(found))
    assert followed > 180
