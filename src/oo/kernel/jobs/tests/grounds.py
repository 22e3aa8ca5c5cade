"""What the tests of jobs share: works over invented people, and a carrier that a test empties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from oo.kernel.db import Database, Transaction
from oo.kernel.ids import ulid
from oo.kernel.jobs.job import Shard, Tick, Work
from oo.kernel.jobs.lease import Alone, Leading
from oo.kernel.jobs.planner import Planner
from oo.kernel.jobs.running import Running
from oo.kernel.jobs.runs import Key
from oo.testing.determinism import FixedClock

QUARTER = timedelta(minutes=15)


def people(count: int) -> list[str]:
    """Ids of people who joined one after another, a millisecond apart."""
    return [ulid((1_700_000_000_000 + number) << 80 | number) for number in range(count)]


class Crowd:
    """Work over people in memory: everybody is due; whom each shard did is remembered."""

    def __init__(self, count: int, every: timedelta = QUARTER, spread: timedelta = timedelta(0)) -> None:
        self.people = people(count)
        self.done: list[tuple[int, int, int]] = []
        self.fails: set[int] = set()
        self.work = Work("crowd.compute", 1, every, self._plan, self._run, spread)

    def _plan(self, tx: Transaction, tick: Tick, after: str, limit: int) -> Sequence[str]:
        return [one for one in self.people if one > after][:limit]

    async def _run(self, shard: Shard, tick: Tick) -> int:
        if shard.number in self.fails:
            raise RuntimeError("a person's words")
        mine = [one for one in self.people if shard.after < one <= shard.upto]
        self.done.append((tick.number, shard.number, len(mine)))
        return len(mine)


class Belt:
    """A carrier that keeps what is sent until the test does it."""

    patience = 30.0

    def __init__(self) -> None:
        self.sent: list[Key] = []
        self.away = False

    async def idle(self) -> bool:
        """Whether all that was sent arrived."""
        return not self.sent

    async def work(self) -> None:
        """The test does."""

    async def send(self, key: Key, *, again: int = 0) -> None:
        """Keep it."""
        if self.away:
            raise ConnectionError
        self.sent.append(key)


class Ground:
    """A planner with its belt, a worker and a clock."""

    def __init__(self, db: Database, *works: Work, leading: Leading | None = None, clock: FixedClock | None = None):
        self.clock = clock or FixedClock()
        self.belt = Belt()
        self.planner = Planner(db, self.clock, leading or Alone(), self.belt, works, shared=True)
        self.running = Running(db, self.clock, "w", works)

    async def round(self, seconds: float = 0.0) -> int:
        """Let some time pass, plan once, and do what was sent; how much that was."""
        self.clock.advance(seconds)
        await self.planner.step()
        return await self.empty()

    async def empty(self) -> int:
        """Do what was sent."""
        sent, self.belt.sent = self.belt.sent, []
        for key in sent:
            await self.running.run(key)
        return len(sent)
