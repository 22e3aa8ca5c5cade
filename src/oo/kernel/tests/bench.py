"""A room that follows one kind of event, and the log that it follows: what tests of relay and consumers look at."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select

from oo.kernel import outbox as log
from oo.kernel.consuming import Consumer
from oo.kernel.db import Database, Transaction
from oo.kernel.keys import Keys
from oo.kernel.opening import Opener
from oo.kernel.outbox import Envelope, Outbox
from oo.kernel.relay import InProcess, Relay, attributes
from oo.testing.databases import database
from oo.testing.determinism import CountingIds, FixedClock

KIND = "tips.tip.seen"


@dataclass(frozen=True)
class TipSeen:
    """An event of this test."""

    tip: str


class Plain:
    """A codec that writes an event as its one word; a word that begins with ! can't be read."""

    def encode(self, event: object) -> tuple[str, bytes]:
        assert isinstance(event, TipSeen)
        return KIND, event.tip.encode()

    def decode(self, kind: str, data: bytes) -> TipSeen:
        if data.startswith(b"!"):
            raise ValueError("not a word")
        return TipSeen(data.decode())


metadata = MetaData(schema="room")
effects = Table(
    "effects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", String),
    Column("tip", String),
    Column("seq", Integer),
)


@dataclass
class Bench:
    """A database, an outbox, and what a handler should refuse."""

    db: Database
    keys: Keys
    outbox: Outbox
    poison: set[str] = field(default_factory=set)
    fails: bool = False

    @property
    def opener(self) -> Opener:
        return Opener(Plain(), self.keys)

    @property
    def consumer(self) -> Consumer:
        return Consumer("room", {KIND: self.handle})

    def relay(self) -> Relay:
        return Relay(self.db, InProcess(self.db, self.opener, FixedClock(), [self.consumer]))

    def handle(self, tx: Transaction, envelope: Envelope) -> None:
        assert isinstance(envelope.data, TipSeen)
        tx.execute(insert(effects), {"user_id": envelope.user, "tip": envelope.data.tip, "seq": envelope.seq})
        if self.fails:
            raise _full()
        if envelope.data.tip in self.poison:
            raise ValueError("poison")

    async def publish(self, user: str, *tips: str) -> None:
        envelopes = [self.outbox.envelope(user, TipSeen(tip)) for tip in tips]
        await self.db.write(lambda tx: self.outbox.publish(tx, *envelopes))

    async def begin(self, relay: Relay) -> None:
        """Let it run until what waits is handed on."""
        running = asyncio.create_task(relay.run())
        await relay.settled(5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def done(self, user: str) -> list[str]:
        rows = select(effects.c.tip).where(effects.c.user_id == user).order_by(effects.c.id)
        return await self.db.read(lambda tx: list(tx.execute(rows).scalars()))

    async def waiting(self) -> int:
        rows = select(func.count()).select_from(log.outbox).where(~log.outbox.c.sent)
        return int(await self.db.read(lambda tx: tx.execute(rows).scalar_one()))

    def said(self, row: Any) -> str:
        """The word of an event of the log."""
        envelope = self.opener.open(attributes(row), row.payload)
        assert envelope is not None and isinstance(envelope.data, TipSeen)
        return envelope.data.tip

    async def rows(self, query: Any) -> Sequence[Any]:
        return await self.db.read(lambda tx: tx.execute(query).all())

    async def change(self, statement: Any) -> None:
        await self.db.write(lambda tx: tx.execute(statement).rowcount)


def _full() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@asynccontextmanager
async def bench_in(folder: Path, *users: str) -> AsyncIterator[Bench]:
    """A bench with people who have keys."""
    async with database(folder, [metadata, log.metadata]) as (db, keys):
        for user in users:
            keys.create(user)
        yield Bench(db, keys, Outbox(Plain(), keys, FixedClock(), CountingIds()))
