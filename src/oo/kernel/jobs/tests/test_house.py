"""Processes of one house: each has the same jobs, and they are done once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from oo.kernel.clock import SystemClock
from oo.kernel.db import Database
from oo.kernel.jobs import Job, Jobs, Lease, Work
from oo.kernel.jobs.lease import Aside, Leading
from oo.kernel.jobs.tables import metadata
from oo.kernel.jobs.tests.grounds import QUARTER, Crowd
from oo.testing.databases import database
from oo.testing.determinism import SeededChance

pytestmark = pytest.mark.anyio


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with database(tmp_path, [metadata]) as (db, _):
        yield db


class Process:
    """A process of the house, with what it did."""

    def __init__(self, db: Database, name: str, leading: Leading | None, *works: Work) -> None:
        self.ran: list[str] = []
        jobs = [
            Job("beat", timedelta(seconds=30), self._noting("beat")),
            Job("hourly", timedelta(hours=1), self._noting("hourly")),
            Job("here", timedelta(seconds=30), self._noting("here"), everywhere=True),
        ]
        self.jobs = Jobs(jobs, works, db, SystemClock(), SeededChance(), name, leading=leading)

    def _noting(self, name: str) -> Callable[[], Awaitable[object]]:
        async def run() -> None:
            self.ran.append(name)

        return run

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[Process]:
        self.jobs.start()
        try:
            yield self
        finally:
            await self.jobs.stop()


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


async def test_alone_a_process_does_everything_at_once(db: Database) -> None:
    crowd = Crowd(2_500)
    async with Process(db, "one", None, crowd.work).at_work() as process:
        await until(lambda: sorted(process.ran) == ["beat", "here", "hourly"] and len(crowd.done) == 3)
        assert await process.jobs.failing() == []
        process.jobs.kick("beat")
        process.jobs.kick("hourly")
        await until(lambda: sorted(process.ran) == ["beat", "beat", "here", "hourly", "hourly"])
        with pytest.raises(KeyError):
            process.jobs.kick("unknown")


async def test_a_restart_does_not_repeat_what_is_not_due(db: Database) -> None:
    async with Process(db, "one", None).at_work() as first:
        await until(lambda: "hourly" in first.ran)
        await asyncio.sleep(0.1)
    async with Process(db, "two", None).at_work() as second:
        await until(lambda: sorted(second.ran) == ["beat", "here"])
        await asyncio.sleep(0.3)
        assert "hourly" not in second.ran


async def test_of_several_one_leads_and_a_kick_reaches_it(db: Database) -> None:
    def lease(name: str) -> Lease:
        return Lease(db, SystemClock(), "planner", name)

    async with Process(db, "one", lease("one")).at_work() as one:
        await until(lambda: sorted(one.ran) == ["beat", "here", "hourly"])
        async with Process(db, "two", lease("two")).at_work() as two, Process(db, "api", Aside()).at_work() as api:
            await until(lambda: two.ran == ["here"] and api.ran == ["here"])
            two.jobs.kick("beat")
            api.jobs.kick("hourly")
            await until(lambda: sorted(one.ran) == ["beat", "beat", "here", "hourly", "hourly"])
            await one.jobs.stop()
            await until(lambda: sorted(two.ran) == ["beat", "here"])
            assert api.ran == ["here"]


async def test_what_fails_is_named_until_it_goes_well(db: Database) -> None:
    crowd = Crowd(10, every=QUARTER)
    crowd.fails.add(0)
    async with Process(db, "one", None, crowd.work).at_work() as process:
        async with asyncio.timeout(10):
            while await process.jobs.failing() != ["crowd.compute"]:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)
        assert ("crowd.compute", "RuntimeError") in [(one.what, state) for one, state in await process.jobs.progress()]
        crowd.fails.clear()
        async with asyncio.timeout(10):
            while await process.jobs.failing():  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)
