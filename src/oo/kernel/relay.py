"""The relay: takes events that wait in the log, in order, and gives them to the rooms of this process or to JetStream.

There is one relay for a log. A row is marked as sent when whoever takes it has it; what goes wrong before that is done
again, and has no second effect (docs/adr/0015).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import bindparam, select, update

from oo.kernel.clock import Clock
from oo.kernel.cloudevents import Attributes
from oo.kernel.consuming import BATCH, Consumer, Handler, Outcome, feed
from oo.kernel.db import Database, Prepared
from oo.kernel.giving_way import give_way
from oo.kernel.log import get_logger
from oo.kernel.opening import Opener
from oo.kernel.outbox import outbox

__all__ = ["BATCH", "Consumer", "Handler", "InProcess", "Relay", "Sink", "Taken"]

_GATHER_SECONDS = 0.01
"""A wake-up comes just before its commit; waiting this long lets the commit land and neighbours join the batch."""
_POLL_SECONDS = 0.2
_SHARED = 64
"""Events in a batch of a process that answers, too: nobody waits for more than these."""

log = get_logger("relay")


@dataclass(frozen=True, slots=True)
class Taken:
    """A row of the log that somebody has now, and where it lies there."""

    row: int
    epoch: str | None = None
    js_seq: int | None = None


class Sink(Protocol):
    """Who takes events."""

    @property
    def batch(self) -> int:
        """How many it takes at once, at most."""

    async def ready(self) -> None:
        """Bring the log and what was taken from it before into agreement; asked before each batch, so mostly quick."""

    async def take(self, rows: Sequence[Any]) -> Sequence[Taken]:
        """Take rows of the log in their order; those that are safe now. The others are offered again."""


class Relay:
    """Reads waiting rows, gives them to a sink, and marks what it took."""

    def __init__(self, db: Database, sink: Sink) -> None:
        self._db, self._sink = db, sink
        self._wake = asyncio.Event()
        self._idle = asyncio.Condition()
        self._round = 0

    def wake(self) -> None:
        """Hint that there may be rows to hand on."""
        self._wake.set()

    async def run(self) -> None:
        """Hand on for ever; cancel to stop."""
        failing = ""
        while True:
            moved = 0
            try:
                await self._sink.ready()
                began = asyncio.get_running_loop().time()
                moved = await self.step()
                await give_way(asyncio.get_running_loop().time() - began)
                failing = ""
            except Exception as error:
                if failing != (failing := type(error).__name__):
                    log.warning("relay.waits", error=failing)
            async with self._idle:
                self._round += 1
                self._idle.notify_all()
            if moved < self._sink.batch:
                await self._rest()

    async def settled(self, seconds: float = 0.2) -> bool:
        """Wait until what was published before this call has been handed on, at most this long; True when it was."""
        target = self._round + 2
        self.wake()
        try:
            async with asyncio.timeout(seconds), self._idle:
                while self._round < target:
                    self._wake.set()
                    await self._idle.wait()
        except TimeoutError:
            return False
        return True

    async def step(self) -> int:
        """Hand on one batch; the number of rows that are finished."""
        most = self._sink.batch
        rows = await self._db.read(lambda tx: tx.fetch(_WAITING, {"most": most}))
        if not rows:
            return 0
        taken = await self._sink.take(rows)
        if taken:
            marks = [{"row": one.row, "epoch": one.epoch, "js_seq": one.js_seq} for one in taken]
            await self._db.write(lambda tx: tx.run(_MARK, marks))
        return len(taken)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await self._wake.wait()
            await asyncio.sleep(_GATHER_SECONDS)
        except TimeoutError:
            pass
        self._wake.clear()


class InProcess:
    """The sink of an oO without JetStream: its own rooms take the events, each by its cursor."""

    def __init__(self, db: Database, opener: Opener, clock: Clock, consumers: Iterable[Consumer]) -> None:
        self._db, self._opener, self._clock = db, opener, clock
        self._consumers = tuple(consumers)
        self._wanted = {kind for consumer in self._consumers for kind in consumer.handlers}
        self._ready = False

    @property
    def batch(self) -> int:
        """See `Sink.batch`."""
        return _SHARED

    async def ready(self) -> None:
        """Take back, once, what only JetStream has: nobody here reads it from there."""
        while not self._ready:
            self._ready = await self._db.write(lambda tx: tx.run(_TAKE_BACK, {"most": BATCH})) == 0

    async def take(self, rows: Sequence[Any]) -> Sequence[Taken]:
        """Run every consumer over the rows; those that all of them are through with."""
        opened = [self._opener.open(attributes(row), row.payload) for row in rows if row.type in self._wanted]
        envelopes = [one for one in opened if one is not None]
        waits = set().union(*await asyncio.gather(*(self._feed(one, envelopes) for one in self._consumers)))
        return [Taken(row.id) for row in rows if row.event_id not in waits]

    async def _feed(self, consumer: Consumer, envelopes: Sequence[Any]) -> set[str]:
        wanted = [one for one in envelopes if one.type in consumer.handlers]
        if not wanted:
            return set()
        outcomes = await feed(self._db, self._clock, consumer, wanted)
        return {event for event, outcome in outcomes.items() if outcome is Outcome.WAITS}


def attributes(row: Any) -> Attributes:
    """What a row of the log says of its event, all but the payload."""
    return Attributes(row.event_id, row.user_id, row.user_seq, row.type, row.at, row.trace, row.version)


_WAITING = Prepared(select(outbox).where(~outbox.c.sent).order_by(outbox.c.id).limit(bindparam("most")))
_MARK = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(sent=True, epoch=bindparam("epoch"), js_seq=bindparam("js_seq"))
)
_TAKEN = select(outbox.c.id).where(outbox.c.epoch.is_not(None)).limit(bindparam("most"))
_TAKE_BACK = Prepared(update(outbox).where(outbox.c.id.in_(_TAKEN)).values(sent=False, epoch=None, js_seq=None))
