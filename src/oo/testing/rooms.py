"""A room on its own: real database, keys and outbox in a folder, a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import MetaData, select

from oo.contracts.events import Event, ProtobufCodec
from oo.kernel import outbox as events
from oo.kernel.db import Transaction
from oo.kernel.module import Built, Kit, Module
from oo.kernel.opening import Opener
from oo.kernel.outbox import PAYLOAD, Outbox
from oo.kernel.plugins import Plugin
from oo.kernel.relay import Consumer, InProcess, Relay
from oo.kernel.settings import Settings
from oo.testing.databases import at_rest, database
from oo.testing.determinism import CountingIds, FixedClock, SeededChance

T = TypeVar("T")


class Promises(dict[type, object]):
    """Promises by their protocol, as `Module.build` is given them."""

    def __getitem__(self, promise: type[T]) -> T:
        """The implementation of a promise."""
        return cast("T", super().__getitem__(promise))


@dataclass(frozen=True, slots=True)
class Room:
    """A built module with the tools to look behind it."""

    kit: Kit
    built: Built
    clock: FixedClock
    relay: Relay
    codec: ProtobufCodec

    def promise(self, kind: type[T]) -> T:
        """What the room promises."""
        return cast("T", self.built.promises[kind])

    async def deliver(self, user: str, event: Event) -> None:
        """Publish an event and hand it to the room's handlers, as if another room had published it."""
        envelope = self.kit.outbox.envelope(user, event)
        await self.kit.db.write(lambda tx: self.kit.outbox.publish(tx, envelope))
        while await self.relay.step():
            pass

    async def at_rest(self) -> bytes:
        """Every byte that whoever takes the disk away would have."""
        return await at_rest(self.kit.db, self.kit.settings.data)

    async def published(self, user: str) -> list[Event]:
        """Every event of the person so far, in order."""
        cipher = self.kit.keys.cipher(user)

        def rows(tx: Transaction) -> list[tuple[str, bytes]]:
            found = tx.execute(
                select(events.outbox.c.type, events.outbox.c.payload)
                .where(events.outbox.c.user_id == user)
                .order_by(events.outbox.c.id)
            )
            return [(row.type, row.payload) for row in found]

        return [
            self.codec.decode(kind, cipher.open_bytes(PAYLOAD, sealed)) for kind, sealed in await self.kit.db.read(rows)
        ]


@asynccontextmanager
async def room(
    folder: Path,
    module: Module,
    *,
    needs: Mapping[type, object] | None = None,
    plugins: Mapping[str, Mapping[str, Plugin[Any]]] | None = None,
    clock: FixedClock | None = None,
    also: Iterable[MetaData] = (),
    **settings: Any,
) -> AsyncIterator[Room]:
    """Build a module on a fresh database, its files in `folder`; `settings` override the defaults."""
    clock = clock or FixedClock()
    codec, ids = ProtobufCodec(), CountingIds()
    async with database(folder, list(dict.fromkeys([module.tables, events.metadata, *also]))) as (db, keys):
        kit = Kit(
            db=db,
            keys=keys,
            outbox=Outbox(codec, keys, clock, ids),
            clock=clock,
            ids=ids,
            chance=SeededChance(1),
            settings=Settings(**{"data": folder, **settings}),
            plugins=plugins or {},
        )
        built = module.build(kit, Promises(needs or {}))
        sink = InProcess(db, Opener(codec, keys), clock, [Consumer(module.name, built.handlers)])
        relay = Relay(db, sink)
        try:
            yield Room(kit, built, clock, relay, codec)
        finally:
            if built.end is not None:
                await built.end()
