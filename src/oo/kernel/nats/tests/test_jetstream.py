"""Events over a real nats-server: none lost, none doubled, each person's in order, whatever becomes of the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from oo.kernel.nats import pulling
from oo.kernel.nats.connection import Line
from oo.kernel.nats.guard import Guard
from oo.kernel.nats.publishing import JetStream
from oo.kernel.relay import Relay
from oo.kernel.tests.bench import Bench, bench_in
from oo.testing.determinism import FixedClock
from oo.testing.nats import NatsServer, NoServer, nats_server

pytestmark = [pytest.mark.anyio, pytest.mark.services]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    try:
        with nats_server(tmp_path / "nats") as running:
            yield running
    except NoServer as missing:
        pytest.skip(str(missing))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench_in(tmp_path, "lena", "otto") as made:
        yield made


@asynccontextmanager
async def running(bench: Bench, server: NatsServer) -> AsyncIterator[None]:
    """Relay and consumer over the server."""
    async with Line(server.url, "test", Guard()) as line:
        relay = Relay(bench.db, JetStream(bench.db, line))
        bench.outbox.wake = relay.wake
        following = pulling.run(line, bench.db, bench.opener, FixedClock(), [bench.consumer])
        tasks = [asyncio.create_task(relay.run()), asyncio.create_task(following)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def until(is_so: Callable[[], Awaitable[bool]], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110 - nobody tells when another process is through
            await asyncio.sleep(0.02)


async def test_events_come_by_jetstream_once_and_in_order(bench: Bench, server: NatsServer) -> None:
    async with running(bench, server):
        for number in range(30):
            await bench.publish("lena" if number % 3 else "otto", str(number))
        await until(lambda: has(bench, 30))
    assert await bench.done("lena") == [str(number) for number in range(30) if number % 3]
    assert await bench.done("otto") == [str(number) for number in range(0, 30, 3)]


async def has(bench: Bench, many: int) -> bool:
    return len(await bench.done("lena")) + len(await bench.done("otto")) >= many
