"""One component read by icalendar, with every time brought to a day, a floating time or an instant."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from oo.contracts.items import When
from oo.formats.ical.blocks import Block
from oo.formats.ical.zones import Zones

_TZID = re.compile(r';TZID=("[^"]*"|[^;:]*)', re.IGNORECASE)
_TIMES = ("DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "COMPLETED", "CREATED", "LAST-MODIFIED")
_LISTS = ("EXDATE", "RDATE")
_FEATHER = re.compile(r"BY\w+=(?=;|$)|(?<=[=,])\+")


@dataclass(slots=True)
class Component:
    """A VEVENT or VTODO; `ical` is icalendar's own object with times localised."""

    kind: str
    line: int
    uid: str
    ical: Any
    faults: list[str] = field(default_factory=list)
    """What in it could not be read and was left out."""
    resource: str = ""
    """The name of what holds it alone, at a server; nothing in a file."""

    def when(self, name: str) -> When | None:
        """The day or time of a property, None when there is none."""
        value = _read_or_none(self.ical.get(name), "dt")
        return value if isinstance(value, date) else None

    def text(self, name: str) -> str:
        """The text of a property on one line, nothing when there is none."""
        value = self.ical.get(name)
        if isinstance(value, list):
            value = value[0]
        return "" if value is None else " ".join(_printable(str(value)).split())

    def number(self, name: str) -> int:
        """The whole number of a property, 0 when there is none."""
        value = self.ical.get(name)
        return int(value) if isinstance(value, int) else 0

    def span(self, name: str) -> timedelta | None:
        """The length of a property such as DURATION."""
        value = _read_or_none(self.ical.get(name), "dt")
        return value if isinstance(value, timedelta) else None

    def all(self, name: str) -> list[Any]:
        """Every value of a property that may be there several times."""
        value = self.ical.get(name)
        return [] if value is None else value if isinstance(value, list) else [value]

    @property
    def status(self) -> str:
        """STATUS in capitals."""
        return self.text("STATUS").upper()

    @property
    def repeats(self) -> bool:
        """Whether it says that it happens more than once."""
        return "RRULE" in self.ical or "RDATE" in self.ical


def read(block: Block, zones: Zones, floating: tzinfo | None) -> Component:
    """Read one block; a floating time gets the zone given, or stays floating. Raises `ValueError` when it is broken."""
    import icalendar

    faults: list[str] = []
    local: dict[str, tzinfo] = {}
    lines = [_known_zone(name, line, zones, local, faults) for name, line in block.properties]
    kind = icalendar.Todo if block.kind == "VTODO" else icalendar.Event
    try:
        ical = _parsed(kind, block, lines, faults)
        for name in _TIMES:
            _localise(ical, name, local.get(name, floating), faults)
        for name in _LISTS:
            _localise_lists(ical, name, local.get(name, floating), faults)
    except Exception as error:  # a damaged component may break the library anywhere
        raise ValueError(f"A {block.kind} that can't be read ({type(error).__name__}).") from error
    uid = str(ical.get("UID") or "").strip()
    return Component(block.kind, block.line, uid, ical, faults)


def instant(when: When, zone: tzinfo) -> datetime:
    """The instant (aware UTC) at which a day or time begins; the zone is that of days and floating times."""
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day, tzinfo=zone)
    elif when.tzinfo is None:
        when = when.replace(tzinfo=zone)
    return when.astimezone(UTC)


def _known_zone(name: str, line: str, zones: Zones, local: dict[str, tzinfo], faults: list[str]) -> str:
    """Take the TZID out of a line and remember its zone, so that the library never looks it up by itself."""
    head, colon, value = _parted(line)
    if name == "RRULE":
        return f"RRULE:{_FEATHER.sub('', value.strip().upper()).replace(';;', ';').strip(';')}"
    match = _TZID.search(head)
    if match is None:
        return line
    zone = zones.find(match[1])
    if zone is not None:
        local[name] = zone
    else:
        _add(faults, "A time zone that is unknown; the person's own is taken.")
    return f"{head[: match.start()]}{head[match.end() :]}{colon}{value.strip()}"


def _parted(line: str) -> tuple[str, str, str]:
    """Name with parameters, the colon, the value; colons within quotes belong to a parameter."""
    quoted = False
    for at, sign in enumerate(line):
        if sign == '"':
            quoted = not quoted
        elif sign == ":" and not quoted:
            return line[:at], ":", line[at + 1 :]
    return line, "", ""


def _parsed(kind: Any, block: Block, lines: list[str], faults: list[str]) -> Any:
    """icalendar's component; a property that it can't take is left out, so that it doesn't spoil the others."""
    try:
        ical = kind.from_ical(_text(block.kind, lines))
        if not ical.errors:
            return ical
    except Exception:  # noqa: S110 - whatever it raises, some property can't be read: the next lines find which
        pass
    return kind.from_ical(_text(block.kind, [line for line in lines if _is_readable(kind, block, line, faults)]))


def _is_readable(kind: Any, block: Block, line: str, faults: list[str]) -> bool:
    name = re.split("[;:]", line, maxsplit=1)[0]
    try:
        fine = not kind.from_ical(_text(block.kind, [line])).errors
    except Exception:  # whatever it raises, the property can't be read
        fine = False
    if not fine:
        _add(faults, f"{name} can't be read; it is left out.")
    return fine


def _text(kind: str, lines: list[str]) -> str:
    return "\r\n".join([f"BEGIN:{kind}", *lines, f"END:{kind}", ""])


def _localise(ical: Any, name: str, zone: tzinfo | None, faults: list[str]) -> None:
    values = _as_list(ical.get(name))
    if not values:
        return
    if len(values) > 1:
        ical[name] = values[0]
    if not isinstance(_read_or_none(values[0], "dt"), date):
        del ical[name]
        _add(faults, f"{name} can't be read; it is left out.")
        return
    values[0].dt = _with_zone(values[0].dt, zone)


def _localise_lists(ical: Any, name: str, zone: tzinfo | None, faults: list[str]) -> None:
    values = _as_list(ical.get(name))
    readable = [several for several in values if _read_or_none(several, "dts") is not None]
    if len(readable) < len(values):
        _add(faults, f"{name} can't be read; it is left out.")
        del ical[name]
        if readable:
            ical[name] = readable
    for several in readable:
        for one in several.dts:
            one.dt = _with_zone(one.dt, zone)


def _read_or_none(value: Any, name: str) -> Any:
    """An attribute; what icalendar could not parse raises an error of its own when it is asked for one."""
    try:
        return getattr(value, name, None)
    except Exception:  # whatever it raises, there is nothing to read
        return None


def _add(faults: list[str], fault: str) -> None:
    if fault not in faults:
        faults.append(fault)


def _with_zone(value: Any, zone: tzinfo | None) -> Any:
    if isinstance(value, tuple):
        return tuple(_with_zone(part, zone) for part in value)
    if isinstance(value, datetime) and value.tzinfo is None and zone is not None:
        return value.replace(tzinfo=zone)
    return value


def _as_list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
