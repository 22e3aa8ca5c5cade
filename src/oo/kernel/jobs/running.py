"""Runs what was planned, in whichever process a message arrives: take up, do, say so. Twice is as good as once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from oo.kernel.clock import Clock
from oo.kernel.db import Database
from oo.kernel.jobs import runs
from oo.kernel.jobs.job import Tick, Work
from oo.kernel.jobs.runs import Key
from oo.kernel.log import begin_trace, get_logger

log = get_logger("runs")


class Carrier(Protocol):
    """Brings keys of runs to the processes that do them, each at least once, most often."""

    patience: float
    """Seconds after which what was sent and is not done may be lost."""

    async def send(self, key: Key, *, again: int = 0) -> None:
        """Hand on a key; raises when it can't be, and it is sent later. The same key and `again` may arrive once."""

    async def idle(self) -> bool:
        """Whether nothing that was sent is on its way or under way, so that what is not done was lost."""

    async def work(self) -> None:
        """Carry, and do what arrives if that is this process's part, for ever; cancel to stop."""


class Running:
    """Does runs in this process."""

    def __init__(self, db: Database, clock: Clock, worker: str, works: Iterable[Work]) -> None:
        self._db, self._clock, self._worker = db, clock, worker
        self._works = {(work.name, work.version): work for work in works}

    async def run(self, key: Key) -> None:
        """Do a run unless it is done; what goes wrong is counted in its row and tried again, not raised."""
        work = self._works.get((key.what, key.version))
        if work is None:  # of another version of oO, which does it
            log.warning("run.unknown", job=key.what, version=key.version)
            return
        begin_trace()
        now = self._clock.now()
        begun = await self._db.write(lambda tx: runs.begin(tx, key, self._worker, now))
        if begun is None:
            return
        shard, at = begun
        try:
            wrote = await work.run(shard, Tick(key.tick, at, at + work.every))
        except asyncio.CancelledError:  # this process ends, and did not die of it
            await asyncio.shield(self._db.write(lambda tx: runs.put_back(tx, key)))
            raise
        except Exception as error:
            reason = type(error).__name__
            tries = await self._db.write(lambda tx: runs.fail(tx, key, reason, self._clock.now()))
            log.error("run.failed", failure=error, job=key.what, part=key.shard, tries=tries)
        else:
            await self._db.write(lambda tx: runs.finish(tx, key, wrote, self._clock.now()))
