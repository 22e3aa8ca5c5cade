"""One process at a time stores what a connection's source says: each unit moves a mark in the connection's row, and a
unit that finds it moved by another does nothing, as it was compared with what is no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.kernel.clock import Clock
from oo.kernel.db import Database, Transaction
from oo.modules.integrations.connection import Connection
from oo.modules.integrations.repository import connections
from oo.modules.integrations.storing import Step

_STEP = timedelta(microseconds=1)


class Gone(Exception):
    """The connection was ended, its person forgotten, or another process stored what it says, meanwhile."""


class Marks:
    """The marks as this process knows them: when each connection was tried last."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self._known: dict[str, datetime | None] = {}

    def seen(self, row: Row[Any]) -> None:
        """A connection is about to be read; from here on nobody else may store what it says."""
        self._known[row.id] = row.tried_at

    def forget(self, connection: str) -> None:
        """Let go of a connection."""
        self._known.pop(connection, None)

    async def write(self, connection: Connection, unit: Sequence[Step]) -> None:
        """Do the steps as one unit, for a connection that is as it was seen; raises `Gone` with nothing changed."""
        before, now = self._known[connection.id], self._clock.now()
        after = now if before is None else max(now, before + _STEP)

        def run(tx: Transaction) -> None:
            if not connections.tried(tx, connection.id, connection.user, before, after):
                raise Gone
            for step in unit:
                step.run(tx)

        await self._db.write(run)
        self._known[connection.id] = after
