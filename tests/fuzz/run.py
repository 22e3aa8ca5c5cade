"""`python tests/fuzz/run.py READER [options of libFuzzer] [corpus]`: bytes that reach as much of a reader as they can.

A reader takes any bytes without an error, and gives tasks with words under unique names; one that finishes tasks leaves
a file that it reads again, with that task done or gone. A connector of a server takes any bytes as every answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]

NAMES = {
    "ics": "calendar.ics",
    "markdown": "note.md",
    "org": "life.org",
    "taskwarrior": "export.json",
    "todoist_csv": "House [1].csv",
    "todotxt": "todo.txt",
}
SERVERS = ("caldav", "calendar_feed", "google_calendar")
"""Connectors of servers: the first byte says which answer of their recording the others take the place of."""
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
REACTIONS = 2
"""Open tasks that are finished for each input."""


def main(arguments: list[str]) -> None:
    """Fuzz; ends the process."""
    reader, *options = arguments[1:] or [""]
    if reader not in (*NAMES, *SERVERS):
        sys.exit(f"Name a reader: {', '.join((*NAMES, *SERVERS))}.")
    with atheris.instrument_imports(include=["oo.plugins", "oo.formats", "oo.contracts.reading", "oo.kernel.lines"]):
        import importlib

        plugin = importlib.import_module(f"oo.plugins.connectors.{reader}.plugin").plugin
    from oo.contracts.connectors import Action, Changed, Reconnect, Source, TryLater, Unsupported
    from oo.contracts.errors import Refused, Unusable
    from oo.contracts.ids import ConnectionId
    from oo.testing.files import MemoryFiles
    from oo.testing.recordings import Recorded, Unknown, recording_of

    loop = asyncio.new_event_loop()
    name = NAMES.get(reader, "")

    def source(data: bytes) -> Source:
        return Source(ConnectionId("c"), NOW, "Europe/Berlin", files=MemoryFiles({name: data}))

    async def examine(data: bytes) -> None:
        batch = await plugin.pull(source(data), None)
        refs = [item.facts.ref for item in batch.items]
        assert len(refs) == len(set(refs)), "two tasks of one name"
        assert all(item.title.strip() for item in batch.items), "a task without words"
        assert all(note.line >= 0 and note.reason for note in batch.unread)
        for item in [item for item in batch.items if item.facts.state == "open"][:REACTIONS]:
            files = MemoryFiles({name: data})
            place = Source(ConnectionId("c"), NOW, "Europe/Berlin", files=files)
            try:
                await plugin.act(place, Action("complete", item.facts.ref, item.facts.version))
            except (Changed, Unsupported):
                continue
            after = await plugin.pull(place, None)
            states = [one.facts.state for one in after.items if one.facts.ref == item.facts.ref]
            equal = sum(one.title == item.title for one in batch.items)
            assert equal > 1 or states in ([], ["done"]), "a finished task is open"

    home = Path(str(importlib.import_module(f"oo.plugins.connectors.{reader}").__file__)).parent / "tests" / "samples"
    recorded = [recording_of(path.read_text()) for path in home.glob("*.json")] if reader in SERVERS else []

    async def answered(data: bytes) -> None:
        recording = recorded[0]
        at = data[0] % len(recording.exchanges) if data else 0
        spoiled = replace(recording.exchanges[at], body=data[1:].decode("utf-8", "replace"))
        http = Recorded(
            replace(recording, exchanges=(*recording.exchanges[:at], spoiled, *recording.exchanges[at + 1 :]))
        )
        with contextlib.suppress(TryLater, Reconnect, Unusable, Refused, Unsupported, Unknown):
            await plugin.pull(Source(ConnectionId("connection-1"), NOW, "Europe/Berlin", http=http), None)

    def one(data: bytes) -> None:
        if reader in SERVERS:
            loop.run_until_complete(answered(data))
            return
        with contextlib.suppress(Unusable):  # UTF-16, or no text
            loop.run_until_complete(examine(data))

    atheris.Setup([arguments[0], *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
