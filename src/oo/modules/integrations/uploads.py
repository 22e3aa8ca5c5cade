"""Files that people upload: kept sealed, read like files on disk, marked done in place, and given back as they are."""

from __future__ import annotations

from pathlib import PurePath

from oo.contracts.connectors import Changed, FileContent, FileStat
from oo.contracts.errors import Conflict, Invalid, NotFound, Unusable
from oo.contracts.events import ConnectionChanged
from oo.contracts.ids import ConnectionId, UserId
from oo.contracts.sources import KeptFile
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connection import DOCUMENT, Connection, DocumentFiles, Opener, sealed_row
from oo.modules.integrations.repository import connections
from oo.modules.integrations.sync import Sync

LARGEST = 5_000_000
"""Bytes of one upload; larger files belong on the disk of the machine, where they are read in slices."""
MOST = 20
LONGEST_NAME = 120
TRIES = 5


class Uploads:
    """Takes files and gives them back."""

    def __init__(self, kit: Kit, catalogue: Catalogue, opener: Opener, sync: Sync) -> None:
        self._kit, self._catalogue, self._opener, self._sync = kit, catalogue, opener, sync

    async def take(self, user: UserId, name: str, data: bytes) -> ConnectionId:
        """See `Sources.upload`."""
        name = clean_name(name)
        connector = self._connector(name, len(data))
        token = self._kit.keys.digest(f"upload:{user}", name.casefold())
        there = await self._kit.db.read(lambda tx: connections.at_place(tx, user, connector, token))
        if there is not None:
            await self._replace(user, ConnectionId(there.id), data)
            return ConnectionId(there.id)
        return await self._add(user, name, connector, token, data)

    async def give(self, user: UserId, connection: ConnectionId) -> KeptFile:
        """See `Sources.kept`."""
        row = await self._kit.db.read(lambda tx: connections.one(tx, connection))
        connected = None if row is None or row.user_id != user else self._opener.open(row)
        if connected is None or not self._opener.is_upload(connected):
            raise NotFound
        content = await self._document(user, connection).read(DOCUMENT)
        return KeptFile(connected.name, content.data)

    def _connector(self, name: str, size: int) -> str:
        connector = self._catalogue.for_file(name)
        rules = self._catalogue.files().get(connector or "")
        if connector is None or rules is None:
            endings = self._catalogue.endings()
            raise Unusable(f"Nothing here reads this kind of file. What is read ends in {endings}.")
        largest = min(rules.max_bytes, LARGEST)
        if size > largest:
            raise Unusable(f"This file is larger than the {largest // 1_000_000} MB that are taken.")
        return connector

    async def _add(self, user: UserId, name: str, connector: str, token: str, data: bytes) -> ConnectionId:
        now, fresh = self._kit.clock.now(), ConnectionId(self._kit.ids.new())
        new = Connection(fresh, user, connector, name, None, False, "first", None, None, now, 0, None, (), now)
        self._opener.lend(fresh, HeldFile(name, data))
        try:
            await self._sync.try_out(new)
        finally:
            self._opener.forget(fresh)
        cipher = self._kit.keys.cipher(user)
        row, content = sealed_row(new, token, cipher), cipher.seal_bytes("documents.content", data)
        told = self._kit.outbox.envelope(user, ConnectionChanged(fresh, connector, "first"))

        def unit(tx: Transaction) -> str | None:
            first = connections.at_place(tx, user, connector, token)
            if first is not None:  # another request was quicker
                return str(first.id)
            if sum(one.path is None and bool(one.place) for one in connections.of_person(tx, user)) >= MOST:
                return None
            if connections.add(tx, row):
                connections.save_document(tx, user, fresh, DOCUMENT, content, None)
                self._kit.outbox.publish(tx, told)
            return fresh

        kept = await self._kit.db.write(unit)
        if kept is None:
            raise Invalid(f"{MOST} files are kept at most. Disconnect one first.")
        if kept != fresh:
            await self._replace(user, ConnectionId(kept), data)
        else:
            await self._sync.pull(fresh)
        return ConnectionId(kept)

    async def _replace(self, user: UserId, connection: ConnectionId, data: bytes) -> None:
        """The same name again: the newer file takes the place of the older one."""
        files = self._document(user, connection)
        for _ in range(TRIES):
            try:
                await files.replace(DOCUMENT, data, (await files.read(DOCUMENT)).version)
            except Changed:
                continue
            await self._sync.pull(connection)
            return
        raise Conflict

    def _document(self, user: UserId, connection: ConnectionId) -> DocumentFiles:
        return DocumentFiles(self._kit.db, self._kit.keys, user, connection)


class HeldFile:
    """A file that is not kept yet, to try whether it can be read."""

    def __init__(self, name: str, data: bytes) -> None:
        self._name, self._data = name, data

    async def list(self) -> list[FileStat]:
        """See `Files.list`."""
        return [FileStat(self._name, "0", len(self._data))]

    async def read(self, path: str) -> FileContent:
        """See `Files.read`."""
        return FileContent(self._data, "0")

    async def replace(self, path: str, data: bytes, version: str) -> str:
        """Nothing is written while a file is only tried."""
        raise Changed


def clean_name(name: str) -> str:
    """The file's own name without folders; raises `Unusable` for none, or one that no file has."""
    own = PurePath(name.replace("\\", "/")).name.strip()
    if not own or len(own) > LONGEST_NAME or not own.isprintable():
        raise Unusable("This file has no name that can be kept.")
    return own
