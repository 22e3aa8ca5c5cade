"""One component read by icalendar, with every time brought to a day, a floating time or an instant."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from oo.contracts.items import When
from oo.plugins.connectors.ics.blocks import Block
from oo.plugins.connectors.ics.zones import Zones

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

    def when(self, name: str) -> When | None:
        """The day or time of a property, None when there is none."""
        value = getattr(self.ical.get(name), "dt", None)
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
        value = getattr(self.ical.get(name), "dt", None)
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
    text = f"BEGIN:{block.kind}\r\n" + "\r\n".join(lines) + f"\r\nEND:{block.kind}\r\n"
    kind = icalendar.Todo if block.kind == "VTODO" else icalendar.Event
    try:
        ical: Any = kind.from_ical(text)
        for name, _ in ical.errors:
            faults.append(f"{name} can't be read; it is left out.")
        for name in _TIMES:
            _localise(ical, name, local.get(name, floating), faults)
        for name in _LISTS:
            for several in _as_list(ical.get(name)):
                for one in getattr(several, "dts", ()):
                    one.dt = _with_zone(one.dt, local.get(name, floating))
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
        faults.append(f"The time zone of {name} is unknown; the person's own is taken.")
    return f"{head[: match.start()]}{head[match.end() :]}{colon}{value}"


def _parted(line: str) -> tuple[str, str, str]:
    """Name with parameters, the colon, the value; colons within quotes belong to a parameter."""
    quoted = False
    for at, sign in enumerate(line):
        if sign == '"':
            quoted = not quoted
        elif sign == ":" and not quoted:
            return line[:at], ":", line[at + 1 :]
    return line, "", ""


def _localise(ical: Any, name: str, zone: tzinfo | None, faults: list[str]) -> None:
    values = _as_list(ical.get(name))
    if not values:
        return
    if len(values) > 1:
        ical[name] = values[0]
    if not isinstance(getattr(values[0], "dt", None), date):
        del ical[name]
        faults.append(f"{name} can't be read; it is left out.")
        return
    values[0].dt = _with_zone(values[0].dt, zone)


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
