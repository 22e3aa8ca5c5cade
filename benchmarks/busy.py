"""`python -m benchmarks.busy PORT EVENTS DELAY`: Google Calendar's stand-in as a process, until its input ends."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from oo.testing.google.server import Google
from oo.testing.standins.serving import Standing


def main(port: int, events: int, delay: float) -> None:
    """Serve one calendar with so many events in the next five weeks."""
    google = Google()
    calendar = google.calendar()
    now = datetime.now(UTC)
    for number in range(events):
        start = now + timedelta(days=34) * (number / events)
        calendar.put(f"event{number}", start, start + timedelta(minutes=20))

    async def late(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(delay)
        await google.faults(scope, receive, send)

    with Standing(late, port=port) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
