"""Keeps `EventTail`: the newest rows of the log, read anew at most once a second however many watch, in any process.

The window is read whole each time: on Postgres a row may be committed after one with a higher place, and states change.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from oo.contracts.tails import Filter, TailEvent
from oo.kernel.db import Database
from oo.modules.events import repository

POLL_SECONDS = 1.0
BEAT_SECONDS = 15.0
LIFE_SECONDS = 300.0
"""A stream ends after this long; whoever comes back is asked anew who they are."""


class Tail:
    """See `EventTail`."""

    def __init__(
        self,
        db: Database,
        *,
        poll: float = POLL_SECONDS,
        beat: float = BEAT_SECONDS,
        life: float = LIFE_SECONDS,
    ) -> None:
        """`poll`, `beat` and `life` are seconds."""
        self._db, self._poll, self._beat, self._life = db, poll, beat, life
        self._newest: Sequence[TailEvent] = ()
        self._read_at = float("-inf")
        self._reading, self._ended = asyncio.Lock(), asyncio.Event()

    async def recent(self, *, wanted: Filter) -> Sequence[TailEvent]:
        """See `EventTail.recent`."""
        return [event for event in await self._window(0.0) if wanted.takes(event)]

    async def follow(self, *, wanted: Filter, after: int = 0) -> AsyncIterator[Sequence[TailEvent]]:
        """See `EventTail.follow`."""
        now = asyncio.get_running_loop().time
        ends, told_at = now() + self._life, now()
        seen: dict[int, str] = {}
        first = True
        while now() < ends and not self._ended.is_set():
            window = [event for event in await self._window(self._poll) if wanted.takes(event)]
            changed = [event for event in reversed(window) if seen.get(event.place) != event.state]
            seen = {event.place: event.state for event in window}
            told = [event for event in changed if not first or event.place > after]
            if told or first or now() - told_at >= self._beat:
                told_at = now()
                yield told
            first = False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._ended.wait()

    def end(self) -> None:
        """See `EventTail.end`."""
        self._ended.set()

    async def _window(self, old: float) -> Sequence[TailEvent]:
        """The newest events, newest first, read less than so many seconds ago."""
        async with self._reading:
            now = asyncio.get_running_loop().time()
            if now - self._read_at >= old:
                self._newest, self._read_at = await self._db.read(repository.newest), now
            return self._newest
