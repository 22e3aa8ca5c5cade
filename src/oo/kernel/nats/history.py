"""Whether the log is older than the streams: it was brought back from a back-up, and has forgotten what it sent since.

The streams' consumers have acknowledged what the log's cursors know nothing of, so all of it is to be sent once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from oo.kernel.cloudevents import NotOurs, from_headers
from oo.kernel.db import Database, Prepared
from oo.kernel.nats.streams import Place
from oo.kernel.outbox import outbox, sequences
from oo.kernel.relay import BATCH

if TYPE_CHECKING:
    from nats.aio.client import Client

LOOKED_AT = 50
"""Messages of a stream's end that are looked at, when those after them are of people who are gone."""


async def is_log_older(client: Client, db: Database, places: Mapping[str, Place]) -> bool:
    """Whether the end of a stream tells of an event that its person, in the log, has not come to yet."""
    from nats.js.errors import NotFoundError

    for name, place in places.items():
        for seq in range(place.last, max(place.last - LOOKED_AT, 0), -1):
            try:
                message = await client.jetstream().get_msg(name, seq)
                event = from_headers(message.headers or {})
            except (NotFoundError, NotOurs):
                continue
            rows = await db.read(lambda tx, of=event.user: tx.fetch(_LAST, {"user": of}))  # type: ignore[misc]
            if rows:
                if rows[0].last < event.seq:
                    return True
                break
    return False


async def send_all_again(db: Database) -> int:
    """Let everything wait again that a stream took, under new message ids; the number of events."""
    again = 0
    while moved := await db.write(lambda tx: tx.run(_AGAIN, {"most": BATCH})):
        again += moved
    return again


_LAST = Prepared(select(sequences.c.last).where(sequences.c.user_id == bindparam("user")))
_TAKEN = select(outbox.c.id).where(outbox.c.epoch.is_not(None)).limit(bindparam("most"))
_AGAIN = Prepared(
    update(outbox)
    .where(outbox.c.id.in_(_TAKEN))
    .values(sent=False, epoch=None, js_seq=None, redelivered=outbox.c.redelivered + 1)
)
