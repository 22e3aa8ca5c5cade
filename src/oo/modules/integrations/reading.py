"""A read under way: its slices stored one by one, and at its end what was not seen in any of them is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.connectors import Batch, Connector, Sliced, Source, Unread
from oo.contracts.items import Item
from oo.kernel.module import Kit
from oo.modules.integrations.connection import Connection
from oo.modules.integrations.repository import items, writebacks
from oo.modules.integrations.repository.items import Block
from oo.modules.integrations.storing import Found, Step, busy_steps, item_steps, own_items

MISSED = timedelta(hours=1)
"""A file that can't be read for this long is as good as gone, and what came from it with it."""
MOST_HELD = 5_000
"""Finished items that wait for the end of a read, to stand for those that vanished; more are told as they come."""
MOST_UNREAD = 5_000


class Unreadable:
    """Which files of a connection can't be read, and since when: what came from them is not gone yet, for an hour."""

    def __init__(self) -> None:
        self._since: dict[str, datetime | None] = {}
        """None where the hour is over and what came from the file was counted as gone."""

    def wears_out(self, now: datetime) -> bool:
        """Whether the hour of one has passed since the last read, so that everything is to be read anew."""
        return any(first is not None and now - first >= MISSED for first in self._since.values())

    def whole(self, unread: Iterable[Unread], now: datetime, *, complete: bool) -> bool:
        """Note what can't be read; whether a complete read says what is gone."""
        files = {one.file for one in unread if one.line == 0}
        since = {file: self._since.get(file, now) for file in files}
        whole = complete and all(first is None or now - first >= MISSED for first in since.values())
        self._since = dict.fromkeys(since) if whole else since
        return whole


class Reading:
    """What a read has found so far. Of an item that was stored no more than a number is kept."""

    def __init__(self, kit: Kit, connection: Connection, source: Source, unreadable: Unreadable) -> None:
        self._kit, self.connection, self.source, self._unreadable = kit, connection, source, unreadable
        self._slices = 0
        self._fresh = False
        self._seen: set[int] = set()
        self._held: list[Item] = []
        self._busy: set[Block] = set()
        self._unread: list[Unread] = []
        self.cursor: str | None = None
        """Where the next read goes on; known once the last slice was taken, None when it looks at everything anew."""

    @property
    def unread(self) -> Sequence[Unread]:
        """What could not be read so far."""
        return self._unread

    async def take(self, batch: Batch) -> list[Step]:
        """The steps that store a slice; those of the last one also take away what is gone."""
        self._slices += 1
        only = self._slices == 1 and not batch.more
        own = await asyncio.to_thread(own_items, self._kit, self.connection, batch.items)
        self._unread += batch.unread[: MOST_UNREAD - len(self._unread)]
        self._busy |= {(block.start, block.end, block.all_day) for block in batch.busy}
        if self._slices == 1 and batch.more:
            self._fresh = not await self._kit.db.read(lambda tx: items.any_of(tx, self.connection.id))
        whole = False
        if not batch.more:
            whole = self._unreadable.whole(self._unread, self.source.now, complete=batch.complete)
            self.cursor = batch.cursor if whole or not batch.complete else None
        if only and batch.complete:
            known = await self._kit.db.read(lambda tx: items.known(tx, self.connection.id))
            there = {item.facts.ref for item in own}
            gone = {row.ref for row in known if row.ref not in there} if whole else set()
        else:
            gone = set() if batch.more else await self._gone(batch, own, whole)
            known = await self._known([*gone, *(item.facts.ref for item in own)])
        if batch.more:
            own = self._now(own, known)
        else:
            own, self._held = [*self._held, *own], []
        found = Found(own, known, frozenset(gone), await self._finished(gone), self.source)
        todo = await asyncio.to_thread(item_steps, self._kit, self.connection, found)
        times = whole if batch.times is None else batch.times
        return todo if batch.more else [*todo, *await self._times(times)]

    def _now(self, own: Sequence[Item], known: Sequence[Row[Any]]) -> list[Item]:
        """The items of a slice that can be stored before the end of the read is known."""
        if self._fresh:
            return list(own)
        self._seen.update(hash(item.facts.ref) for item in own)
        if self.connection.read_at is None:
            return list(own)
        there = {row.ref for row in known}
        arrived = [item for item in own if item.facts.state == "done" and item.facts.ref not in there]
        arrived = arrived[: MOST_HELD - len(self._held)]
        self._held += arrived
        held = {item.facts.ref for item in arrived}
        return [item for item in own if item.facts.ref not in held]

    async def _gone(self, batch: Batch, own: Sequence[Item], whole: bool) -> set[str]:
        """What is gone at the end of a read."""
        if not batch.complete:
            return {str(ref) for ref in batch.gone}
        if not whole or self._fresh:
            return set()
        self._seen.update(hash(item.facts.ref) for item in own)
        refs = await self._kit.db.read(lambda tx: items.refs(tx, self.connection.id))
        return {ref for ref in refs if hash(ref) not in self._seen}

    async def _known(self, refs: Collection[str]) -> list[Row[Any]]:
        if self._fresh or not refs:
            return []
        user, own = self.connection.user, self.connection.id
        return await self._kit.db.read(lambda tx: items.known_of(tx, user, own, list(refs)))

    async def _finished(self, gone: Collection[str]) -> frozenset[tuple[str, str]]:
        """What of it was finished from here: some sources let go of what is done."""
        if not gone:
            return frozenset()
        return await self._kit.db.read(lambda tx: writebacks.written(tx, self.connection.id, gone))

    async def _times(self, whole: bool) -> list[Step]:
        user, own = self.connection.user, self.connection.id
        stored = await self._kit.db.read(lambda tx: items.blocks(tx, user, own))
        return busy_steps(self._kit, self.connection, self._busy, stored, self.source.now, whole=whole)


async def slices(connector: Connector, source: Source, cursor: str | None) -> AsyncGenerator[Batch, None]:
    """What there is now as slices; one for a connector that has none of its own, none when nothing changed."""
    if isinstance(connector, Sliced):
        async for batch in connector.slices(source, cursor):
            yield batch
    elif (whole := await connector.pull(source, cursor)) is not None:
        yield whole
