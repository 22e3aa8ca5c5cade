from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from oo.kernel.jobs.beats import Beats
from oo.kernel.jobs.job import Job
from oo.testing.determinism import FixedClock, SeededChance

NEVER = timedelta(days=1)
pytestmark = pytest.mark.anyio


@asynccontextmanager
async def at_work(*jobs: Job) -> AsyncIterator[Beats]:
    loop = Beats(jobs, FixedClock(), SeededChance())
    loop.start()
    try:
        yield loop
    finally:
        await loop.stop()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not true():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.001)


def counting() -> tuple[list[int], Callable[[], Awaitable[None]]]:
    runs: list[int] = []

    async def run() -> None:
        runs.append(1)

    return runs, run


async def test_a_job_runs_at_once_and_then_by_its_interval() -> None:
    runs, run = counting()
    async with at_work(Job("often", timedelta(milliseconds=5), run)):
        await until(lambda: len(runs) >= 3)


async def test_a_kick_runs_a_job_before_its_time() -> None:
    runs, run = counting()
    async with at_work(Job("rare", NEVER, run)) as jobs:
        await until(lambda: len(runs) == 1)
        jobs.woken["rare"].set()
        await until(lambda: len(runs) == 2)


async def test_kicks_during_a_run_lead_to_one_more_run() -> None:
    gate, runs = asyncio.Event(), []

    async def run() -> None:
        runs.append(1)
        await gate.wait()

    async with at_work(Job("slow", NEVER, run)) as jobs:
        await until(lambda: len(runs) == 1)
        jobs.woken["slow"].set()
        jobs.woken["slow"].set()
        gate.set()
        await until(lambda: len(runs) == 2)
        await asyncio.sleep(0.01)
        assert len(runs) == 2


async def test_a_job_that_fails_stops_neither_itself_nor_the_others() -> None:
    runs, run = counting()
    tries = []

    async def fail() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("a person's words")

    async with at_work(Job("fails", NEVER, fail), Job("works", timedelta(milliseconds=5), run)) as jobs:
        await until(lambda: jobs.health()["fails"].failures == 1)
        jobs.woken["fails"].set()
        await until(lambda: jobs.health()["fails"].failing == 2)
        jobs.woken["fails"].set()
        await until(lambda: jobs.health()["fails"].runs == 3)
        health = jobs.health()["fails"]
        assert (health.failures, health.failing) == (2, 0)
        assert health.last is not None
        assert len(runs) >= 1


async def test_stopping_cancels_a_run_and_waits_for_it() -> None:
    ended = []

    async def run() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(1)

    async with at_work(Job("long", NEVER, run)):
        await asyncio.sleep(0)
    assert ended == [1]


async def test_runs_do_not_march_in_step() -> None:
    jobs = Beats([], FixedClock(), SeededChance())
    job = Job("any", timedelta(seconds=100), counting()[1])
    pauses = {jobs._pause(job) for _ in range(50)}
    assert len(pauses) == 50
    assert all(90 <= pause <= 100 for pause in pauses)
