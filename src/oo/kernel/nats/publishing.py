"""The relay's way to JetStream: every row is published, every acknowledgement awaited; and what the server has lost is
sent again.

On each new connection, and after anything that went wrong, the streams are asked when they were made and how far they
are. Rows that were taken by a stream that is no more, or lie beyond its end, wait again.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, update

from oo.kernel.cloudevents import to_headers
from oo.kernel.db import Database, Prepared, Transaction
from oo.kernel.log import get_logger
from oo.kernel.nats.connection import Line
from oo.kernel.nats.history import is_log_older, send_all_again
from oo.kernel.nats.streams import Place, ensure, stream_of, subject_of
from oo.kernel.outbox import outbox
from oo.kernel.relay import BATCH, Taken, attributes

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

ACK_SECONDS = 3.0
"""How long an acknowledgement is waited for."""
LOOK_SECONDS = 30.0
"""How often the streams are looked at when nothing went wrong: somebody may have taken one away."""

log = get_logger("nats")


class JetStream:
    """The sink of an oO with NATS."""

    def __init__(self, db: Database, line: Line, replicas: int = 1) -> None:
        self._db, self._line, self._replicas = db, line, replicas
        self._agreed: _Agreed | None = None

    @property
    def batch(self) -> int:
        """See `Sink.batch`."""
        return BATCH

    async def ready(self) -> None:
        """Make the streams, and let wait again what they do not have; raises `Away` and what the client raises."""
        client, agreed = self._line.now, self._agreed
        if agreed is not None and agreed.client is client and not agreed.is_old():
            return
        self._agreed = None
        places = await ensure(client, self._replicas)
        if agreed is None or agreed.client is not client:
            await self._catch_up(client, places)
        if agreed is None or agreed.client is not client or agreed.has_lost(places):
            await self._requeue(places)
        acks = agreed.acks if agreed is not None and agreed.client is client else await _Acks.listen(client)
        self._agreed = _Agreed(client, acks, places)

    async def take(self, rows: Sequence[Any]) -> Sequence[Taken]:
        """Publish rows in their order; those that were acknowledged."""
        agreed = self._agreed
        if agreed is None:
            return []
        try:
            answers = await agreed.acks.publish([_message(row) for row in rows])
        except Exception:
            self._agreed = None
            raise
        taken = []
        for row, answer in zip(rows, answers, strict=True):
            place = agreed.places.get(stream_of(row.type))
            if place is None or answer is None or answer.get("stream") != place.epoch.partition(" ")[0]:
                continue
            taken.append(Taken(row.id, place.epoch, answer["seq"]))
            agreed.places[stream_of(row.type)] = Place(place.epoch, max(place.last, answer["seq"]))
        if len(taken) < len(rows):
            self._agreed = None
            log.warning("relay.not_taken", count=len(rows) - len(taken))
        return taken

    async def _catch_up(self, client: Client, places: Mapping[str, Place]) -> None:
        if await is_log_older(client, self._db, places):
            log.warning("relay.log_brought_back", rows=await send_all_again(self._db))

    async def _requeue(self, places: Mapping[str, Place]) -> None:
        """Let wait again what lies in a stream of another making, or beyond the end of this one."""
        lasts = {place.epoch: place.last for place in places.values()}
        again, epoch = 0, await self._db.read(lambda tx: _epoch_after(tx, ""))
        while epoch is not None:
            lost = {"making": epoch, "last": lasts.get(epoch, -1), "most": BATCH}
            while moved := await self._db.write(lambda tx, of=lost: tx.run(_REQUEUE, of)):  # type: ignore[misc]
                again += moved
            epoch = await self._db.read(lambda tx, after=epoch: _epoch_after(tx, after))  # type: ignore[misc]
        if again:
            log.warning("relay.reconciled", rows=again)


class _Agreed:
    """A connection whose streams were looked at."""

    def __init__(self, client: Client, acks: _Acks, places: dict[str, Place]) -> None:
        self.client, self.acks, self.places = client, acks, places
        self._looked = asyncio.get_running_loop().time()

    def is_old(self) -> bool:
        return asyncio.get_running_loop().time() - self._looked > LOOK_SECONDS

    def has_lost(self, places: dict[str, Place]) -> bool:
        return any(
            place.epoch != self.places[name].epoch or place.last < self.places[name].last
            for name, place in places.items()
        )


class _Acks:
    """Publishes many messages at once and hears what the server says of each: one subscription for all of them.

    The client's own way makes a task and a timer for each message, which is most of what publishing costs.
    """

    def __init__(self, client: Client, inbox: str) -> None:
        self._client, self._inbox = client, inbox
        self._numbers = itertools.count()
        self._awaited: dict[str, asyncio.Future[dict[str, Any] | None]] = {}

    @classmethod
    async def listen(cls, client: Client) -> _Acks:
        acks = cls(client, client.new_inbox())
        await client.subscribe(f"{acks._inbox}.*", cb=acks._heard, pending_msgs_limit=-1, pending_bytes_limit=-1)
        return acks

    async def publish(self, messages: Sequence[tuple[str, bytes, dict[str, str]]]) -> list[dict[str, Any] | None]:
        """The server's acknowledgement of each message, None where there was none in time."""
        from nats.errors import MaxPayloadError

        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[dict[str, Any] | None]] = []
        try:
            for subject, payload, headers in messages:
                number, future = str(next(self._numbers)), loop.create_future()
                self._awaited[number] = future
                futures.append(future)
                try:
                    await self._client.publish(subject, payload, reply=f"{self._inbox}.{number}", headers=headers)
                except MaxPayloadError:  # it stays where it is; the others go on
                    future.set_result(None)
            await self._client.flush(int(ACK_SECONDS))
            await asyncio.wait(futures, timeout=ACK_SECONDS)
        finally:
            self._awaited.clear()
        return [future.result() if future.done() else None for future in futures]

    async def _heard(self, message: Msg) -> None:
        future = self._awaited.pop(message.subject.rpartition(".")[2], None)
        if future is not None and not future.done():
            future.set_result(_acknowledged(message))


def _acknowledged(message: Msg) -> dict[str, Any] | None:
    """What an acknowledgement says: stream and seq; None when the server did not take the message."""
    try:
        said = json.loads(message.data) if message.data else {}
    except ValueError:
        return None
    return said if isinstance(said, dict) and "seq" in said and "error" not in said else None


def _message(row: Any) -> tuple[str, bytes, dict[str, str]]:
    """Subject, payload and headers: the payload as the log has it, sealed with the person's key."""
    again = f":r{row.redelivered}" if row.redelivered else ""
    headers = {"Nats-Msg-Id": row.event_id + again, **to_headers(attributes(row))}
    return subject_of(row.type, row.user_id), row.payload, headers


def _epoch_after(tx: Transaction, epoch: str) -> str | None:
    """The next making of a stream, by name and time, that took something; there are as many as were ever wiped."""
    found: str | None = tx.fetch(_NEXT_EPOCH, {"epoch": epoch})[0].epoch
    return found


_NEXT_EPOCH = Prepared(select(func.min(outbox.c.epoch).label("epoch")).where(outbox.c.epoch > bindparam("epoch")))
_LOST = select(outbox.c.id).where(outbox.c.epoch == bindparam("making"), outbox.c.js_seq > bindparam("last"))
_REQUEUE = Prepared(
    update(outbox).where(outbox.c.id.in_(_LOST.limit(bindparam("most")))).values(sent=False, epoch=None, js_seq=None)
)
