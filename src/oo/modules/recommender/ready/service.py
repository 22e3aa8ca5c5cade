"""Ready before anybody asks: has a model write when what it would be told is another, and lets nobody wait long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.decisions import Context
from oo.contracts.ids import UserId
from oo.contracts.serving import Serving
from oo.contracts.writing import Generated
from oo.kernel.db import Transaction
from oo.kernel.keys import KeyGone
from oo.kernel.log import begin_trace, get_logger
from oo.kernel.module import Kit
from oo.kernel.tracing import span
from oo.modules.recommender import repository as tips
from oo.modules.recommender.ready import repository
from oo.modules.recommender.ready.briefs import Briefs, Material
from oo.modules.recommender.ready.words import rows_of
from oo.modules.recommender.refusals import repository as refusals
from oo.modules.recommender.refusals.service import Memory

WAITS = 7.0
"""Seconds that a person waits for a model at most, when nothing at all is ready; the rest takes the rest of eight."""
MOST_ASKED = 4
"""People who wait for a model at the same time; for more there would be no time, so the composer speaks at once."""
NO_TIME_SECONDS = 2.0
"""So long after somebody's call had no chance to be through in time, nobody else's is tried: that costs 10 ms each."""
AHEAD = 60.0
"""Seconds that what is made beforehand may wait."""
AT_ONCE = 8
"""People that are looked at beside each other: they wait for the model far more than they compute."""
TTL = timedelta(hours=12)
"""What was written counts no longer, nor past the person's day."""
HERE = timedelta(days=7)
"""People for whom nothing was decided that long are not written for until something happens."""
TAKEN = timedelta(minutes=2)
"""Who is being looked at is due again so much later, should this process die; what happens meanwhile is seen by it."""
GATHERINGS = 3
"""How often it is gathered anew what a model may be told, because something was taken away meanwhile."""
STANDS = timedelta(hours=4)
FIRST_AGAIN, LAST_AGAIN = timedelta(seconds=15), timedelta(minutes=10)
"""After a failure the model is asked again this much later, then twice as much, up to the last."""
WAITING_AGAIN = {"too-late": timedelta(0), "resting": timedelta(seconds=1)}
"""What came too late for whoever asked is under way: who looks at once joins it, and has it next time. While the model
is left alone every look finds out whether it still is, by one person.
"""
_LATER = timedelta(days=3650)
_SETTLED = frozenset({None, "nothing to say", "nothing to name", "no gateway", "language", "refused"})
"""What came of a model that would say the same again."""
_BUSY = frozenset({"full", "shed", "too-late", "resting"})
"""The model was not asked at all."""

log = get_logger("ready")


