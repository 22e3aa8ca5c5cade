from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from oo.kernel.db import Database
from oo.kernel.jobs.lease import Alone
from oo.kernel.jobs.planner import Planner
from oo.kernel.jobs.running import Running
from oo.kernel.jobs.runs import Key, progress
from oo.kernel.jobs.tables import metadata
from oo.kernel.jobs.tests.grounds import Crowd
from oo.kernel.nats.broker import Away, Queue
from oo.testing.databases import database
from oo.testing.determinism import FixedClock
from oo.testing.nats import NatsServer, NoServer

pytestmark = pytest.mark.anyio


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    made = NatsServer(tmp_path / "nats")
    try:
        made.start()
    except NoServer as reason:
        pytest.skip(str(reason))
    yield made
    made.kill()


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with database(tmp_path, [metadata]) as (db, _):
        yield db


@contextlib.asynccontextmanager
async def at_work(queue: Queue) -> AsyncIterator[Queue]:
    working = asyncio.create_task(queue.work())
    try:
        async with asyncio.timeout(10):
            while queue._broker is None:  # noqa: ASYNC110 - what is waited for has no event of its own
                await asyncio.sleep(0.01)
        yield queue
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def until(true: object, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # type: ignore[operator]  # noqa: ASYNC110 - nor has this
            await asyncio.sleep(0.02)


async def test_shards_are_done_by_several_workers_each_once(server: NatsServer, db: Database) -> None:
    crowd, clock = Crowd(20_000), FixedClock()
    names = ("one", "two")
    workers = [Running(db, clock, name, [crowd.work]) for name in names]
    async with contextlib.AsyncExitStack() as stack:
        queues = [await stack.enter_async_context(at_work(Queue(server.url, one.run))) for one in workers]
        planner = Planner(db, clock, Alone(), queues[0], [crowd.work], shared=True)
        await planner.step()
        await until(lambda: _done(db, 20))
        await until(queues[1].idle)
    assert sorted(shard for _, shard, _ in crowd.done) == list(range(20))


async def test_the_same_key_arrives_once(server: NatsServer) -> None:
    heard: list[Key] = []

    async def run(key: Key) -> None:
        heard.append(key)

    async with at_work(Queue(server.url, run)) as queue:
        for _ in range(3):
            await queue.send(Key("a", 1, 1, 0))
        await queue.send(Key("a", 1, 1, 0), again=1)
        await until(queue.idle)
    assert heard == [Key("a", 1, 1, 0)] * 2


async def test_a_worker_that_ends_gives_back_what_it_was_doing(server: NatsServer) -> None:
    begun, done = asyncio.Event(), asyncio.Event()

    async def hang(key: Key) -> None:
        begun.set()
        await asyncio.sleep(60)

    async def run(key: Key) -> None:
        done.set()

    async with at_work(Queue(server.url, hang)) as queue:
        await queue.send(Key("a", 1, 1, 0))
        await asyncio.wait_for(begun.wait(), 5)
    async with at_work(Queue(server.url, run)) as other:
        await asyncio.wait_for(done.wait(), 5)
        await until(other.idle)


async def test_who_only_sends_does_nothing(server: NatsServer) -> None:
    async with at_work(Queue(server.url, None)) as queue:
        await queue.send(Key("a", 1, 1, 0))
        await asyncio.sleep(0.5)
        assert not await queue.idle()


async def test_without_nats_nothing_is_sent_and_a_wiped_queue_is_filled_again(server: NatsServer, db: Database) -> None:
    crowd, clock = Crowd(3_000), FixedClock()
    running = Running(db, clock, "w", [crowd.work])
    async with at_work(Queue(server.url, None)) as sender:
        planner = Planner(db, clock, Alone(), sender, [crowd.work], shared=True)
        await planner.step()
        server.kill()
        server.wipe()
        await until(lambda: _away(sender))
        with pytest.raises(Away):
            await sender.send(Key("a", 1, 1, 0))
        server.start()
        clock.advance(Queue.patience)
        async with at_work(Queue(server.url, running.run)):
            await until(lambda: _stepped(planner, db, 3))
    assert sorted(shard for _, shard, _ in crowd.done) == [0, 1, 2]


async def _done(db: Database, shards: int) -> bool:
    return sum(one.done for one in await db.read(progress)) == shards


async def _away(queue: Queue) -> bool:
    return queue._broker is None


async def _stepped(planner: Planner, db: Database, shards: int) -> bool:
    await planner.step()
    return await _done(db, shards)
