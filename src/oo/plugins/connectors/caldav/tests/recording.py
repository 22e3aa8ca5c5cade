"""Makes the recording in `samples/` from the stand-in: run this module."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from oo.plugins.connectors.caldav.plugin import plugin
from oo.plugins.connectors.caldav.tests.living import living, meeting, task
from oo.testing.recording import record


async def main() -> None:
    """Writes it."""
    with tempfile.TemporaryDirectory() as folder:
        async with living(Path(folder)) as life:
            weekly = ("DTSTART;VALUE=DATE:20261116", "DUE;VALUE=DATE:20261116", "RRULE:FREQ=WEEKLY")
            life.dav.put("/ada/tasks/1.ics", *task("1", "Call the plumber", "DUE;VALUE=DATE:20261122", "PRIORITY:1"))
            life.dav.put(
                "/ada/tasks/2.ics", *task("2", "Pay the rent", "STATUS:COMPLETED", "COMPLETED:20261120T080000Z")
            )
            life.dav.put("/ada/home/3.ics", *task("3", "Water the plants", *weekly))
            life.dav.put("/ada/work/4.ics", *meeting("4", "20261123T100000Z"))
            assert life.source.http is not None
            to = Path(__file__).with_name("samples") / "radicale.json"
            await record(plugin, life.source.http, "https://dav.example.com/", to)


if __name__ == "__main__":
    asyncio.run(main())
