"""Carries runs to this very process: a queue in memory, and a few tasks that work it off.

taskiq's own in-memory broker does no more than this and takes 0.6 s of CPU to import (docs/adr/0016).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from oo.kernel.jobs.runs import Key
from oo.kernel.log import get_logger

AT_ONCE = 2
"""Runs beside each other: they wait for the database and for children more than they compute."""

log = get_logger("runs")


class Here:
    """A carrier of one process; what it holds is lost with the process, and planned anew by the next."""

    patience = 0.0

    def __init__(self, run: Callable[[Key], Awaitable[None]], ended: Callable[[], None]) -> None:
        """Run with `run`; `ended` is told after each."""
        self._run, self._ended = run, ended
        self._queue: asyncio.Queue[Key] = asyncio.Queue()
        self._held: set[Key] = set()

    async def send(self, key: Key, *, again: int = 0) -> None:
        """Put it into the queue unless it is there or under way."""
        if key not in self._held:
            self._held.add(key)
            self._queue.put_nowait(key)

    async def idle(self) -> bool:
        """Always, as what is under way can't be sent twice."""
        return True

    async def work(self) -> None:
        """Work the queue off for ever; cancel to stop."""
        async with asyncio.TaskGroup() as group:
            for number in range(AT_ONCE):
                group.create_task(self._work(), name=f"oo-runs-{number}")

    async def _work(self) -> None:
        while True:
            key = await self._queue.get()
            try:
                await self._run(key)
            except Exception as error:  # the database is away, say: the planner sends it again
                log.warning("run.not_noted", error=type(error).__name__, job=key.what)
                await asyncio.sleep(1)
            finally:
                self._held.discard(key)
            self._ended()
