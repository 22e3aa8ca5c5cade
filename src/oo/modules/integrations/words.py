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
from oo.kernel.db import Transaction
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connection import Connection, Opener
from oo.modules.integrations.repository import connections, items
from oo.modules.integrations.storing import sealed_words
from oo.modules.integrations.sync import Sync

KEPT = timedelta(hours=24)
"""Words go this long after the read that gave them (product.md section 1)."""

log = get_logger("integrations")


class Words:
    """Finds words."""

    def __init__(self, kit: Kit, catalogue: Catalogue, opener: Opener, sync: Sync) -> None:
        self._kit, self._catalogue, self._opener, self._sync = kit, catalogue, opener, sync

    async def wordings(self, user: UserId, refs: Sequence[Ref]) -> dict[Ref, Wording]:
        """See `Sources.wordings`."""
        if not refs:
            return {}

        def unit(tx: Transaction) -> tuple[list[Row[Any]], list[Row[Any]]]:
            return connections.of_person(tx, user), items.named(tx, user, refs)

        rows, named = await self._kit.db.read(unit)
        of = {row.id: self._opener.open(row) for row in rows if any(one.connection_id == row.id for one in named)}
        found: dict[Ref, Wording] = {}
        missing: dict[str, list[Ref]] = {}
        cipher = self._kit.keys.cipher(user) if of else None
        for row in named:
            connection = of.get(row.connection_id)
            if connection is None or cipher is None:
                continue
            if row.title is None:
                missing.setdefault(connection.id, []).append(Ref(row.ref))
                continue
            project = None if row.project is None else cipher.open("items.project", row.project)
            address = None if row.address is None else cipher.open("items.address", row.address)
            title = cipher.open("items.title", row.title)
            found[Ref(row.ref)] = self._wording(connection, Ref(row.ref), title, project, address)
        for key, wanted in missing.items():
            for item in await self._read(of[key], wanted):
                ref = item.facts.ref
                found[ref] = self._wording(of[key], ref, item.title, item.project, item.where)
        return found

    async def forget(self) -> None:
        """Delete the words whose day is over."""
        before = self._kit.clock.now() - KEPT
        while await self._kit.db.write(lambda tx: items.forget_words(tx, before)):
            pass

    async def _read(self, connection: Connection, refs: Sequence[Ref]) -> list[Item]:
        """Read words at the source and cache them; nothing when the source can't be read."""
        source = await self._opener.source(connection)
        try:
            connector = self._catalogue.load(connection.connector)
            wanted = set(refs)
            read = await self._sync.ask(connection, connector.read(source, refs))
            found = [item for item in read if item.facts.ref in wanted]
        except Problem:
            return []
        except Exception as error:
            self._sync.faults += 1
            log.error("connector.failed", failure=error, connector=connection.connector, connection=connection.id)
            return []
        await self._cache(connection, found)
        return found

    async def _cache(self, connection: Connection, found: Iterable[Item]) -> None:
        now, seal = self._kit.clock.now(), self._kit.keys.cipher(connection.user).seal
        rows = [{"named": item.facts.ref, **sealed_words(seal, item, now)} for item in found]
        if rows:
            await self._kit.db.write(lambda tx: items.name(tx, connection.user, rows))

    def _wording(self, connection: Connection, ref: Ref, title: str, project: str | None, where: str | None) -> Wording:
        writable = self._catalogue.completes(connection.connector)
        return Wording(ref, title, project, connection.name, connection.connector, where, writable)
