"""Records what a connector asks a stand-in, as `oo.testing.remotes` wants it; each connector has a module that does."""

from __future__ import annotations

import asyncio
from pathlib import Path

from oo.contracts.connectors import Connector, Http, Source
from oo.contracts.ids import ConnectionId
from oo.testing.connectors import NOW
from oo.testing.recordings import Recorder


async def record(connector: Connector, http: Http, base: str, to: Path) -> None:
    """Read once, look for news, read the first item's words; write it all as the recording of a server at `base`."""
    recorder = Recorder(http)
    config = {"address": base, "user": "ada"}
    source = Source(ConnectionId("connection-1"), NOW, "Europe/Berlin", config, http=recorder)
    batch = await connector.pull(source, None)
    assert batch is not None, "without a cursor everything is new"
    assert await connector.pull(source, batch.cursor) is None, "nothing changed"
    if batch.items:
        await connector.read(source, [batch.items[0].facts.ref])
    await asyncio.to_thread(to.write_text, recorder.recording(base).text(), encoding="utf-8")
