"""Calendars for tests, written short, and what is read in them."""

from __future__ import annotations

from datetime import UTC, datetime

from oo.contracts.connectors import Batch, Source
from oo.contracts.ids import ConnectionId
from oo.formats.ical.reader import batch_of

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def event(*lines: str, uid: str = "e") -> str:
    """A VEVENT."""
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


def todo(*lines: str, uid: str = "t", summary: str = "Do it") -> str:
    """A VTODO."""
    return "\n".join(["BEGIN:VTODO", f"UID:{uid}", f"SUMMARY:{summary}", *lines, "END:VTODO"])


def calendar(*parts: str) -> bytes:
    """A file with these components and properties."""
    return (
        "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""])
        .replace("\r\n", "\n")
        .replace("\n", "\r\n")
        .encode()
    )


async def read(data: bytes, zone: str = "Europe/Berlin", now: datetime = NOW) -> Batch:
    """What is found in one file."""
    return batch_of(Source(ConnectionId("c"), now, zone), {"a.ics": data})


async def busy(*parts: str, zone: str = "Europe/Berlin", now: datetime = NOW) -> list[str]:
    """The busy blocks as short texts in UTC: `23T09:00-10:00`, `*` for all day."""
    found = (await read(calendar(*parts), zone, now)).busy
    return [f"{one.start:%dT%H:%M}-{one.end:%H:%M}{'*' * one.all_day}" for one in found]


async def reasons(*parts: str) -> list[str]:
    """Why something could not be read."""
    return [note.reason for note in (await read(calendar(*parts))).unread]
