"""Makes the recording in `samples/` from the stand-in: run this module."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path

from oo.plugins.connectors.google_calendar.plugin import plugin
from oo.testing.connectors import NOW
from oo.testing.google.server import Google
from oo.testing.recording import record
from oo.testing.standins.http import PlainHttp
from oo.testing.standins.serving import Standing

HOUR = timedelta(hours=1)


async def main() -> None:
    """Writes it."""
    google = Google(clock=lambda: NOW)
    mine = google.calendar()
    guest = {"self": True, "email": "ada@example.com"}
    mine.put("talk", NOW + HOUR, NOW + 2 * HOUR, attendees=[guest | {"responseStatus": "tentative"}])
    mine.put("no", NOW + HOUR, NOW + 3 * HOUR, attendees=[guest | {"responseStatus": "declined"}])
    mine.put("weekly", NOW - 30 * 24 * HOUR, NOW - 30 * 24 * HOUR + HOUR, recurrence=["RRULE:FREQ=WEEKLY"])
    mine.put("trip", date(2026, 11, 23), date(2026, 11, 25))
    mine.put("home", date(2026, 11, 24), date(2026, 11, 25), eventType="workingLocation", transparency="transparent")
    google.calendar("team@group.calendar.google.com", role="reader")
    token, _ = google.access.grant()
    with Standing(google.faults) as standing:
        async with PlainHttp(f"{standing.url}/calendar/v3/", token=token) as http:
            to = Path(__file__).with_name("samples") / "calendar.json"
            await record(plugin, http, "https://www.googleapis.com/calendar/v3/", to)


if __name__ == "__main__":
    asyncio.run(main())
