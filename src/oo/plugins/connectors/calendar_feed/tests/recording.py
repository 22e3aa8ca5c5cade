"""Makes the recording in `samples/` from the stand-in: run this module."""

from __future__ import annotations

import asyncio
from pathlib import Path

from oo.plugins.connectors.calendar_feed.plugin import plugin
from oo.testing.feeds.server import SECRET, Feed
from oo.testing.recording import record
from oo.testing.standins.http import PlainHttp
from oo.testing.standins.serving import Standing

LINES = """BEGIN:VCALENDAR
VERSION:2.0
X-WR-CALNAME:ada@example.com
BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20261123T100000
DTEND;TZID=Europe/Berlin:20261123T110000
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:Talk
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20261124
TRANSP:TRANSPARENT
SUMMARY:Birthday of Grace
END:VEVENT
BEGIN:VTODO
UID:3
SUMMARY:Call the plumber
DUE;VALUE=DATE:20261125
END:VTODO
END:VCALENDAR
"""


async def main() -> None:
    """Writes it."""
    feed = Feed(LINES.replace("\n", "\r\n").encode())
    with Standing(feed.faults) as standing:
        async with PlainHttp(f"{standing.url}{SECRET}") as http:
            to = Path(__file__).with_name("samples") / "feed.json"
            await record(plugin, http, "https://calendar.example.com", to)


if __name__ == "__main__":
    asyncio.run(main())
