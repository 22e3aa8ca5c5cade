"""The components of an iCalendar file as text, cut apart so that a broken one can't take the others with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from oo.contracts.connectors import Unread

KINDS = frozenset({"VEVENT", "VTODO", "VTIMEZONE"})
MOST = 20_000
"""Components of one file that are read."""

_PROPERTY = re.compile(r"([A-Za-z0-9-]+)[ \t]*[;:]")
_NEEDED = frozenset(
    {
        *("UID", "SUMMARY", "DESCRIPTION", "STATUS", "PRIORITY", "PERCENT-COMPLETE", "CATEGORIES", "RELATED-TO", "URL"),
        *("DTSTART", "DTEND", "DUE", "DURATION", "COMPLETED", "CREATED", "LAST-MODIFIED", "SEQUENCE"),
        *("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "TRANSP", "ATTENDEE"),
        *("X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-ALLDAYEVENT", "X-APPLE-TRAVEL-DURATION"),
        *("TZID", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME"),
    }
)


@dataclass(slots=True)
class Block:
    """One component: its kind, the line it begins on, and its own properties as (name, unfolded line)."""

    kind: str
    line: int
    properties: list[tuple[str, str]] = field(default_factory=list)
    parts: list[Block] = field(default_factory=list)
    """The rules within a time zone; alarms and the like are left out."""

    def text(self) -> str:
        """The component as iCalendar text, unfolded."""
        inner = "".join(f"{line}\r\n" for _, line in self.properties)
        return f"BEGIN:{self.kind}\r\n{inner}END:{self.kind}\r\n"

    def first(self, name: str) -> str | None:
        """The value of the first property of this name, as it is written."""
        return next((line.partition(":")[2].strip() for own, line in self.properties if own == name), None)


@dataclass(slots=True)
class Sheet:
    """One VCALENDAR, or what stands outside of any."""

    blocks: list[Block] = field(default_factory=list)
    zone: str | None = None
    """X-WR-TIMEZONE."""
    name: str | None = None
    """X-WR-CALNAME: often the address of the calendar's owner."""
    cancels: bool = False
    """METHOD:CANCEL."""


@dataclass(slots=True)
class Cut:
    """A whole file, cut apart."""

    sheets: list[Sheet] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def cut(path: str, data: bytes) -> Cut:
    """Cut a file into its components; what is damaged is listed, nothing raises."""
    cutter = _Cutter(path)
    for number, line in unfolded(decoded(data)):
        if cutter.count >= MOST:
            cutter.note(number, f"Only {MOST} components of a file are read.")
            break
        cutter.take(number, line)
    cutter.give_up()
    found = cutter.found
    if not cutter.calendars and not any(sheet.blocks for sheet in found.sheets):
        found.unread = [Unread(path, 0, "This is not an iCalendar file.")]
    return found


class _Cutter:
    """Takes content lines one by one and keeps the stack of what has begun."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.sheet = Sheet()
        self.found = Cut(sheets=[self.sheet])
        self.calendars = self.count = 0
        self.begun: list[Block] = []

    def take(self, number: int, line: str) -> None:
        match = _PROPERTY.match(line)
        if match is None:
            if line.strip() and (self.begun or self.calendars):
                self.note(number, "A line that is no property; it is left out.")
            return
        name = match[1].upper()
        if name == "BEGIN":
            self._begin(line[match.end() :].strip().upper(), number)
        elif name == "END":
            self._end(line[match.end() :].strip().upper())
        elif not self.begun:
            _describe(self.sheet, name, line[match.end() :])
        elif name in _NEEDED:
            self.begun[-1].properties.append((name, name + line[len(match[1]) :].lstrip(" \t")))

    def note(self, number: int, reason: str) -> None:
        self.found.unread.append(Unread(self.path, number, reason))

    def give_up(self) -> None:
        """Drop what has begun and never ended."""
        if self.begun and self.begun[0].kind in KINDS:
            self.note(self.begun[0].line, f"A {self.begun[0].kind} that is cut off before its end.")
        self.begun.clear()

    def _begin(self, kind: str, number: int) -> None:
        if kind == "VCALENDAR" or kind in KINDS:  # these stand in nothing else, so what was open lost its end
            self.give_up()
        if kind == "VCALENDAR":
            self.calendars += 1
            self.sheet = Sheet()
            self.found.sheets.append(self.sheet)
        else:
            self.begun.append(Block(kind, number))

    def _end(self, kind: str) -> None:
        if kind == "VCALENDAR":
            self.give_up()
        if not any(block.kind == kind for block in self.begun):
            return
        while (block := self.begun.pop()).kind != kind:
            pass
        if not self.begun and kind in KINDS:
            self.count += 1
            self.sheet.blocks.append(block)
        elif len(self.begun) == 1 and self.begun[0].kind == "VTIMEZONE":
            self.begun[0].parts.append(block)


def decoded(data: bytes) -> str:
    """The file's text: UTF-8 as the standard has it, Latin-1 for the old files that are not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Content lines with the number of the line they begin on (RFC 5545, 3.1)."""
    started = 0
    parts: list[str] = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if parts and line[:1] in (" ", "\t"):
            parts.append(line[1:])
            continue
        if parts:
            yield started, "".join(parts)
        started, parts = number, [line.replace("\0", "")]
    if parts:
        yield started, "".join(parts)


def _describe(sheet: Sheet, name: str, value: str) -> None:
    if name == "X-WR-TIMEZONE":
        sheet.zone = value.strip() or None
    elif name == "X-WR-CALNAME":
        sheet.name = value.strip() or None
    elif name == "METHOD":
        sheet.cancels = value.strip().upper() == "CANCEL"
