"""The leader's part: opens ticks when they are due, writes down their shards, and sends what is open.

All that counts is in the database and read anew each round, so whoever leads next goes on where this one ended. Spans
are measured by the clock that never jumps; the time of day only makes up for a sleep or a restart, and a wrong one
brings a tick early.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Row

from oo.kernel.clock import Clock
from oo.kernel.db import Database, Transaction
from oo.kernel.jobs import runs
from oo.kernel.jobs.job import SHARD, Job, Shard, Tick, Work, bound
from oo.kernel.jobs.lease import Leading, NotLeader
from oo.kernel.jobs.running import Carrier
from oo.kernel.jobs.runs import Key, State
from oo.kernel.log import get_logger

ROUND_SECONDS = 1.0
"""How often the leader looks where others change the rows too."""
IDLE_SECONDS = 60.0
"""How often it looks where nobody else does; a machine that slept is noticed by then."""
_BACK_OFF = 60.0

log = get_logger("planner")


@dataclass(slots=True)
class _Sent:
    """What this leader did about an open run since it saw it first, by the clock that never jumps."""

    seen: float
    at: float | None = None
    times: int = 0


class Planner:
    """Plans pieces of work while this process leads."""

    def __init__(
        self, db: Database, clock: Clock, leading: Leading, carrier: Carrier, works: Iterable[Work], *, shared: bool
    ) -> None:
        """With `shared`, other processes do runs and kick, so the rows are looked at every second."""
        self._db, self._clock, self._leading, self._carrier = db, clock, leading, carrier
        self._works = {work.name: work for work in works}
        self._shared = shared
        self._next: dict[str, float] = {}
        self._opened: dict[str, float] = {}
        self._sent: dict[tuple[Key, int], _Sent] = {}
        self._woken = asyncio.Event()
        self.beats: dict[str, asyncio.Event] = {}
        """What is told when somebody kicks a beat."""

    def wake(self) -> None:
        """Look at the rows now."""
        self._woken.set()

    async def run(self) -> None:
        """Plan for ever; cancel to stop."""
        while True:
            self._woken.clear()
            pause = ROUND_SECONDS
            if self._leading.held:
                try:
                    pause = await self.step()
                except NotLeader:
                    log.info("planner.overtaken")
                except Exception as error:
                    log.error("planner.failed", failure=error)
            else:
                self._next.clear()
                self._sent.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()

    async def step(self) -> float:
        """Do what is due; the seconds until something may be again."""
        state = await self._db.read(runs.state)
        for what in state.kicked & self.beats.keys():
            self.beats[what].set()
            await self._db.write(partial(runs.unkick, what=what))
        open_ = _by_work(state)
        planned = False
        for work in self._works.values():
            planned |= await self._plan(work, state, bool(open_.get(work.name)))
        if planned:
            state = await self._db.read(runs.state)
        await self._send(state)
        return self._pause(state)

    async def _plan(self, work: Work, state: State, busy: bool) -> bool:
        """Open the work's next tick if it is due, and write down what is in it; True when anything was written."""
        tick, now = state.ticks.get(work.name), self._clock.monotonic()
        if work.name not in self._next:
            self._next[work.name] = now + self._remaining(work, tick)
        number = 0 if tick is None else int(tick.number)
        if tick is not None and not tick.planned and tick.version == work.version:
            await self._shards(work, number)
            return True
        due = self._next[work.name]
        if not self._is_due(work, tick, work.name in state.kicked):
            return False
        if busy and (isinstance(work, Whole) or now < due + work.every.total_seconds()) and self._same(work, tick):
            return False  # the tick before is under way: one may be missed for it, no more
        await self._open(work, number + 1)
        return True

    def _same(self, work: Work, tick: Row[Any] | None) -> bool:
        return tick is not None and tick.version == work.version

    def _is_due(self, work: Work, tick: Row[Any] | None, kicked: bool) -> bool:
        if tick is None or kicked or tick.version != work.version:
            return True
        return self._clock.monotonic() >= self._next[work.name] or bool(self._clock.now() >= tick.at + work.every)

    def _remaining(self, work: Work, tick: Row[Any] | None) -> float:
        """Seconds until the next tick by the time of day; none when that is before the last one, thus wrong."""
        if tick is None or self._clock.now() < tick.at:
            return 0.0
        left: float = (tick.at + work.every - self._clock.now()).total_seconds()
        return max(left, 0.0)

    async def _open(self, work: Work, number: int) -> None:
        """One unit opens it, writes its first shard and forgets an old one: a tick of few people costs one commit."""
        at = self._clock.now()
        shard, last = await self._page(work, Tick(number, at, at + work.every), 0, "")

        def unit(tx: Transaction) -> int | None:
            self._leading.fence(tx)
            if not runs.open_tick(tx, work.name, work.version, number, at):
                return None
            runs.add_shard(tx, work.name, number, shard, last=last)
            return runs.forget_ticks(tx, work.name, number - runs.KEPT) if number > runs.KEPT else 0

        forgotten = await self._db.write(unit)
        self._opened[work.name] = self._clock.monotonic()
        self._next[work.name] = self._clock.monotonic() + work.every.total_seconds()
        if forgotten is not None and not last:
            await self._shards(work, number)
        while forgotten == runs.SLICE:
            forgotten = await self._db.write(partial(runs.forget_ticks, what=work.name, before=number - runs.KEPT))

    async def _shards(self, work: Work, number: int) -> None:
        """Write down the shards of a tick, from where somebody left off, a page of people each."""
        last = False
        while not last:
            row = await self._db.read(lambda tx: runs.tick_of(tx, work.name))
            if row is None or row.planned or row.number != number:
                return
            shard, last = await self._page(work, Tick(number, row.at, row.at + work.every), row.shards, row.upto)

            def unit(tx: Transaction, shard: Shard | None = shard, last: bool = last) -> bool:
                self._leading.fence(tx)
                return runs.add_shard(tx, work.name, number, shard, last=last)

            if not await self._db.write(unit):
                return

    async def _page(self, work: Work, tick: Tick, number: int, after: str) -> tuple[Shard | None, bool]:
        """The next shard, None when nobody is due any more, and whether it is the last."""
        if isinstance(work, Whole):
            return Shard(), True
        ids = await self._db.read(lambda tx: list(work.plan(tx, tick, after, SHARD)))
        return (Shard(number, after, bound(ids[-1]), len(ids)) if ids else None), len(ids) < SHARD

    async def _send(self, state: State) -> None:
        """Send every open run whose time has come, and those again that were sent long ago."""
        now, still = self._clock.monotonic(), set()
        idle: bool | None = None
        for row in state.open:
            work = self._works.get(row.what)
            if work is None or row.version != work.version:
                continue
            key = Key(row.what, row.version, row.tick, row.shard)
            still.add((key, row.tries))
            sent = self._sent.setdefault((key, row.tries), _Sent(now))
            if now < self._when(work, row, state, sent):
                continue
            try:
                if sent.at is not None:  # it may be lost, or only wait behind others
                    idle = await self._carrier.idle() if idle is None else idle
                    if not idle:
                        continue
                await self._carrier.send(key, again=row.tries * 1000 + sent.times)
            except Exception as error:
                log.warning("run.not_sent", error=type(error).__name__)
                return
            sent.at, sent.times = self._clock.monotonic(), sent.times + 1
        for gone in self._sent.keys() - still:
            del self._sent[gone]

    def _when(self, work: Work, row: Row[Any], state: State, sent: _Sent) -> float:
        """When a run is to be sent: in its place of the spread, later after a failure, again after some patience."""
        if sent.at is not None:
            return sent.at + max(self._carrier.patience, ROUND_SECONDS)
        if row.tries:
            return sent.seen + float(min(2.0 ** (row.tries - 1), _BACK_OFF))
        tick = state.ticks[row.what]
        opened = self._opened.get(row.what)
        if opened is None or not tick.shards:
            return -math.inf
        return opened + work.spread.total_seconds() * float(row.shard / tick.shards)

    def _pause(self, state: State) -> float:
        if self._shared:
            return ROUND_SECONDS
        now = self._clock.monotonic()
        waiting = [
            self._when(self._works[row.what], row, state, self._sent[key])
            for row in state.open
            if row.what in self._works
            and (key := (Key(row.what, row.version, row.tick, row.shard), row.tries)) in self._sent
        ]
        soonest = min([*self._next.values(), *waiting], default=math.inf) - now
        return min(max(soonest, 0.01), IDLE_SECONDS)


@dataclass(frozen=True, slots=True)
class Whole(Work):
    """A job as work: one shard, of everybody."""


def whole(job: Job) -> Whole:
    """A job as work that is planned."""

    async def run(shard: Shard, tick: Tick) -> int:
        await job.run()
        return 0

    return Whole(job.name, 1, job.every, lambda tx, tick, after, limit: (), run)


def _by_work(state: State) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for row in state.open:
        counts[row.what] = counts.get(row.what, 0) + 1
    return counts
