"""Reading sources: one pull at a time per connection, its differences stored and told in the same units of work."""

from __future__ import annotations

import asyncio
import math
import threading
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Row

from oo.contracts.connectors import Batch, Connector, FileStat, Source
from oo.contracts.errors import Problem, Unusable
from oo.contracts.events import ConnectionChanged
from oo.kernel.db import Transaction
from oo.kernel.keys import KeyGone
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.kernel.outbox import Envelope
from oo.modules.integrations.after import After, Visits
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connection import Connection, Opener, unread_text
from oo.modules.integrations.failing import Failure, Faults
from oo.modules.integrations.hooks import Hooks
from oo.modules.integrations.marks import Gone, Marks
from oo.modules.integrations.reading import Reading, Unreadable, slices
from oo.modules.integrations.remotes import Remotes
from oo.modules.integrations.repository import connections
from oo.modules.integrations.storing import Step, packed

T = TypeVar("T")
Take: TypeAlias = Callable[[Batch], Coroutine[Any, Any, bool]]
"""Takes a slice; False when that is enough."""
PATIENCE = 10.0
"""Seconds after which a round of looking goes on without those that hang; they are not asked twice meanwhile."""
FRESH = 2.0
"""Seconds after a look in which a visit doesn't look again."""
FIRST = 4.0
"""Seconds that whoever connects a source waits for its first read."""
GLANCE = 0.05
"""Seconds that a visit waits for its look; what takes longer goes on without it."""

log = get_logger("integrations")


