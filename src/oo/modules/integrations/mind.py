"""Three things on one's mind: a document that oO keeps sealed, edited as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from oo.contracts.connectors import Changed, Document, Unsupported
from oo.contracts.errors import Conflict, Invalid
from oo.contracts.ids import ConnectionId, UserId
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connection import Connection, DocumentFiles, sealed_row
from oo.modules.integrations.repository import connections
from oo.modules.integrations.sync import Sync

MOST = 20
LONGEST = 200
TRIES = 5


class Mind:
    """Reads and edits the document."""

    def __init__(self, kit: Kit, catalogue: Catalogue, sync: Sync) -> None:
        self._kit, self._catalogue, self._sync = kit, catalogue, sync

    async def things(self, user: UserId) -> list[str]:
        """See `Sources.mind`."""
        connector, document = self._document()
        connection = await self._kit.db.read(lambda tx: _connection(tx, user, connector))
        if connection is None:
            return []
        content, _ = await self._content(user, connection, document.path)
        return document.open_things(content)

    async def write(self, user: UserId, things: Sequence[str]) -> None:
        """See `Sources.write_mind`."""
        wanted = checked(things)
        connector, document = self._document()
        connection = await self._kit.db.read(lambda tx: _connection(tx, user, connector))
        if connection is None:
            if not wanted:
                return
            connection = await self._connect(user, connector)
        files = DocumentFiles(self._kit.db, self._kit.keys, user, connection)
        now, new_id = self._kit.clock.now(), self._kit.ids.new
        for _ in range(TRIES):
            content, version = await self._content(user, connection, document.path)
            edited = document.edit(content, wanted, now, new_id)
            try:
                await files.replace(document.path, edited, version)
            except Changed:  # a write-back was quicker; its "done" is kept by editing what is there now
                continue
            await self._sync.pull(connection)
            return
        raise Conflict

    def _document(self) -> tuple[str, Document]:
        connector = self._catalogue.document()
        loaded = None if connector is None else self._catalogue.load(connector)
        if connector is None or not isinstance(loaded, Document):
            raise Unsupported("Nothing can be written down here: the connector for it is not installed.")
        return connector, loaded

    async def _content(self, user: UserId, connection: str, name: str) -> tuple[bytes | None, str]:
        """The document and its version; none and the empty version where there is none yet."""
        row = await self._kit.db.read(lambda tx: connections.document(tx, connection, name))
        if row is None:
            return None, ""
        return self._kit.keys.cipher(user).open_bytes("documents.content", row.content), str(row.version)

    async def _connect(self, user: UserId, connector: str) -> str:
        """Make the connection, or take the one that another request just made."""
        manifest, now = self._catalogue.manifest(connector), self._kit.clock.now()
        assert manifest is not None
        fresh = ConnectionId(self._kit.ids.new())
        made = Connection(
            fresh, user, connector, manifest.name, None, False, "first", None, None, now, 0, None, (), now
        )
        row = sealed_row(made, "", self._kit.keys.cipher(user))

        def unit(tx: Transaction) -> str | None:
            connections.add(tx, row)
            return _connection(tx, user, connector)

        found = await self._kit.db.write(unit)
        if found is None:
            raise Conflict
        return found


def checked(things: Sequence[str]) -> list[str]:
    """The things without empty ones; raises `Invalid` for too many, or one that is too long."""
    wanted = [text for thing in things if (text := " ".join(thing.split()))]
    if len(wanted) > MOST:
        raise Invalid(f"These are {len(wanted)} things; {MOST} are kept at most.")
    for number, text in enumerate(wanted, 1):
        if len(text) > LONGEST:
            raise Invalid(f"Thing {number} has {len(text)} characters; {LONGEST} are kept at most.")
    return wanted


def _connection(tx: Transaction, user: str, connector: str) -> str | None:
    row = connections.at_place(tx, user, connector, "")
    return None if row is None else str(row.id)
