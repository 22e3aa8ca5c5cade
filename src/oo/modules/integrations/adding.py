"""Connecting files and folders: chosen by their owner, within the allowed folders, read before they are kept."""

from __future__ import annotations

from pathlib import PurePath

from oo.contracts.accounts import Accounts
from oo.contracts.connectors import Files
from oo.contracts.disk import Disk, Place
from oo.contracts.errors import Conflict, Refused, Unusable
from oo.contracts.events import ConnectionChanged
from oo.contracts.ids import ConnectionId, UserId
from oo.contracts.sources import FolderView
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connection import Connection, Opener, sealed_row
from oo.modules.integrations.repository import connections
from oo.modules.integrations.sync import Sync

OWNER_ONLY = "Files of this machine are the owner's to connect."


class Adding:
    """Adds connections to files."""

    def __init__(
        self, kit: Kit, catalogue: Catalogue, opener: Opener, sync: Sync, accounts: Accounts, disk: Disk
    ) -> None:
        self._kit, self._catalogue, self._opener, self._sync = kit, catalogue, opener, sync
        self._accounts, self._disk = accounts, disk

    async def folder(self, user: UserId, path: str | None) -> FolderView:
        """See `Sources.folder`."""
        await self._owner(user)
        found = await self._disk.listing(path=path)
        files = tuple(path for path in found.files if self._catalogue.for_file(path) is not None)
        return FolderView(found.path, found.parent, found.folders, files)

    async def add(self, user: UserId, path: str, *, trusted: bool) -> ConnectionId:
        """See `Sources.add_files`; a folder makes one connection per connector that finds something."""
        await self._owner(user)
        place = await self._disk.place(path=path, trusted=trusted)
        connectors = await self._connectors(place, trusted=trusted)
        several = len(connectors) > 1
        added = [await self._one(user, place, one, files, trusted, several) for one, files in connectors.items()]
        return added[0]

    async def _owner(self, user: UserId) -> None:
        if (await self._accounts.person(user=user)).role != "owner":
            raise Refused(OWNER_ONLY)

    async def _connectors(self, place: Place, *, trusted: bool) -> dict[str, Files]:
        """Which connectors read what was chosen, each with the files it was shown; raises `Unusable` when none does."""
        rules = self._catalogue.files()
        if not place.is_folder:
            connector = self._catalogue.for_file(place.path)
            if connector is None:
                endings = self._catalogue.endings()
                raise Unusable(f"Nothing here reads this kind of file. What is read ends in {endings}.")
            return {connector: self._disk.files(path=place.path, rules=rules[connector], trusted=trusted)}
        shown = {one: self._disk.files(path=place.path, rules=rules[one], trusted=trusted) for one in rules}
        paths = [stat.path for files in shown.values() for stat in await files.list()]
        connectors = self._catalogue.for_folder(tuple(paths))
        if not connectors:
            raise Unusable("Nothing in this folder is read. Name a file in it, if one of them is meant.")
        return {connector: shown[connector] for connector in connectors}

    async def _one(
        self, user: UserId, place: Place, connector: str, files: Files, trusted: bool, several: bool
    ) -> ConnectionId:
        """The connection of a connector to a place: the one there is, or a new one once it has been read."""
        token = self._kit.keys.digest(f"place:{user}", place.path)
        there = await self._kit.db.read(lambda tx: connections.at_place(tx, user, connector, token))
        if there is not None:
            if trusted and not there.trusted:
                await self._trust(there.id)
            return ConnectionId(there.id)
        if (within := await self._overlapping(user, place, connector)) is not None:
            return within
        now = self._kit.clock.now()
        manifest = self._catalogue.manifest(connector)
        name = PurePath(place.path).name or place.path
        if several and manifest is not None:
            name = f"{name} · {manifest.name}"
        fresh = ConnectionId(self._kit.ids.new())
        new = Connection(fresh, user, connector, name, place.path, trusted, "first", None, None, now, 0, None, (), now)
        self._opener.lend(fresh, files)  # they know by now what the files look like
        try:
            await self._sync.try_out(new)
        except BaseException:
            self._opener.forget(fresh)
            raise
        row = sealed_row(new, token, self._kit.keys.cipher(user))
        told = self._kit.outbox.envelope(user, ConnectionChanged(fresh, connector, "first"))

        def unit(tx: Transaction) -> str:
            if connections.add(tx, row):
                self._kit.outbox.publish(tx, told)
            found = connections.at_place(tx, user, connector, token)
            return str(found.id) if found is not None else ""

        kept = ConnectionId(await self._kit.db.write(unit))
        if kept != fresh:  # another request was quicker
            self._opener.forget(fresh)
        await self._sync.first(kept)
        return kept

    async def _trust(self, connection: str) -> None:
        await self._kit.db.write(lambda tx: connections.change(tx, connection, {"trusted": True}))
        self._opener.forget(connection)

    async def _overlapping(self, user: UserId, place: Place, connector: str) -> ConnectionId | None:
        """A connected folder that has this file or folder; raises `Conflict` for a folder that has a connected one."""
        rows = await self._kit.db.read(lambda tx: connections.of_person(tx, user))
        for row in rows:
            other = self._opener.open(row)
            if other.connector != connector or other.path is None:
                continue
            if self._holds(place.is_folder, connector, other.path, place.path):
                return other.id
            if self._holds(True, connector, place.path, other.path):
                raise Conflict(f"{other.name} in this folder is connected already. Disconnect it, then add the folder.")
        return None

    def _holds(self, folders: bool, connector: str, folder: str, path: str) -> bool:
        """Whether the connector, given the folder, reads this file of it, or this folder where it reads folders."""
        takes = self._catalogue.takes(connector, folder, path)
        return takes or (folders and self._catalogue.encloses(connector, folder, path))
