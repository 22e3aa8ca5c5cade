"""Jobs of a process: its beats, the runs it does, and the planner while it leads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from oo.kernel.chance import Chance
from oo.kernel.clock import Clock
from oo.kernel.db import Database
from oo.kernel.jobs import runs
from oo.kernel.jobs.beats import Beats
from oo.kernel.jobs.here import Here
from oo.kernel.jobs.job import BEAT, Job, Work
from oo.kernel.jobs.lease import Alone, Aside, Leading
from oo.kernel.jobs.planner import ROUND_SECONDS, Planner, whole
from oo.kernel.jobs.running import Carrier, Running
from oo.kernel.jobs.runs import Progress
from oo.kernel.log import get_logger

LATE = 3
"""Intervals after which a tick that is not done is too late."""

WELL = "well"

log = get_logger("jobs")


class Jobs:
    """Everything that the clock says to do, as far as this process does it."""

    def __init__(
        self,
        jobs: Iterable[Job],
        works: Iterable[Work],
        db: Database,
        clock: Clock,
        chance: Chance,
        worker: str,
        *,
        leading: Leading | None = None,
        carrier: Callable[[Running], Carrier] | None = None,
    ) -> None:
        """Without `leading` this process is alone, and leads; without `carrier` the leader does every run itself.

        `worker` names the process in rows and is another at every start.
        """
        jobs = list(jobs)
        self._db, self._clock = db, clock
        self._everywhere = Beats([job for job in jobs if job.everywhere], clock, chance)
        self._beats = Beats([job for job in jobs if not job.everywhere and job.every < BEAT], clock, chance)
        self._works: Sequence[Work] = (
            *(whole(job) for job in jobs if not job.everywhere and job.every >= BEAT),
            *works,
        )
        self.running = Running(db, clock, worker, self._works)
        self._leading = leading or Alone()
        self._carrier = Here(self.running.run, self._wake) if carrier is None else carrier(self.running)
        self._planner = Planner(db, clock, self._leading, self._carrier, self._works, shared=leading is not None)
        self._planner.beats = self._beats.woken
        self._names = {job.name for job in jobs} | {work.name for work in self._works}
        self._tasks: list[asyncio.Task[None]] = []
        self._kicking: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin; who stands aside does what is done everywhere, and can ask for the rest."""
        self._everywhere.start()
        if isinstance(self._leading, Aside):
            return
        tasks = {
            "lease": self._leading.keep(),
            "planner": self._planner.run(),
            "leader": self._lead(),
            "carrier": self._carrier.work(),
        }
        self._tasks = [asyncio.create_task(task, name=f"oo-jobs-{name}") for name, task in tasks.items()]

    def kick(self, name: str) -> None:
        """Do this soon, in whichever process does it; kicks during a run lead to one more.

        Raises `KeyError` for no such job.
        """
        if name not in self._names:
            raise KeyError(name)
        if name in self._everywhere.woken:
            self._everywhere.woken[name].set()
        elif name in self._beats.woken and self._leading.held:
            self._beats.woken[name].set()
        else:
            kicking = asyncio.create_task(self._kick(name), name=f"oo-kick-{name}")
            self._kicking.add(kicking)
            kicking.add_done_callback(self._kicking.discard)

    async def failing(self) -> list[str]:
        """Names of jobs that fail, gave a shard up, or are far behind."""
        beats = {**self._everywhere.health(), **self._beats.health()}
        behind = [one.what for one, state in await self.progress() if state != WELL]
        return sorted({*(name for name, job in beats.items() if job.failing), *behind})

    async def progress(self) -> list[tuple[Progress, str]]:
        """How far everything is that leaves rows, with a word: `well`, `late`, or the error of its last failure."""
        every = {work.name: work.every for work in self._works}
        now = self._clock.now()
        told = await self._db.read(runs.progress)
        return [(one, _state(one, now, every[one.what])) for one in told if one.what in every]

    async def stop(self) -> None:
        """End; what is in progress is cancelled, and done anew by whoever leads next."""
        await self._beats.stop()
        await self._everywhere.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._kicking, return_exceptions=True)
        self._tasks = []
        try:
            await self._leading.release()
        except Exception as error:  # the database is away: the next leader waits some seconds
            log.warning("lease.not_left", error=type(error).__name__)

    async def _lead(self) -> None:
        """Let the beats run while this process leads."""
        at_work = False
        while True:
            if self._leading.held != at_work:
                at_work = not at_work
                if at_work:
                    self._beats.start()
                else:
                    await self._beats.stop()
            await (asyncio.Event().wait() if isinstance(self._leading, Alone) else asyncio.sleep(ROUND_SECONDS))

    async def _kick(self, name: str) -> None:
        try:
            await self._db.write(lambda tx: runs.kick(tx, name))
        except Exception as error:
            log.warning("kick.not_noted", error=type(error).__name__, job=name)
        self._wake()

    def _wake(self) -> None:
        self._planner.wake()


def _state(one: Progress, now: datetime, every: timedelta) -> str:
    if one.failed or one.tries:
        return one.reason or "fails"
    return "late" if one.done < one.shards and now - one.at > LATE * every else WELL
