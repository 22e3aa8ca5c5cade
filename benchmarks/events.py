"""How fast events are handed on: into a nats-server that waits for the disk at each, from it, and in one process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select

from benchmarks.report import Figure
from oo.contracts.events import ProtobufCodec, TaskChanged
from oo.kernel import outbox as log
from oo.kernel.clock import SystemClock
from oo.kernel.consuming import Consumer
from oo.kernel.db import Database, Transaction
from oo.kernel.ids import UlidIds
from oo.kernel.keys import Keys
from oo.kernel.nats import pulling
from oo.kernel.nats.connection import Line
from oo.kernel.nats.guard import Guard
from oo.kernel.nats.publishing import JetStream, _Acks
from oo.kernel.nats.streams import ensure
from oo.kernel.opening import Opener
from oo.kernel.outbox import Envelope, Outbox, outbox
from oo.kernel.relay import BATCH, InProcess, Relay
from oo.testing.databases import database
from oo.testing.nats import nats_server
from oo.testing.postgres import fresh, server

EVENTS = int(os.environ.get("OO_BENCH_EVENTS", "20000"))
PEOPLE = 100
_TOGETHER = 100

metadata = MetaData(schema="bench")
effects = Table(
    "effects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", String),
    Column("ref", String),
    Column("seq", Integer),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A log with events that wait, and one room that follows them with one row for each."""

    db: Database
    opener: Opener
    outbox: Outbox

    @property
    def consumer(self) -> Consumer:
        """The room."""
        return Consumer("bench", {"signals.task.changed": _effect})

    async def fill(self) -> None:
        """Publish them all."""
        users = [f"{number:026d}" for number in range(PEOPLE)]
        for start in range(0, EVENTS, _TOGETHER):
            envelopes = [
                self.outbox.envelope(users[number * 7 % PEOPLE], TaskChanged(f"c1:{number}", "v2", "home", 2))
                for number in range(start, start + _TOGETHER)
            ]
            await self.db.write(lambda tx, some=envelopes: self.outbox.publish(tx, *some))  # type: ignore[misc]

    async def until(self, is_so: Callable[[Transaction], bool]) -> None:
        """Wait until the database says so."""
        while not await self.db.read(is_so):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


def events() -> Iterator[Figure]:
    """Relay and consumer over NATS, and the relay of one process, on SQLite and on Postgres."""
    yield from asyncio.run(_on("SQLite", None))
    with server(quick=False) as running, tempfile.TemporaryDirectory() as folder:
        with fresh(running, Path(folder), empty=True) as url:
            yield from asyncio.run(_on("Postgres", url))


async def _on(name: str, url: str | None) -> list[Figure]:
    async with _scene(url) as scene, _nats() as line:
        await scene.fill()
        await ensure(line.now, 1)
        bare = await _seconds(_bare(line))
        relaying = await _seconds(Relay(scene.db, JetStream(scene.db, line)).run(), scene.until(_all_sent))
        following = pulling.run(line, scene.db, scene.opener, SystemClock(), [scene.consumer])
        heard = await _seconds(following, scene.until(_all_heard))
        assert await scene.db.read(_in_order)
    async with _scene(url) as scene:
        await scene.fill()
        sink = InProcess(scene.db, scene.opener, SystemClock(), [scene.consumer])
        here = await _seconds(Relay(scene.db, sink).run(), scene.until(_all_sent))
        assert await scene.db.read(_in_order)
    floor = f"bare publishing in the same run: {EVENTS / bare.seconds:.0f}/s"
    return [
        _figure(f"events on {name}: relay into JetStream, sync always", relaying, 1_500, floor),
        _figure(f"events on {name}: consumer, one row for each", heard, 3_000),
        _figure(f"events on {name}: relay and room in one process", here, 3_000),
    ]


def _figure(name: str, taken: Taken, limit: int, beside: str = "") -> Figure:
    note = f"{EVENTS} events; {taken.cpu / EVENTS * 1e6:.0f} µs of this process's CPU for each"
    return Figure(
        name, EVENTS / taken.seconds, "/s", f"≥ {limit}", limit, "; ".join(filter(None, (note, beside))), higher=True
    )


@contextlib.asynccontextmanager
async def _scene(url: str | None) -> AsyncIterator[Scene]:
    with tempfile.TemporaryDirectory() as folder:
        if url is not None:
            os.environ["OO_TEST_DATABASE_URL"] = url
        try:
            async with database(Path(folder), [log.metadata, metadata]) as (db, keys):
                _people(keys)
                clock, codec = SystemClock(), ProtobufCodec()
                yield Scene(db, Opener(codec, keys), Outbox(codec, keys, clock, UlidIds(clock)))
        finally:
            os.environ.pop("OO_TEST_DATABASE_URL", None)


@contextlib.asynccontextmanager
async def _nats() -> AsyncIterator[Line]:
    with tempfile.TemporaryDirectory() as folder, nats_server(Path(folder)) as running:
        async with Line(running.url, "bench", Guard(monitor=running.monitor)) as line:
            await line.tried(5)
            yield line


@dataclass(frozen=True, slots=True)
class Taken:
    """How long something took, and how much of the processor this process used for it; in seconds."""

    seconds: float
    cpu: float


async def _seconds(work: Awaitable[object], done: Awaitable[None] | None = None) -> Taken:
    """How long work took to its end, or until something is done."""
    begun, before = time.perf_counter(), time.process_time()
    working = asyncio.ensure_future(work)
    await (done or working)
    taken = Taken(time.perf_counter() - begun, time.process_time() - before)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    return taken


async def _bare(line: Line) -> None:
    """Nothing but publishing as many messages of the same size, and hearing that the disk has them."""
    acks = await _Acks.listen(line.now)
    for start in range(0, EVENTS, BATCH):
        numbers = range(start, start + BATCH)
        messages = [("oo.v1.signals.bare.00", bytes(60), {"Nats-Msg-Id": f"bare{number}"}) for number in numbers]
        assert None not in await acks.publish(messages)


def _people(keys: Keys) -> None:
    for number in range(PEOPLE):
        keys.create(f"{number:026d}")


def _effect(tx: Transaction, envelope: Envelope) -> None:
    data = envelope.data
    assert isinstance(data, TaskChanged)
    tx.execute(insert(effects), {"user_id": envelope.user, "ref": data.ref, "seq": envelope.seq})


def _all_sent(tx: Transaction) -> bool:
    return tx.execute(select(outbox.c.id).where(~outbox.c.sent).limit(1)).first() is None


def _all_heard(tx: Transaction) -> bool:
    return bool(tx.execute(select(func.count()).select_from(effects)).scalar_one() >= EVENTS)


def _in_order(tx: Transaction) -> bool:
    """Whether every event had one effect, and each person's came in their order."""
    last: dict[str, int] = {}
    rows = tx.execute(select(effects.c.user_id, effects.c.seq).order_by(effects.c.id)).all()
    for row in rows:
        if row.seq != last.get(row.user_id, 0) + 1:
            return False
        last[row.user_id] = row.seq
    return len(rows) == EVENTS


BENCHES: tuple[Callable[[], Iterator[Figure]], ...] = (events,)
