from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from oo.kernel.db import Database
from oo.kernel.jobs import runs
from oo.kernel.jobs.job import Job, Shard, Tick, Work
from oo.kernel.jobs.planner import whole
from oo.kernel.jobs.tables import metadata
from oo.kernel.jobs.tables import runs as table
from oo.kernel.jobs.tests.grounds import QUARTER, Crowd, Ground
from oo.testing.databases import database

pytestmark = pytest.mark.anyio


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with database(tmp_path, [metadata]) as (db, _):
        yield db


async def progress(db: Database) -> runs.Progress:
    return (await db.read(runs.progress))[0]


async def test_people_are_done_in_shards_of_a_thousand_each_once(db: Database) -> None:
    crowd = Crowd(2_500)
    ground = Ground(db, crowd.work)
    assert await ground.round() == 3
    assert sorted(crowd.done) == [(1, 0, 1000), (1, 1, 1000), (1, 2, 500)]
    assert await ground.round() == 0
    told = await progress(db)
    assert (told.shards, told.done, told.people, told.wrote, told.planned) == (3, 3, 2500, 2500, True)


async def test_the_next_tick_comes_after_its_interval_and_not_before(db: Database) -> None:
    crowd = Crowd(10)
    ground = Ground(db, crowd.work)
    await ground.round()
    assert await ground.round(QUARTER.total_seconds() - 1) == 0
    assert await ground.round(1) == 1
    assert [tick for tick, _, _ in crowd.done] == [1, 2]


async def test_nobody_due_is_a_tick_without_shards(db: Database) -> None:
    ground = Ground(db, Crowd(0).work)
    assert await ground.round() == 0
    told = await progress(db)
    assert (told.number, told.shards, told.planned) == (1, 0, True)


async def test_a_run_that_arrives_twice_is_done_once(db: Database) -> None:
    crowd = Crowd(10)
    ground = Ground(db, crowd.work)
    await ground.planner.step()
    ground.belt.sent *= 3
    await ground.empty()
    assert len(crowd.done) == 1


async def test_what_fails_is_tried_again_later_each_time_and_given_up_after_five(db: Database) -> None:
    crowd = Crowd(10)
    crowd.fails.add(0)
    ground = Ground(db, crowd.work)
    assert await ground.round() == 1
    assert await ground.round() == 0
    waits = []
    for _ in range(4):
        waits.append(0)
        while not await ground.round(1):
            waits[-1] += 1
    assert waits == [0, 2, 4, 8]
    assert await ground.round(100) == 0
    told = await progress(db)
    assert (told.failed, told.reason) == (1, "RuntimeError")
    crowd.fails.clear()
    assert await ground.round(QUARTER.total_seconds()) == 1
    assert (await progress(db)).done == 1


async def test_what_was_sent_and_lost_is_sent_again_after_some_patience(db: Database) -> None:
    ground = Ground(db, Crowd(10).work)
    await ground.planner.step()
    ground.belt.sent.clear()
    assert await ground.round(29) == 0
    assert await ground.round(1) == 1


async def test_a_run_whose_tick_was_forgotten_in_a_long_sleep_is_left_and_planned_anew(db: Database) -> None:
    crowd = Crowd(10)
    ground = Ground(db, crowd.work)
    await ground.planner.step()
    key = ground.belt.sent[0]
    ground.clock.advance(timedelta(days=100))
    before = ground.clock.now() - timedelta(days=30)
    while await db.write(lambda tx: runs.forget_idle(tx, before)):
        pass
    assert await db.write(lambda tx: runs.begin(tx, key, "woke", ground.clock.now())) is None
    await ground.empty()
    assert crowd.done == []
    assert await ground.round() == 1


async def test_what_cannot_be_sent_is_sent_when_it_can(db: Database) -> None:
    ground = Ground(db, Crowd(3_000).work)
    ground.belt.away = True
    assert await ground.round() == 0
    ground.belt.away = False
    assert await ground.round() == 3


