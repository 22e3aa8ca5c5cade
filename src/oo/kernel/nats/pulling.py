"""Rooms that follow events from JetStream: a durable consumer for each room and stream, its messages pulled in batches.

A batch is one unit; what it did is acknowledged after its commit. What came too early comes again later. A message only
carries: what it can't say, or says wrongly, is asked of the log.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from oo.kernel.clock import Clock
from oo.kernel.cloudevents import NotOurs, from_headers
from oo.kernel.consuming import BATCH, Consumer, Outcome, feed
from oo.kernel.db import Database, Transaction
from oo.kernel.log import get_logger
from oo.kernel.nats.comparing import EVERY_SECONDS, Comparison
from oo.kernel.nats.connection import Away, Line, is_of_nats
from oo.kernel.nats.streams import STREAMS, stream_of, subjects_of
from oo.kernel.opening import Opener
from oo.kernel.outbox import Envelope, outbox
from oo.kernel.redelivering import send_again
from oo.kernel.relay import attributes

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

ACK_WAIT_SECONDS = 8.0
"""Longer than a batch takes; whoever took a message and died holds it back for so long, with all of its person's.

It is over before those are delivered for the eighth time: else they are all sent again from the log, behind all others.
"""
MAX_ACK_PENDING = 5_000
_EXPIRES_SECONDS, _HEARTBEAT_SECONDS = 30.0, 2.0
_GATHER_SECONDS = 0.002
DELAY_SECONDS = 0.1
"""How long what came too early waits at first; twice as long each time, five seconds at most."""
_LONGEST_DELAY = 5.0
_PAUSE_SECONDS = 0.5
_GAP_DELIVERIES = 8
"""A gap that is still there at this delivery, some ten seconds on, is filled from the log."""

log = get_logger("nats")


async def run(
    line: Line,
    db: Database,
    opener: Opener,
    clock: Clock,
    consumers: Iterable[Consumer],
    *,
    delay: float = DELAY_SECONDS,
    compare_every: float = EVERY_SECONDS,
) -> None:
    """Follow events for every consumer until cancelled."""
    async with asyncio.TaskGroup() as following:
        for consumer in consumers:
            for stream in STREAMS:
                kinds = [kind for kind in consumer.handlers if stream_of(kind) == stream]
                if kinds:
                    place = Following(line, db, opener, clock, consumer, stream, kinds, delay)
                    following.create_task(place.run(), name=f"oo-follow-{consumer.name}-{stream.lower()}")
                    following.create_task(place.compare(compare_every))


class Following:
    """One consumer on one stream."""

    def __init__(
        self,
        line: Line,
        db: Database,
        opener: Opener,
        clock: Clock,
        consumer: Consumer,
        stream: str,
        kinds: Sequence[str],
        delay: float,
    ) -> None:
        self._line, self._db, self._opener, self._clock = line, db, opener, clock
        self._consumer, self._stream, self._kinds, self._delay = consumer, stream, kinds, delay

    async def run(self) -> None:
        """Pull, work and acknowledge; begin anew when the line or the stream is lost."""
        while True:
            client = await self._line.connected()
            try:
                await self._line.during(self._follow(client))
            except Exception as error:
                if not is_of_nats(error):
                    log.error("consumer.failed", failure=error, consumer=self._consumer.name)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def compare(self, every: float) -> None:
        """See, every so often, that what was acknowledged was heard."""
        comparison = Comparison(self._db, self._consumer, self._stream, self._kinds)
        while True:
            await asyncio.sleep(every)
            try:
                await comparison.step(await self._line.connected())
            except Exception as error:
                log.warning("consumer.not_compared", consumer=self._consumer.name, error=type(error).__name__)

    async def _follow(self, client: Client) -> None:
        await self._ensure(client)
        inbox = _Inbox(client, self._stream, self._consumer.name)
        async with inbox:
            while True:
                messages = await inbox.some()
                try:
                    outcomes = await self._work(messages)
                except Exception as error:
                    if is_of_nats(error):
                        raise
                    # The database is away or full: all of it comes again, and is no fault of any event.
                    log.error("consumer.waits", failure=error, consumer=self._consumer.name)
                    await _answer_all(client, messages, _nak(_PAUSE_SECONDS * 2))
                    await asyncio.sleep(_PAUSE_SECONDS)
                    continue
                for message, outcome in zip(messages, outcomes, strict=True):
                    waits = outcome is Outcome.WAITS
                    await client.publish(message.reply, self._nak(message) if waits else b"+ACK")

    def _nak(self, message: Msg) -> bytes:
        return _nak(min(self._delay * 2.0 ** min(_deliveries(message) - 1, 10), _LONGEST_DELAY))

    async def _work(self, messages: Sequence[Msg]) -> list[Outcome]:
        """Have the effects of messages; what became of each."""
        read = await self._read(messages)
        envelopes = {envelope.id: envelope for envelope in read if envelope is not None}
        outcomes = await feed(self._db, self._clock, self._consumer, envelopes.values())
        told = [Outcome.UNKNOWN if one is None else outcomes[one.id] for one in read]
        await self._fill(messages, read, told)
        return told

    async def _fill(self, messages: Sequence[Msg], read: Sequence[Envelope | None], told: Sequence[Outcome]) -> None:
        """What a stream has lost in its middle is sent again from the log, when others of the person wait for it."""
        waiting = {
            envelope.user
            for message, envelope, outcome in zip(messages, read, told, strict=True)
            if outcome is Outcome.WAITS and envelope is not None and _deliveries(message) % _GAP_DELIVERIES == 0
        }
        for user in sorted(waiting):
            rows = await self._db.write(lambda tx, one=user: send_again(tx, self._consumer.name, one))  # type: ignore[misc]
            log.warning("consumer.gap", consumer=self._consumer.name, rows=rows)

    async def _read(self, messages: Sequence[Msg]) -> list[Envelope | None]:
        """The event of each message, None where there is none to have an effect."""
        read: list[Envelope | None] = []
        doubtful: dict[int, str] = {}
        for number, message in enumerate(messages):
            headers = message.headers or {}
            try:
                event = from_headers(headers)
            except NotOurs:
                read.append(None)
                doubtful[number] = headers.get("ce-id") or headers.get("Nats-Msg-Id", "").partition(":")[0]
                continue
            envelope = self._opener.open(event, message.data)
            read.append(envelope)
            if envelope is not None and (envelope.fault or event.type not in self._consumer.handlers):
                doubtful[number] = event.id
        if doubtful:
            logged = await self._db.read(lambda tx: _rows(tx, list(doubtful.values())))
            for number, event_id in doubtful.items():
                row = logged.get(event_id)
                known = row is not None and row.type in self._consumer.handlers
                read[number] = self._opener.open(attributes(row), row.payload) if row is not None and known else None
                if row is None:
                    log.warning("event.unknown", consumer=self._consumer.name, count=1)
        return read

    async def _ensure(self, client: Client) -> None:
        """Make the durable consumer, or bring its subjects up to date; raises `NotFoundError` before the stream is."""
        from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

        await client.jetstream().add_consumer(
            self._stream,
            ConsumerConfig(
                durable_name=self._consumer.name,
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ACK_WAIT_SECONDS,
                max_deliver=-1,
                max_ack_pending=MAX_ACK_PENDING,
                filter_subjects=subjects_of(self._kinds),
            ),
        )


class _Inbox:
    """Messages that were asked for.

    The client's `fetch` waits for a batch to be full, or asks one by one; this one gives what is there.
    """

    def __init__(self, client: Client, stream: str, durable: str) -> None:
        self._client = client
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._inbox = client.new_inbox()
        self._arrived: deque[Msg] = deque()
        self._something = asyncio.Event()
        self._asked = 0
        self._problem = ""

    async def __aenter__(self) -> _Inbox:
        self._subscription = await self._client.subscribe(self._inbox, cb=self._heard)
        return self

    async def __aexit__(self, *_of: object) -> None:
        if self._client.is_connected:
            await self._subscription.unsubscribe()

    async def some(self) -> list[Msg]:
        """What has come, at most a batch, waited for; raises `Away` when the server is silent."""
        while not self._arrived:
            if self._problem:
                problem, self._problem = self._problem, ""
                raise _Ended(problem)
            if self._asked <= 0:
                await self._ask()
            self._something.clear()
            try:
                async with asyncio.timeout(_HEARTBEAT_SECONDS * 2.5):
                    await self._something.wait()
            except TimeoutError:
                raise Away from None
        if len(self._arrived) < BATCH:
            await asyncio.sleep(_GATHER_SECONDS)
        return [self._arrived.popleft() for _ in range(min(BATCH, len(self._arrived)))]

    async def _ask(self) -> None:
        self._asked = BATCH
        asked = {
            "batch": BATCH,
            "expires": int(_EXPIRES_SECONDS * 1e9),
            "idle_heartbeat": int(_HEARTBEAT_SECONDS * 1e9),
        }
        await self._client.publish(self._next, json.dumps(asked).encode(), reply=self._inbox)

    async def _heard(self, message: Msg) -> None:
        status = (message.headers or {}).get("Status", "") if not message.data else ""
        if not status:
            self._asked -= 1
            self._arrived.append(message)
        elif status in ("404", "408"):
            self._asked = 0
        elif status != "100":
            self._problem = status
        self._something.set()


class _Ended(Away):
    """The server ended the request, as when the stream or the consumer is gone, or led by another server now."""

    def __init__(self, status: str) -> None:
        super().__init__()
        self.status = status


async def _answer_all(client: Client, messages: Iterable[Msg], answer: bytes) -> None:
    for message in messages:
        await client.publish(message.reply, answer)


def _nak(seconds: float) -> bytes:
    return b"-NAK " + json.dumps({"delay": int(seconds * 1e9)}).encode()


def _deliveries(message: Msg) -> int:
    """How often the message was delivered, from 1: the third number in `$JS.ACK.<stream>.<consumer>.<n>…`."""
    parts = message.reply.split(".")
    return int(parts[6 if len(parts) > 9 else 4])


def _rows(tx: Transaction, events: Sequence[str]) -> Mapping[str, Any]:
    return {row.event_id: row for row in tx.execute(select(outbox).where(outbox.c.event_id.in_(events)))}
