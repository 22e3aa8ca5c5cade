from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from oo.kernel.db import Database
from oo.kernel.jobs.lease import HELD_SECONDS, STALE_SECONDS, Lease, NotLeader
from oo.kernel.jobs.planner import Planner
from oo.kernel.jobs.tables import metadata
from oo.kernel.jobs.tests.grounds import Belt, Crowd
from oo.testing.databases import database
from oo.testing.determinism import FixedClock

pytestmark = pytest.mark.anyio


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with database(tmp_path, [metadata]) as (db, _):
        yield db


class Candidate:
    """A process with a clock of its own."""

    def __init__(self, db: Database, name: str) -> None:
        self.clock = FixedClock()
        self.lease = Lease(db, self.clock, "planner", name)

    async def turn(self, seconds: float = 1.0) -> bool:
        """Some time passes and it does what it does then; whether it leads."""
        self.clock.advance(seconds)
        await (self.lease._count() if self.lease.held else self.lease._look())
        return self.lease.held


async def test_the_first_leads_and_the_second_watches(db: Database) -> None:
    one, two = Candidate(db, "one"), Candidate(db, "two")
    assert [await one.turn(), await two.turn()] == [True, False]
    for _ in range(20):
        assert [await one.turn(2), await two.turn(2)] == [True, False]


async def test_when_the_leader_dies_another_leads_within_ten_seconds(db: Database) -> None:
    one, two = Candidate(db, "one"), Candidate(db, "two")
    await one.turn()
    seconds = 0
    while not await two.turn():
        seconds += 1
    assert STALE_SECONDS <= seconds < 10


async def test_a_leader_that_cannot_count_takes_itself_for_nobody_before_another_leads(db: Database) -> None:
    one = Candidate(db, "one")
    await one.turn()
    one.clock.advance(HELD_SECONDS)
    assert not one.lease.held
    assert HELD_SECONDS < STALE_SECONDS


async def test_a_leader_that_ends_leaves_at_once(db: Database) -> None:
    one, two = Candidate(db, "one"), Candidate(db, "two")
    await one.turn()
    await two.turn()
    await one.lease.release()
    assert await two.turn()


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
async def test_the_time_of_day_is_never_asked(db: Database, jump: timedelta) -> None:
    one, two = Candidate(db, "one"), Candidate(db, "two")
    await one.turn()
    two.clock._now += jump
    one.clock._now -= jump
    for _ in range(10):
        assert [await one.turn(), await two.turn()] == [True, False]


async def test_who_was_overtaken_writes_nothing_more(db: Database) -> None:
    one, two = Candidate(db, "one"), Candidate(db, "two")
    await one.turn()
    crowd = Crowd(10)
    planner = Planner(db, one.clock, one.lease, Belt(), [crowd.work], shared=True)
    while not await two.turn():  # one stood still meanwhile: its clock did, too
        pass
    assert one.lease.held
    with pytest.raises(NotLeader):
        await planner.step()
    assert not await one.turn(2)
