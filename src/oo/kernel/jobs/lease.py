"""Who leads: a row whose holder counts it up. No clock is compared with another's, so a wrong one changes nothing.

A candidate that saw the count stand still for some seconds of its own takes the row; a holder that could not count for
fewer seconds than that takes itself for nobody.
"""

from __future__ import annotations

import asyncio
import math
from typing import Any, Protocol

from sqlalchemy import Row, select, update

from oo.kernel.clock import Clock
from oo.kernel.db import Database, Transaction, insert_new
from oo.kernel.jobs.tables import leases
from oo.kernel.log import get_logger

BEAT_SECONDS = 2.0
HELD_SECONDS = 4.0
"""How long a holder believes in its last count."""
STALE_SECONDS = 6.0
"""How long a candidate watches a count stand still; longer than `HELD_SECONDS`, so that no two lead."""
_LOOK_SECONDS = 1.0

log = get_logger("lease")


class NotLeader(Exception):
    """Somebody else leads by now; what was begun is not written."""


class Leading(Protocol):
    """Whether this process leads."""

    @property
    def held(self) -> bool:
        """Whether it does at this moment."""

    def fence(self, tx: Transaction) -> None:
        """Let the unit pass if this process leads; raises `NotLeader` to undo it."""

    async def keep(self) -> None:
        """Become leader when nobody is, and stay it, for ever; cancel to stop."""

    async def release(self) -> None:
        """Let somebody else lead at once."""


class Alone:
    """Leads always: where one process owns the database there is nobody to share with."""

    held = True

    def fence(self, tx: Transaction) -> None:
        """Pass."""

    async def keep(self) -> None:
        """Nothing needs to be done."""
        await asyncio.Event().wait()

    async def release(self) -> None:
        """There is nobody else."""


class Aside:
    """Never leads: others do what the clock says."""

    held = False

    def fence(self, tx: Transaction) -> None:
        """Nobody who stands aside may write what a leader does."""
        raise NotLeader

    async def keep(self) -> None:
        """Nothing is wanted."""
        await asyncio.Event().wait()

    async def release(self) -> None:
        """There is nothing to leave."""


class Lease:
    """Leads while it holds the row."""

    def __init__(self, db: Database, clock: Clock, name: str, holder: str) -> None:
        self._db, self._clock, self._name, self._holder = db, clock, name, holder
        self._beat = 0
        self._until = -math.inf
        self._seen: tuple[str, int] | None = None
        self._seen_at = 0.0

    @property
    def held(self) -> bool:
        """Whether this process leads at this moment."""
        return self._clock.monotonic() < self._until

    def fence(self, tx: Transaction) -> None:
        """See `Leading.fence`; the row is read in the unit, so another leader's write ends one of the two."""
        row = _row(tx, self._name)
        if not self.held or row is None or row.holder != self._holder:
            raise NotLeader

    async def keep(self) -> None:
        """See `Leading.keep`."""
        while True:
            try:
                await (self._count() if self.held else self._look())
            except Exception as error:
                log.warning("lease.away", error=type(error).__name__)
            await asyncio.sleep(BEAT_SECONDS if self.held else _LOOK_SECONDS)

    async def release(self) -> None:
        """See `Leading.release`."""
        if self.held:
            self._until = -math.inf
            await self._db.write(self._let_go)

    async def _count(self) -> None:
        began = self._clock.monotonic()
        beat = self._beat
        if await self._db.write(lambda tx: self._swap(tx, self._holder, beat)):
            self._beat, self._until = beat + 1, began + HELD_SECONDS
        else:
            self._until = -math.inf
            log.warning("lease.lost", part=self._name)

    async def _look(self) -> None:
        began = self._clock.monotonic()
        row = await self._db.read(lambda tx: _row(tx, self._name))
        seen = None if row is None else (row.holder, row.beat)
        if seen is not None and seen != self._seen:
            self._seen, self._seen_at = seen, began
        if seen is not None and seen[0] not in ("", self._holder) and began - self._seen_at < STALE_SECONDS:
            return
        if await self._db.write(lambda tx: self._take(tx, seen)):
            self._beat = 1 if seen is None else seen[1] + 1
            self._until = began + HELD_SECONDS
            log.info("lease.taken", part=self._name)

    def _take(self, tx: Transaction, seen: tuple[str, int] | None) -> bool:
        if seen is None:
            return insert_new(tx, leases, {"name": self._name, "holder": self._holder, "beat": 1})
        return self._swap(tx, *seen)

    def _swap(self, tx: Transaction, holder: str, beat: int) -> bool:
        found = (leases.c.name == self._name, leases.c.holder == holder, leases.c.beat == beat)
        return tx.execute(update(leases).where(*found).values(holder=self._holder, beat=beat + 1)).rowcount == 1

    def _let_go(self, tx: Transaction) -> None:
        mine = (leases.c.name == self._name, leases.c.holder == self._holder)
        tx.execute(update(leases).where(*mine).values(holder="", beat=leases.c.beat + 1))


def _row(tx: Transaction, name: str) -> Row[Any] | None:
    return tx.execute(select(leases).where(leases.c.name == name)).one_or_none()