@dataclass(frozen=True, slots=True)
class Ready:
    """Keeps candidates in words ready. `choose` decides afresh for somebody whose tip was overtaken."""

    kit: Kit
    briefs: Briefs
    serving: Serving
    memory: Memory
    choose: Callable[[UserId], Awaitable[object]]
    under_way: dict[UserId, asyncio.Task[None]] = field(default_factory=dict)
    asking: dict[UserId, asyncio.Task[None]] = field(default_factory=dict)
    no_time: list[float] = field(default_factory=lambda: [-NO_TIME_SECONDS])
    """When somebody's call was last refused, by the clock that never jumps."""
    resting: list[bool] = field(default_factory=lambda: [False])
    """Whether the model was left alone when it was last to be asked."""

    @property
    def is_on(self) -> bool:
        """Whether there is any model to ask; without one the composer's words are ready at every moment."""
        return self.kit.settings.llm_url is not None or self.kit.settings.serving_url is not None

    async def first(self, user: UserId) -> None:
        """Where nothing at all is ready, wait for a model, for some seconds at most; else come back at once."""
        if not self.is_on:
            return
        began = self.kit.clock.monotonic()
        row = await self.kit.db.read(lambda tx: repository.context_of(tx, user))
        if row is not None and row.made_at is not None:
            return
        asked = self.asking.get(user)
        if asked is None:
            if len(self.asking) >= MOST_ASKED or began < self.no_time[0] + NO_TIME_SECONDS:
                if row is None:
                    await self.kit.db.write(lambda tx: repository.call(tx, user, self.kit.clock.now()))
                return
            asked = asyncio.create_task(self.remake(user, asked=True), name="oo-ready-asked")
            self.asking[user] = asked
            asked.add_done_callback(lambda task: self._told(user, task))
        # A model that is slower than that goes on, and what it says is ready next time.
        await asyncio.wait([asked], timeout=max(WAITS - (self.kit.clock.monotonic() - began), 0.0))

    async def look(self) -> None:
        """Begin with whoever is due, a few at a time; who is still being written for is left alone."""
        if not self.is_on:
            return
        room = min(AT_ONCE - len(self.under_way), 1 if self.resting[0] else AT_ONCE)
        if room <= 0:
            return
        now = self.kit.clock.now()
        busy = [str(user) for user in (*self.under_way, *self.asking)]
        for user in await self.kit.db.read(lambda tx: repository.due(tx, now, room, busy)):
            self._begin(UserId(user))

    async def idle(self) -> None:
        """Wait until nobody is being written for."""
        while self.under_way:
            await asyncio.gather(*self.under_way.values(), return_exceptions=True)

    async def remake(self, user: UserId, *, asked: bool = False) -> None:
        """Look what a model would be told, and have it write where that is another than before."""
        with span("ready") as traced:
            traced.set(oo__asked=asked)
            await self._remake(user, asked=asked)

    async def _remake(self, user: UserId, *, asked: bool) -> None:
        now, began = self.kit.clock.now(), self.kit.clock.monotonic()
        for _ in range(GATHERINGS):
            before = await self.kit.db.write(lambda tx: repository.take(tx, user, now + TAKEN))
            material = await self.briefs.material(user)
            counts = before is not None and before.until is not None and before.until > now
            if counts and before is not None and before.written_digest == material.digest:
                await self._settle(user, now + TAKEN, {"due_at": before.until})
                return
            if not asked and not await self._is_here(user, before, now):
                await self._settle(user, now + TAKEN, {"due_at": now + _LATER})
                return
            row = {
                "user_id": user,
                "due_at": now + TAKEN,
                "digest": material.digest,
                "made_at": now,
                "context": material.sealed(self.kit.keys.cipher(user)),
            }
            is_new = before is None
            if await self.kit.db.write(lambda tx: repository.put_context(tx, row, is_new=is_new)):  # noqa: B023
                break
        else:  # it is due again anyway
            return
        seconds = max(WAITS - (self.kit.clock.monotonic() - began), 0.1) if asked else AHEAD
        generated = await self.serving.generate(brief=material.brief, seconds=seconds, asked=asked)
        self.resting[0] = generated.why == "resting"
        if asked and generated.why in _BUSY:
            self.no_time[0] = self.kit.clock.monotonic()
        await self._keep(user, now + TAKEN, material, generated, 0 if before is None else before.tries)
        if not asked:
            await self._choose_again(user)

    async def _is_here(self, user: UserId, before: Row[Any] | None, now: datetime) -> bool:
        """Whether somebody is worth writing for: never written for before, or here within a week."""
        if before is None or before.until is None:
            return True
        return await self.kit.db.read(lambda tx: repository.was_here(tx, user, now - HERE))

    async def _keep(self, user: UserId, due_at: datetime, material: Material, generated: Generated, tries: int) -> None:
        now, context = self.kit.clock.now(), material.brief.context
        until = _until(now, context)
        rows = None
        if generated.is_written:
            cipher, language = self.kit.keys.cipher(user), material.brief.language
            rows = rows_of(cipher, user, material.candidates, language, until, generated.candidates)
        if generated.is_written or generated.why in _SETTLED:
            done = {"written_digest": material.digest, "until": until, "tries": 0, "due_at": until}
        else:
            is_busy = generated.why in _BUSY
            failed = min(FIRST_AGAIN * 2 ** min(tries, 10), LAST_AGAIN)
            again = WAITING_AGAIN.get(generated.why or "", FIRST_AGAIN) if is_busy else failed
            done = {"tries": tries if is_busy else tries + 1, "due_at": now + again}
        done["why"] = generated.why
        refused = self.memory.refused_rows(user, generated)

        def unit(tx: Transaction) -> None:
            if repository.is_taken_away(tx, user):  # while the model wrote: of what it was told nothing is kept
                return
            if rows is not None:
                repository.replace(tx, user, rows)
            refusals.add(tx, refused)
            repository.settle(tx, user, due_at, done)

        await self.kit.db.write(unit)

    async def _settle(self, user: UserId, before: datetime, values: Mapping[str, Any]) -> None:
        await self.kit.db.write(lambda tx: repository.settle(tx, user, before, values))

    async def _choose_again(self, user: UserId) -> None:
        """Let a tip stand in the place of one that a change overtook, before anybody asks."""
        now = self.kit.clock.now()

        def gone(tx: Transaction) -> bool:
            return tips.standing(tx, user, now) is None and repository.overtaken_lately(tx, user, now, STANDS)

        if await self.kit.db.read(gone):
            await self.choose(user)

    def _told(self, user: UserId, task: asyncio.Task[None]) -> None:
        del self.asking[user]
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.warning("ready.failed", failure=failure)

    def _begin(self, user: UserId) -> None:
        task = asyncio.create_task(self._written(user), name="oo-ready")
        self.under_way[user] = task
        task.add_done_callback(lambda _: self.under_way.pop(user, None))

    async def _written(self, user: UserId) -> None:
        begin_trace()
        try:
            await self.remake(user)
        except KeyGone:  # forgotten meanwhile; erasing takes the rows
            return
        except Exception as failure:
            log.warning("ready.failed", failure=failure)
            again = self.kit.clock.now() + LAST_AGAIN
            row = await self.kit.db.read(lambda tx: repository.context_of(tx, user))
            if row is not None:
                await self._settle(user, row.due_at, {"due_at": again})


def _until(now: datetime, context: Context) -> datetime:
    return min(now + TTL, context.day_end)