async def test_a_shard_that_ends_its_workers_is_given_up(db: Database) -> None:
    crowd = Crowd(10)
    ground = Ground(db, crowd.work)
    await ground.planner.step()
    key = ground.belt.sent[0]
    for _ in range(runs.TRIES):
        assert await db.write(lambda tx: runs.begin(tx, key, "dies", ground.clock.now())) is not None
    await ground.empty()
    assert crowd.done == []
    assert (await progress(db)).reason == "its workers died"


async def test_a_run_that_is_ended_with_its_process_is_no_death(db: Database) -> None:
    crowd = Crowd(10)

    async def hang(shard: Shard, tick: Tick) -> int:
        await asyncio.sleep(60)
        return 0

    ground = Ground(db, Work(crowd.work.name, 1, QUARTER, crowd.work.plan, hang))
    await ground.planner.step()
    for _ in range(runs.TRIES + 2):
        running = asyncio.create_task(ground.running.run(ground.belt.sent[0]))
        await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    told = await progress(db)
    assert (told.failed, told.reason) == (0, None)


async def test_what_failed_and_then_went_well_is_well(db: Database) -> None:
    crowd = Crowd(10)
    crowd.fails.add(0)
    ground = Ground(db, crowd.work)
    await ground.round()
    assert (await progress(db)).tries == 1
    crowd.fails.clear()
    await ground.round(1)
    await ground.round(1)
    told = await progress(db)
    assert (told.done, told.tries, told.reason) == (1, 0, None)


async def test_shards_are_spread_evenly_over_the_span_of_their_work(db: Database) -> None:
    crowd = Crowd(4_000, spread=timedelta(seconds=400))
    ground = Ground(db, crowd.work)
    begun = [await ground.round(0 if second == 0 else 50) for second in range(9)]
    assert begun == [1, 0, 1, 0, 1, 0, 1, 0, 0]


async def test_the_next_leader_goes_on_where_the_last_one_stopped(db: Database) -> None:
    crowd = Crowd(5_000)
    first = Ground(db, crowd.work)
    await first.planner.step()
    first.belt.sent = first.belt.sent[:2]
    await first.empty()
    second = Ground(db, crowd.work, clock=first.clock)
    assert await second.round() == 3
    assert await second.round(1) == 0
    assert sorted(shard for _, shard, _ in crowd.done) == [0, 1, 2, 3, 4]


async def test_a_tick_whose_planning_was_cut_off_is_planned_to_its_end(db: Database) -> None:
    crowd = Crowd(3_000)
    ground = Ground(db, crowd.work)
    plan, asked = crowd.work.plan, []

    def cut(tx: object, tick: object, after: str, limit: int) -> object:
        asked.append(after)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return plan(tx, tick, after, limit)  # type: ignore[arg-type]

    broken = Work(crowd.work.name, 1, QUARTER, cut, crowd.work.run)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        await Ground(db, broken, clock=ground.clock).planner.step()
    assert (await progress(db)).planned is False
    await ground.round()
    assert sorted(crowd.done) == [(1, 0, 1000), (1, 1, 1000), (1, 2, 1000)]


async def test_a_tick_waits_for_the_one_before_but_misses_no_more_than_one(db: Database) -> None:
    crowd = Crowd(2_000)
    ground = Ground(db, crowd.work)
    await ground.planner.step()
    ground.belt.sent.pop()
    await ground.empty()
    ground.belt.patience = 1e9
    assert await ground.round(QUARTER.total_seconds()) == 0
    assert await ground.round(QUARTER.total_seconds()) == 2
    assert sorted(crowd.done) == [(1, 0, 1000), (2, 0, 1000), (2, 1, 1000)]


