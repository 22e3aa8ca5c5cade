"""A bench with a real nats-server beside it, and ways to make trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import nats
from nats.aio.client import Client

from oo.kernel.nats import pulling
from oo.kernel.nats.connection import Line
from oo.kernel.nats.guard import Guard
from oo.kernel.nats.publishing import JetStream
from oo.kernel.relay import Relay
from oo.kernel.tests.bench import Bench, bench_in
from oo.testing.determinism import FixedClock
from oo.testing.nats import NatsServer

SOON = 0.01
"""How long what came too early waits at first."""


@dataclass
class Ground:
    """A log, a server, and the two that work between them."""

    bench: Bench
    server: NatsServer

    @asynccontextmanager
    async def running(self, *, relay: bool = True, consumer: bool = True) -> AsyncIterator[None]:
        """Relay and consumer, as in a process of their own."""
        bench = self.bench
        async with Line(self.server.url, "test", Guard()) as line:
            works: list[Awaitable[None]] = []
            if relay:
                handing = Relay(bench.db, JetStream(bench.db, line))
                bench.outbox.wake = handing.wake
                works.append(handing.run())
            if consumer:
                works.append(
                    pulling.run(
                        line, bench.db, bench.opener, FixedClock(), [bench.consumer], delay=SOON, compare_every=0.5
                    )
                )
            tasks = [asyncio.ensure_future(work) for work in works]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """A client of the test's own."""
        client = await nats.connect(self.server.url, allow_reconnect=False)
        try:
            yield client
        finally:
            await client.close()

    async def heard(self, user: str, *tips: str, seconds: float = 20.0) -> None:
        """Wait until exactly these effects are there, in this order."""

        async def all_there() -> bool:
            return len(await self.bench.done(user)) >= len(tips)

        await until(all_there, seconds)
        assert await self.bench.done(user) == list(tips)

    async def handed_on(self) -> None:
        """Wait until nothing waits in the log."""

        async def nothing() -> bool:
            return await self.bench.waiting() == 0

        await until(nothing)


async def until(is_so: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    """Wait for what other tasks bring about."""
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


@asynccontextmanager
async def ground_in(folder: Path, server: NatsServer, *users: str) -> AsyncIterator[Ground]:
    """A ground with people who have keys."""
    async with bench_in(folder, *users) as bench:
        yield Ground(bench, server)