class Sync:
    """Pulls connections."""

    def __init__(self, kit: Kit, catalogue: Catalogue, opener: Opener, remotes: Remotes, hooks: Hooks) -> None:
        self._kit, self._catalogue, self._opener = kit, catalogue, opener
        self._after = After(kit, catalogue, remotes, hooks)
        self._visits, self._marks = Visits(kit.clock), Marks(kit.db, kit.clock)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._seen: dict[str, tuple[FileStat, ...] | None] = {}
        self._unreadable: defaultdict[str, Unreadable] = defaultdict(Unreadable)
        self._looking: dict[str, asyncio.Task[bool]] = {}
        self._glanced: dict[str, float] = {}
        self.glance_seconds, self.first_seconds = GLANCE, FIRST
        self.looked = -math.inf
        """When a look at all connections last began, by the monotonic clock."""
        self.faults = Faults(kit)

    def turn(self, connection: str) -> asyncio.Lock:
        """Whoever reads or writes the source, or ends the connection, holds this."""
        return self._turns[connection]

    def forget(self, connection: str) -> None:
        """Let go of what is remembered of a connection."""
        self._turns.pop(connection, None)
        self._seen.pop(connection, None)
        self._marks.forget(connection)
        self._unreadable.pop(connection, None)
        self._opener.forget(connection)

    async def end(self) -> None:
        """End every look that is under way."""
        for look in self._looking.values():
            look.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)

    async def look(self, patience: float) -> None:
        """Pull every connection whose time has come or whose files changed; one that hangs or fails harms no other."""
        self.looked = self._kit.clock.monotonic()
        self._glanced.clear()
        remote, now = self._catalogue.remote(), self._kit.clock.now()
        for row in await self._kit.db.read(lambda tx: connections.awake(tx, remote, now)):
            self._begin(row)
        if self._looking:
            await asyncio.wait(self._looking.values(), timeout=patience)
        self._looking = {key: task for key, task in self._looking.items() if not task.done()}

    async def glance(self, user: str, only: str | None = None) -> bool:
        """Pull the person's files that changed, or those of one connection; True when that ended in time for somebody
        who waits.
        """
        if only is None:
            if (now := self._kit.clock.monotonic()) - self._glanced.get(user, -math.inf) < FRESH:
                return False
            self._glanced[user] = now
        rows = await self._kit.db.read(lambda tx: connections.of_person(tx, user))
        looks = [self._begin(row) for row in rows if only in (None, row.id) and self._is_quick(row)]
        if looks:
            await asyncio.wait(looks, timeout=self.glance_seconds)
        return any(look.done() and look.result() for look in looks)

    async def refresh(self, user: str) -> None:
        """A visit: what is on other servers and was not read for half a minute is read now; nobody waits for it."""
        if not self._visits.is_due(user):
            return
        for row in await self._kit.db.read(lambda tx: connections.of_person(tx, user)):
            if self._after.is_stale(row):
                self._begin(row, now=True)

    async def pull(self, id: str, tried: Batch | None = None) -> None:
        """Read a connection now, or take what was `tried` of a new one; what goes wrong is kept as its state."""
        async with self.turn(id):
            row = await self._kit.db.read(lambda tx: connections.one(tx, id))
            if row is None:
                return
            self._marks.seen(row)
            try:
                await self._pull(self._opener.open(row), None if row.read_at or row.cursor else tried)
            except (Gone, KeyGone):
                self._seen.pop(id, None)

    async def first(self, id: str, tried: Batch | None = None) -> None:
        """Read a new connection, or take what was `tried`; whoever waits for it goes on after some seconds."""

        async def reading() -> bool:
            await self.pull(id, tried)
            return True

        self._looking[id] = asyncio.create_task(reading(), name=f"oo-look-{id}")
        await asyncio.wait([self._looking[id]], timeout=self.first_seconds)

    async def try_out(self, connection: Connection) -> Batch | None:
        """All that a connection has that is not kept yet, None for more; raises a sentence for the person."""
        source, whole = await self._opener.source(connection), list[Batch]()

        async def enough(batch: Batch) -> bool:
            whole.append(batch)
            return False

        try:
            await self._slices(connection, self._catalogue.load(connection.connector), source, None, enough)
        except Problem:
            raise
        except Exception as error:
            raise Unusable(self.faults.failure(self._catalogue, connection, error).problem) from error
        return next((batch for batch in whole if not batch.more), None)

    def _begin(self, row: Row[Any], *, now: bool = False) -> asyncio.Task[bool]:
        """A look at a connection: the one that is under way, or a new one, which reads it `now` or if it has to."""
        look = self._looking.get(row.id)
        if look is None or look.done():
            look = asyncio.create_task(self._look_at(row, now), name=f"oo-look-{row.id}")
            self._looking[row.id] = look
        return look

    def _is_quick(self, row: Row[Any]) -> bool:
        return row.state not in connections.ASLEEP and self._is_of_files(row)

    async def _look_at(self, row: Row[Any], now: bool) -> bool:
        """Pull the connection if there is a reason to; True when it did."""
        try:
            connection = self._opener.open(row)
            if not self.turn(connection.id).locked() and (now or await self._wants(connection)):
                await self.pull(connection.id)
                return True
        except KeyGone:  # the person is being forgotten
            pass
        except Exception as error:
            log.error("connection.not_read", failure=error, connection=row.id)
        return False

    async def _pull(self, connection: Connection, tried: Batch | None) -> None:
        try:
            source = await self._opener.source(connection)
        except Problem as error:  # what lets oO in is not there any more
            await self._failed(connection, self.faults.failure(self._catalogue, connection, error))
            return
        seen = await self._stats(connection)
        unreadable = self._unreadable[connection.id]
        cursor = None if unreadable.wears_out(source.now) else connection.cursor
        reading = Reading(self._kit, connection, source, unreadable)

        async def take(batch: Batch) -> bool:
            todo = await reading.take(batch)
            await self._write(connection, todo if batch.more else [*todo, self._read(reading)])
            return True

        try:
            connector = self._catalogue.load(connection.connector)
            if not (await take(tried) if tried else await self._slices(connection, connector, source, cursor, take)):
                await self._write(connection, [self._unchanged(connection, source.now)])
            await self._after.follow(connection, connector, source, self._write)
        except (Gone, KeyGone):
            raise
        except Exception as error:
            await self._failed(connection, self.faults.failure(self._catalogue, connection, error))
        self._seen[connection.id] = seen

    async def _slices(
        self, connection: Connection, connector: Connector, source: Source, cursor: str | None, take: Take
    ) -> int:
        """Give every slice to `take` before the next one is read, until it has enough; how many there were.

        A connector of files does its work in a thread, and what is taken is taken here: whoever cancels this ends it
        with the slice that is being read.
        """
        stopping = threading.Event()

        async def each(take: Take) -> int:
            count = 0
            async with aclosing(slices(connector, source, cursor)) as found:
                async for batch in found:
                    count += 1
                    if stopping.is_set() or not await take(batch):
                        break
            return count

        if not self._is_of_files(connection):
            return await each(take)
        home = asyncio.get_running_loop()

        async def hand_over(batch: Batch) -> bool:
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(take(batch), home))

        try:
            return await asyncio.to_thread(asyncio.run, each(hand_over))
        finally:
            stopping.set()

    async def ask(self, connection: Connection, answer: Coroutine[Any, Any, T]) -> T:
        """Await a connector; one of files does its work in a thread, as a large one would hold everybody up."""
        if self._is_of_files(connection):
            return await asyncio.to_thread(asyncio.run, answer)
        return await answer

    def _is_of_files(self, connection: Connection | Row[Any]) -> bool:
        manifest = self._catalogue.manifest(connection.connector)
        return manifest is not None and manifest.kind == "files"

    async def _wants(self, connection: Connection) -> bool:
        if self._kit.clock.now() >= connection.next_at:
            return True
        if self._catalogue.is_remote(connection.connector):
            return False
        if connection.id not in self._seen:
            return True
        return await self._stats(connection) != self._seen[connection.id]

    async def _stats(self, connection: Connection) -> tuple[FileStat, ...] | None:
        """What the files look like, None when that can't be said."""
        files = self._opener.files(connection)
        try:
            return None if files is None else tuple(await files.list())
        except Problem:
            return None

    async def _failed(self, connection: Connection, failure: Failure) -> None:
        now = self._kit.clock.now()
        values = {
            "state": failure.state,
            "next_at": now + failure.after,
            "failures": connection.failures + 1,
            "problem": self._kit.keys.cipher(connection.user).seal("connections.problem", failure.problem),
        }
        await self._write(connection, [self._last(connection, values)])

    def _read(self, reading: Reading) -> Step:
        """The step that ends a read that found something."""
        connection, unread, now = reading.connection, reading.unread, reading.source.now
        sealed = self._kit.keys.cipher(connection.user).seal("connections.unread", unread_text(unread))
        values = {"cursor": reading.cursor, "unread": sealed if unread else None}
        return self._last(connection, values | self._after.well(connection, now, reading.cursor, quiet=0))

    def _unchanged(self, connection: Connection, now: datetime) -> Step:
        return self._last(connection, self._after.well(connection, now, connection.cursor, quiet=connection.quiet + 1))

    def _last(self, connection: Connection, values: dict[str, Any]) -> Step:
        """The step that ends a pull: the connection's row, and its new state told."""
        told: tuple[Envelope, ...] = ()
        if values["state"] != connection.state:
            event = ConnectionChanged(connection.id, connection.connector, values["state"])
            told = (self._kit.outbox.envelope(connection.user, event),)

        def run(tx: Transaction) -> None:
            connections.change(tx, connection.id, values)
            self._kit.outbox.publish(tx, *told)

        return Step(1 + 2 * len(told), run)

    async def _write(self, connection: Connection, todo: Sequence[Step]) -> None:
        for unit in packed(todo):
            await self._marks.write(connection, unit)