async def test_another_version_is_computed_at_once(db: Database) -> None:
    crowd = Crowd(10)
    await Ground(db, crowd.work).round()
    newer = Work(crowd.work.name, 2, QUARTER, crowd.work.plan, crowd.work.run)
    assert await Ground(db, newer).round() == 1


async def test_a_worker_leaves_other_versions_alone(db: Database) -> None:
    crowd = Crowd(10)
    ground = Ground(db, crowd.work)
    await ground.planner.step()
    older = Ground(db, Work(crowd.work.name, 0, QUARTER, crowd.work.plan, crowd.work.run))
    await older.running.run(ground.belt.sent[0])
    assert crowd.done == []
    assert await ground.empty() == 1


async def test_a_kick_opens_a_tick_and_one_more_when_it_came_during_a_run(db: Database) -> None:
    ran: list[int] = []

    async def run() -> None:
        ran.append(1)
        if len(ran) == 2:
            await db.write(lambda tx: runs.kick(tx, "rare"))

    ground = Ground(db, whole(Job("rare", timedelta(days=1), run)))
    await ground.round()
    assert await ground.round(60) == 0
    await db.write(lambda tx: runs.kick(tx, "rare"))
    await db.write(lambda tx: runs.kick(tx, "rare"))
    assert await ground.round(1) == 1
    assert await ground.round(1) == 1
    assert await ground.round(1) == 0
    assert len(ran) == 3


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_clock_that_jumps_misses_no_tick_and_doubles_none(db: Database, jump: timedelta) -> None:
    crowd = Crowd(10)
    ground = Ground(db, crowd.work)
    await ground.round()
    ground.clock._now += jump
    before = len(crowd.done)
    for _ in range(60):
        await ground.round(60)
    assert [tick for tick, _, _ in crowd.done] == list(range(1, len(crowd.done) + 1))
    assert 4 <= len(crowd.done) - before <= 5


@pytest.mark.parametrize(("off", "at_once"), [(0, 0), (1, 1), (-1, 1)])
async def test_a_restart_waits_for_the_rest_of_an_interval_and_a_wrong_clock_for_nothing(
    db: Database, off: int, at_once: int
) -> None:
    crowd = Crowd(10)
    ground = Ground(db, crowd.work)
    await ground.round()
    ground.clock.advance(60)
    ground.clock._now += timedelta(hours=off)
    after = Ground(db, crowd.work, clock=ground.clock)
    assert await after.round() == at_once
    assert await after.round(QUARTER.total_seconds() - (0 if off else 60)) == 1


async def test_runs_of_old_ticks_are_forgotten(db: Database) -> None:
    crowd = Crowd(2_000)
    ground = Ground(db, crowd.work)
    for _ in range(6):
        await ground.round(QUARTER.total_seconds())
    kept = await db.read(lambda tx: set(tx.execute(select(table.c.tick)).scalars()))
    assert kept == {4, 5, 6}


async def test_nothing_stays_of_work_that_is_no_more(db: Database) -> None:
    crowd = Crowd(2_000)
    ground = Ground(db, crowd.work, whole(Job("kept", timedelta(hours=1), _nothing)))
    await ground.round()
    ground.clock.advance(timedelta(days=30))
    later = Ground(db, whole(Job("kept", timedelta(hours=1), _nothing)), clock=ground.clock)
    await later.round()
    before = ground.clock.now() - timedelta(days=1)
    while await db.write(lambda tx: runs.forget_idle(tx, before)):
        pass
    assert [one.what for one in await db.read(runs.progress)] == ["kept"]
    assert await db.read(lambda tx: set(tx.execute(select(table.c.what)).scalars())) == {"kept"}


async def _nothing() -> None:
    """Done at once."""


async def test_a_key_is_read_as_it_was_written() -> None:
    key = runs.Key("agents.compute", 3, 17, 4)
    assert runs.Key.read(str(key)) == key
    with pytest.raises(ValueError, match="invalid literal"):
        runs.Key.read("agents.compute:x")
