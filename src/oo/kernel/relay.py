"""The embedded relay: hands events, in order, to the handlers of this process, each event's effects exactly once.

A consumer's effects and its cursor are one unit of work; what is at or before the cursor is passed over. One relay
reads rows in id order, so a person's events reach each consumer in their order. NATS takes the same rows in part 3.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from oo.kernel.clock import Clock
from oo.kernel.db import Database, Prepared, Transaction, insert_new, upsert
from oo.kernel.keys import KeyGone, Keys
from oo.kernel.log import get_logger
from oo.kernel.outbox import PAYLOAD, Codec, Envelope, cursors, outbox, parked

Handler = Callable[[Transaction, Envelope], None]
BATCH = 100
TRIES = 5
_GATHER_SECONDS = 0.01
"""A wake-up comes just before its commit; waiting this long lets the commit land and neighbours join the batch."""
_POLL_SECONDS = 0.2

log = get_logger("relay")


@dataclass(frozen=True, slots=True)
class Consumer:
    """A room that follows events: what it does at each type; its name is its place in the log."""

    name: str
    handlers: Mapping[str, Handler]


class Relay:
    """Reads waiting rows and runs every consumer over them."""

    def __init__(self, db: Database, codec: Codec, keys: Keys, clock: Clock, consumers: Iterable[Consumer]) -> None:
        self._db, self._codec, self._keys, self._clock = db, codec, keys, clock
        self._consumers = tuple(consumers)
        self._tries: dict[tuple[str, str], int] = {}
        self._wake = asyncio.Event()
        self._idle = asyncio.Condition()
        self._round = 0

    def wake(self) -> None:
        """Hint that there may be rows to hand on."""
        self._wake.set()

    async def run(self) -> None:
        """Hand on for ever; cancel to stop."""
        while True:
            try:
                moved = await self.step()
            except Exception as error:
                log.error("relay.failed", error=type(error).__name__)
                moved = 0
            async with self._idle:
                self._round += 1
                self._idle.notify_all()
            if moved < BATCH:
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
        envelopes, unreadable, highest = await self._db.read(self._waiting)
        if not highest:
            return 0
        done = set(highest)
        for consumer in self._consumers:
            done &= await self._feed(consumer, envelopes) | unreadable
        if done:
            ids = [{"event": event} for event in sorted(done)]
            await self._db.write(lambda tx: tx.run(_MARK, ids))
        return len(done)

    def _waiting(self, tx: Transaction) -> tuple[list[Envelope], set[str], list[str]]:
        envelopes, unreadable = [], set()
        rows = tx.fetch(_WAITING, {})
        for row in rows:
            try:
                wire = self._keys.cipher(row.user_id).open_bytes(PAYLOAD, row.payload)
            except KeyGone:  # the person was forgotten: there is nobody left to do anything for
                unreadable.add(row.event_id)
                continue
            data = self._codec.decode(row.type, wire)
            envelopes.append(Envelope(row.event_id, row.user_id, row.at, row.trace, row.type, data, wire, row.user_seq))
        return envelopes, unreadable, [row.event_id for row in rows]

    async def _feed(self, consumer: Consumer, envelopes: Sequence[Envelope]) -> set[str]:
        """Run a consumer over a batch in one unit, or event by event when one of them fails.

        The events it is through with.
        """
        wanted = [envelope for envelope in envelopes if envelope.type in consumer.handlers]
        if not wanted:
            return {envelope.id for envelope in envelopes}
        try:
            await self._db.write(lambda tx: _apply(tx, consumer, wanted))
        except Exception:
            stuck = await self._one_by_one(consumer, wanted)
        else:
            stuck = set()
        return {envelope.id for envelope in envelopes} - stuck

    async def _one_by_one(self, consumer: Consumer, envelopes: Sequence[Envelope]) -> set[str]:
        stuck: set[str] = set()
        blocked: set[str] = set()
        for envelope in envelopes:
            if envelope.user in blocked:  # their order is kept: later events wait for the one that fails
                stuck.add(envelope.id)
                continue
            try:
                await self._db.write(lambda tx, one=envelope: _apply(tx, consumer, [one]))  # type: ignore[misc]
            except Exception as error:
                if not await self._parked(consumer, envelope, error):
                    stuck.add(envelope.id)
                    blocked.add(envelope.user)
        return stuck

    async def _parked(self, consumer: Consumer, envelope: Envelope, error: Exception) -> bool:
        """Count a failure.

        After the last try set the event aside with its reason, so that the person's others go on.
        """
        key = (consumer.name, envelope.id)
        tries = self._tries[key] = self._tries.get(key, 0) + 1
        log.warning(
            "relay.handler_failed",
            consumer=consumer.name,
            event_type=envelope.type,
            error=type(error).__name__,
            tries=tries,
        )
        if tries < TRIES:
            return False
        del self._tries[key]
        row = {
            "consumer": consumer.name,
            "event_id": envelope.id,
            "user_id": envelope.user,
            "reason": type(error).__name__,
            "at": self._clock.now(),
        }
        await self._db.write(lambda tx: insert_new(tx, parked, row))
        return True

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await self._wake.wait()
            await asyncio.sleep(_GATHER_SECONDS)
        except TimeoutError:
            pass
        self._wake.clear()


_WAITING = Prepared(select(outbox).where(~outbox.c.sent).order_by(outbox.c.id).limit(BATCH))
_MARK = Prepared(update(outbox).where(outbox.c.event_id == bindparam("event")).values(sent=True))


def _apply(tx: Transaction, consumer: Consumer, envelopes: Sequence[Envelope]) -> None:
    """Run the handlers for events after the cursor and move it, all in the caller's unit."""
    users = {envelope.user for envelope in envelopes}
    rows = tx.execute(
        select(cursors.c.user_id, cursors.c.seq).where(
            cursors.c.consumer == consumer.name, cursors.c.user_id.in_(users)
        )
    )
    at = {row.user_id: row.seq for row in rows}
    for envelope in envelopes:
        if envelope.seq > at.get(envelope.user, 0):
            consumer.handlers[envelope.type](tx, envelope)
            at[envelope.user] = envelope.seq
    upsert(tx, cursors, [{"consumer": consumer.name, "user_id": user, "seq": at[user]} for user in sorted(users)])
