"""What is done every few seconds, or in every process: a loop in memory for each, which leaves no rows.

Work is planned from the database at each run ("what is due now?"), so a lost run costs an interval, never data.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from oo.kernel.chance import Chance
from oo.kernel.clock import Clock
from oo.kernel.jobs.job import Job
from oo.kernel.log import begin_trace, get_logger

JITTER = 0.1
"""Share of an interval by which a run may come early, so that jobs of many processes don't march in step."""
_STOP_SECONDS = 5.0

log = get_logger("jobs")


@dataclass(frozen=True, slots=True)
class JobHealth:
    """How a job fared so far."""

    runs: int = 0
    failures: int = 0
    failing: int = 0
    """Failures in a row, up to now."""
    last: datetime | None = None
    """When it last ended well."""


class Beats:
    """Runs jobs beside each other; one that fails is logged, counted and run again at its next time."""

    def __init__(self, jobs: Iterable[Job], clock: Clock, chance: Chance) -> None:
        self._jobs = {job.name: job for job in jobs}
        self._clock = clock
        self._chance = chance
        self.woken = {name: asyncio.Event() for name in self._jobs}
        """Set one to run its job as soon as it is free; when set during a run, it leads to one more."""
        self._health = {name: JobHealth() for name in self._jobs}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; every job runs once right away."""
        self._tasks = [asyncio.create_task(self._keep(job), name=f"oo-job-{job.name}") for job in self._jobs.values()]

    def health(self) -> Mapping[str, JobHealth]:
        """How every job fared so far, by name."""
        return dict(self._health)

    async def stop(self) -> None:
        """End the loops; a run in progress is cancelled and waited for, but not for ever."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_STOP_SECONDS)
            for task in late:
                log.warning("job.stuck", job=task.get_name())
        self._tasks = []

    async def _keep(self, job: Job) -> None:
        woken = self.woken[job.name]
        while True:
            woken.clear()
            await self._run(job)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause(job)):
                    await woken.wait()

    async def _run(self, job: Job) -> None:
        before = self._health[job.name]
        begin_trace()
        try:
            await job.run()
        except Exception as error:
            self._health[job.name] = JobHealth(before.runs + 1, before.failures + 1, before.failing + 1, before.last)
            log.error("job.failed", failure=error, job=job.name, tries=before.failing + 1)
        else:
            self._health[job.name] = JobHealth(before.runs + 1, before.failures, 0, self._clock.now())

    def _pause(self, job: Job) -> float:
        return job.every.total_seconds() * (1 - JITTER * self._chance.seed() / 2**63)
