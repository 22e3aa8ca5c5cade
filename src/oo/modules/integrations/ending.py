"""Ending a connection: invisible from the first moment, its access owed, its rows deleted slice by slice."""

from __future__ import annotations

from oo.contracts.errors import NotFound
from oo.contracts.events import ConnectionChanged
from oo.contracts.ids import ConnectionId, UserId
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.integrations.owing import Owing
from oo.modules.integrations.repository import connections, grants, tickets
from oo.modules.integrations.sync import Sync


class Ending:
    """Ends connections."""

    def __init__(self, kit: Kit, sync: Sync, owing: Owing) -> None:
        self._kit, self._sync, self._owing = kit, sync, owing

    async def end(self, user: UserId, connection: ConnectionId, connector: str) -> tuple[int, str | None]:
        """End it; how many rows went, and the name of what is owed to its provider."""
        async with self._sync.turn(connection):
            # Not before it is our turn: who reads it may be renewing its access.
            done, owed = False, None
            while not done:
                done, owed = await self._ended(user, connection, connector)
            records = await self.forget(connection)
        return records, owed

    async def forget(self, connection: str) -> int:
        """Delete what came from it and its own row; how many rows."""
        records = 0
        while gone := await self._kit.db.write(lambda tx: connections.forget_slice(tx, connection)):
            records += gone
        records += await self._kit.db.write(lambda tx: connections.remove(tx, connection))
        self._sync.forget(connection)
        return records

    async def _ended(self, user: UserId, connection: ConnectionId, connector: str) -> tuple[bool, str | None]:
        """Let it be invisible and owe its access in the same unit; not done when another process renewed that."""
        owed, number = await self._owing.of_connection(user, connection)
        told = self._kit.outbox.envelope(user, ConnectionChanged(connection, connector, connections.ENDED))

        def unit(tx: Transaction) -> bool:
            if connections.lives(tx, connection) != user:
                raise NotFound
            if grants.number(tx, connection) != number:
                return False
            connections.change(tx, connection, {"state": connections.ENDED, "place": connection})
            if owed is not None:
                tickets.owe(tx, owed)
            self._kit.outbox.publish(tx, told)
            return True

        return await self._owing.kept(unit, owed), None if owed is None else owed["id"]
