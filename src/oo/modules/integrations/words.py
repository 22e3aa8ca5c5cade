"""The words of items: from the day's cache, or read from the source now; forgotten after a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.errors import Problem
from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Item
from oo.contracts.sources import Wording
from oo.kernel.keys import Cipher
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connection import Connection, Opener
from oo.modules.integrations.repository import connections, items
from oo.modules.integrations.storing import sealed_words
from oo.modules.integrations.sync import Sync

KEPT = timedelta(hours=24)
"""Words go this long after the read that gave them."""


class Words:
    """Finds words."""

    def __init__(self, kit: Kit, catalogue: Catalogue, opener: Opener, sync: Sync) -> None:
        self._kit, self._catalogue, self._opener, self._sync = kit, catalogue, opener, sync

    async def wordings(self, user: UserId, refs: Sequence[Ref]) -> dict[Ref, Wording]:
        """See `Sources.wordings`."""
        if not refs:
            return {}
        rows = await self._kit.db.read(lambda tx: items.named(tx, user, refs))
        if not rows:
            return {}
        cipher = self._kit.keys.cipher(user)
        found = {Ref(row.ref): self._cached(row, cipher) for row in rows if row.title is not None}
        missing: dict[str, list[Row[Any]]] = {}
        for row in rows:
            if row.title is None:
                missing.setdefault(row.connection_id, []).append(row)
        for connection, wanted in missing.items():
            name = cipher.open("connections.name", wanted[0].name)
            for item in await self._read(connection, [Ref(row.ref) for row in wanted]):
                found[item.facts.ref] = self._wording(item, wanted[0].connector, name)
        return found

    async def forget(self) -> None:
        """Delete the words whose day is over."""
        before = self._kit.clock.now() - KEPT
        while await self._kit.db.write(lambda tx: items.forget_words(tx, before)):
            pass

    async def _read(self, id: str, refs: Sequence[Ref]) -> list[Item]:
        """Read words at the source and cache them; nothing when the source can't be read."""
        row = await self._kit.db.read(lambda tx: connections.one(tx, id))
        if row is None:
            return []
        connection = self._opener.open(row)
        source = await self._opener.source(connection)
        try:
            connector = self._catalogue.load(connection.connector)
            wanted = set(refs)
            read = await self._sync.ask(connection, connector.read(source, refs))
            found = [item for item in read if item.facts.ref in wanted]
        except Problem:
            return []
        except Exception as error:
            self._sync.faults.note(connection, error)
            return []
        await self._cache(connection, found)
        return found

    async def _cache(self, connection: Connection, found: Iterable[Item]) -> None:
        now, seal = self._kit.clock.now(), self._kit.keys.cipher(connection.user).seal
        rows = [{"named": item.facts.ref, **sealed_words(seal, item, now)} for item in found]
        if rows:
            await self._kit.db.write(lambda tx: items.name(tx, connection.user, rows))

    def _cached(self, row: Row[Any], cipher: Cipher) -> Wording:
        return Wording(
            ref=Ref(row.ref),
            title=cipher.open("items.title", row.title),
            project=None if row.project is None else cipher.open("items.project", row.project),
            source=cipher.open("connections.name", row.name),
            connector=row.connector,
            where=None if row.address is None else cipher.open("items.address", row.address),
            writable=self._catalogue.completes(row.connector),
        )

    def _wording(self, item: Item, connector: str, name: str) -> Wording:
        writable = self._catalogue.completes(connector)
        return Wording(item.facts.ref, item.title, item.project, name, connector, item.where, writable)
