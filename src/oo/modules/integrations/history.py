"""What was finished before a source was connected: kept as completions and told as the past, without their items."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import timedelta

from oo.contracts.abilities import Past
from oo.contracts.connectors import Batch, Source
from oo.kernel.module import Kit
from oo.modules.integrations.ahead import ahead
from oo.modules.integrations.connection import Connection
from oo.modules.integrations.diff import Change, Moment, finished_at
from oo.modules.integrations.repository import items
from oo.modules.integrations.storing import Step, change_steps, own_items

READ = "read"
"""What a connection's row says once its past is read."""


async def backfill(
    kit: Kit,
    connection: Connection,
    connector: Past,
    source: Source,
    days: int,
    write: Callable[[Sequence[Step]], Awaitable[None]],
) -> None:
    """Read a source's past and store it slice by slice, while the next one comes; read twice, it is kept once."""
    since = (source.now - timedelta(days=days)).date()
    async with aclosing(ahead(connector.history(source, since))) as found:
        async for batch in found:
            await write(await _steps(kit, connection, source, batch))


async def _steps(kit: Kit, connection: Connection, source: Source, batch: Batch) -> list[Step]:
    """The steps that keep a slice of the past; what is open again is left alone."""
    own = [item for item in own_items(kit, connection, batch.items) if item.facts.state == "done"]
    refs = [item.facts.ref for item in own]
    known = await kit.db.read(lambda tx: items.known_of(tx, connection.user, connection.id, refs))
    there = {row.ref for row in known}
    moment = Moment(source.now, source.zone, None)
    changes = [
        Change(item.facts.ref, None, item.facts, finished_at=finished_at(item.facts.finished, moment))
        for item in own
        if item.facts.finished is not None and item.facts.ref not in there
    ]
    return change_steps(kit, connection, changes, moment)
