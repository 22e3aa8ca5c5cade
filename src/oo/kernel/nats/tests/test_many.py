"""Several processes on one Postgres: one hands on at a time, all may follow, and no event has two effects."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from oo.kernel.clock import SystemClock
from oo.kernel.db.postgres import PostgresDatabase
from oo.kernel.db.postgres.advisory import RELAY
from oo.kernel.db.postgres.turn import Turn
from oo.kernel.ids import UlidIds
from oo.kernel.keys import Keys
from oo.kernel.keystores import PostgresStore
from oo.kernel.nats import pulling
from oo.kernel.nats.connection import Line
from oo.kernel.nats.guard import Guard
from oo.kernel.nats.publishing import JetStream
from oo.kernel.nats.tests.grounds import SOON, until
from oo.kernel.outbox import Outbox, outbox
from oo.kernel.relay import InProcess, Relay
from oo.kernel.tests.bench import Bench, Plain, metadata
from oo.testing.databases import make
from oo.testing.determinism import FixedClock
from oo.testing.nats import NatsServer
from oo.testing.postgres import cut_off, fresh, rows

pytestmark = [pytest.mark.anyio, pytest.mark.services]

USERS = ("lena", "milo", "otto", "ruth")
EACH = 40


class Process:
    """What one process of an oO has of its own: its connections and its memory."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        keys = Keys(folder, PostgresStore(url, lease=0.05))
        self.bench = Bench(
            PostgresDatabase(url, connections=2),
            keys,
            Outbox(Plain(), keys, FixedClock(), UlidIds(SystemClock())),
        )

    @contextlib.asynccontextmanager
    async def working(self, server: NatsServer | None) -> AsyncIterator[None]:
        """Its relay, when it is its turn, and its consumer."""
        bench = self.bench
        async with contextlib.AsyncExitStack() as stack:
            works = []
            if server is None:
                sink = InProcess(bench.db, bench.opener, FixedClock(), [bench.consumer])
                works.append(Turn(self.url).run(Relay(bench.db, sink).run))
            else:
                line = await stack.enter_async_context(Line(server.url, "test", Guard()))
                works.append(Turn(self.url).run(Relay(bench.db, JetStream(bench.db, line)).run))
                works.append(pulling.run(line, bench.db, bench.opener, FixedClock(), [bench.consumer], delay=SOON))
            tasks = [asyncio.ensure_future(work) for work in works]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def write(self, word: str) -> None:
        """Publish for everybody, as requests that this process answers."""
        for number in range(EACH):
            await asyncio.gather(*(self.bench.publish(user, f"{word}{number}") for user in USERS))

    async def close(self) -> None:
        await self.bench.db.close()
        self.bench.keys.close()


@pytest.fixture
async def processes(postgres: str, tmp_path: Path) -> AsyncIterator[tuple[Process, Process]]:
    with fresh(postgres, tmp_path) as url:
        both = (Process(url, tmp_path), Process(url, tmp_path))
        await both[0].bench.db.write(lambda tx: make(tx, metadata))
        for user in USERS:
            both[0].bench.keys.create(user)
        try:
            yield both
        finally:
            for one in both:
                await one.close()


@pytest.mark.parametrize("carried", ["over NATS", "by the relay"])
async def test_two_that_write_hand_on_and_follow_lose_and_double_nothing(
    processes: tuple[Process, Process], request: pytest.FixtureRequest, carried: str
) -> None:
    first, second = processes
    server = request.getfixturevalue("server") if carried == "over NATS" else None
    async with second.working(server):
        async with first.working(server):
            await asyncio.gather(first.write("a"), second.write("b"))
        # The first one is gone in the middle of it; the other has its turn now.
        await second.write("c")
        await until(lambda: all_heard(second.bench), 40)
    for user in USERS:
        heard = await second.bench.done(user)
        said = await second.bench.rows(select(outbox).where(outbox.c.user_id == user).order_by(outbox.c.user_seq))
        assert heard == [second.bench.said(row) for row in said]
        assert [word for word in heard if word[0] == "c"] == [f"c{number}" for number in range(EACH)]


async def test_a_relay_whose_connections_are_cut_goes_on(processes: tuple[Process, Process]) -> None:
    first, _ = processes
    async with first.working(None):
        await first.bench.publish("lena", "a")
        await until(lambda: has(first.bench, "lena", 1))
        await asyncio.to_thread(cut_off, first.url)
        with contextlib.suppress(Exception):  # the writer learns of it at its next statement
            await first.bench.publish("lena", "b")
        await first.bench.publish("lena", "c")
        await until(lambda: has(first.bench, "lena", 2))
    heard = await first.bench.done("lena")
    assert heard in (["a", "c"], ["a", "b", "c"])


HELD = """
    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND objid = %s AND datname = current_database()
"""
"""Of this database alone: others of the server have their own."""


async def test_one_has_the_turn_at_a_time(processes: tuple[Process, Process]) -> None:
    at_work = 0
    most = 0

    async def work() -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        try:
            await asyncio.sleep(60)
        finally:
            at_work -= 1

    url = processes[0].url
    turns = [asyncio.create_task(Turn(url).run(work)) for _ in range(3)]
    await until(lambda: is_so(at_work == 1))
    for turn in turns:
        held = rows(url, HELD, RELAY[1:])
        assert held == [(1,)] and at_work == 1
        turn.cancel()
        await asyncio.gather(turn, return_exceptions=True)
        if turn is not turns[-1]:
            await until(lambda: is_so(at_work == 1))
    assert most == 1


async def is_so(said: bool) -> bool:
    return said


async def has(bench: Bench, user: str, many: int) -> bool:
    return len(await bench.done(user)) >= many


async def all_heard(bench: Bench) -> bool:
    return sum([len(await bench.done(user)) for user in USERS]) >= 3 * EACH * len(USERS)
