"""What follows a read of a source elsewhere: when the next one is, its past at the first, being told of changes.

The longer nothing is new, the later the next read; a visit reads what is stale at once.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.abilities import Paced, Past
from oo.contracts.connectors import Connector, Source, TryLater, Unsupported
from oo.kernel.clock import Clock
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connection import EVERY, Connection
from oo.modules.integrations.history import READ, backfill
from oo.modules.integrations.hooks import Hooks
from oo.modules.integrations.remotes import Remotes
from oo.modules.integrations.repository import connections
from oo.modules.integrations.storing import Step

STALE = timedelta(seconds=30)
"""A visit reads what is on other servers anew when it was read longer ago than this."""
SOONEST = timedelta(minutes=3)
"""After a read that brought something new; each that brings nothing doubles it."""
VISITORS = 20_000

Write = Callable[[Connection, Sequence[Step]], Awaitable[None]]


class After:
    """Does what follows."""

    def __init__(self, kit: Kit, catalogue: Catalogue, remotes: Remotes, hooks: Hooks) -> None:
        self._kit, self._catalogue, self._remotes, self._hooks = kit, catalogue, remotes, hooks
        self.tools = (remotes, hooks)

    def well(self, connection: Connection, now: datetime, cursor: str | None, *, quiet: int) -> dict[str, Any]:
        """What a connection's row says after a read that went well to this cursor, the `quiet`th without news."""
        manifest, pause = self._catalogue.manifest(connection.connector), EVERY
        if manifest is not None and self._catalogue.is_remote(connection.connector):
            longest = min(timedelta(minutes=manifest.minutes), EVERY)
            pause = self._remotes.wire.spread(min(SOONEST * 2 ** min(quiet, 4), longest))
            connector = self._catalogue.load(connection.connector)
            asked = connector.pause(cursor) if cursor and isinstance(connector, Paced) else None
            pause = max(pause, min(asked or pause, longest))
        times = {"read_at": now, "next_at": now + pause}
        return {"state": "works", **times, "failures": 0, "problem": None, "quiet": min(quiet, 100)}

    def is_stale(self, row: Row[Any]) -> bool:
        """Whether a visit is a reason to read a connection: of those that are well, what is elsewhere."""
        well = row.state == "works" and row.failures == 0 and self._catalogue.is_remote(row.connector)
        return well and (row.read_at is None or row.read_at < self._kit.clock.now() - STALE)

    async def follow(self, connection: Connection, connector: Connector, source: Source, write: Write) -> None:
        """Ask to be told of changes, and read the source's past if that was not done yet."""
        if source.http is None:
            return
        await self._hooks.watch(connection, connector, source)
        manifest = self._catalogue.manifest(connection.connector)
        if connection.history != "" or manifest is None:
            return
        if isinstance(connector, Past):

            async def store(todo: Sequence[Step]) -> None:
                await write(connection, todo)

            try:
                await backfill(self._kit, connection, connector, source, manifest.history_days, store)
            except TryLater as error:  # the rest of it comes with a later read
                await write(connection, [_row(connection, {"next_at": source.now + error.after})])
                return
            except Unsupported:
                pass
        await write(connection, [_row(connection, {"history": READ})])


class Visits:
    """When people were here last, so that a visit's look at their sources is not taken twice."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: dict[str, float] = {}

    def is_due(self, user: str) -> bool:
        """Whether this visit is the first in a while."""
        now = self._clock.monotonic()
        if now - self._last.get(user, -math.inf) < STALE.total_seconds():
            return False
        if len(self._last) >= VISITORS:
            self._last.clear()
        self._last[user] = now
        return True


def _row(connection: Connection, values: dict[str, Any]) -> Step:
    return Step(1, lambda tx: connections.change(tx, connection.id, values))
