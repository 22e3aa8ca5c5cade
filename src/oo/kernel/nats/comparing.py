"""What JetStream says was acknowledged, compared with the cursors: a message that a damaged store has lost, and that
nobody waits for, would be missed otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, and_, bindparam, exists, func, select

from oo.kernel.consuming import Consumer, each
from oo.kernel.db import Database, Prepared
from oo.kernel.log import get_logger
from oo.kernel.nats.streams import place_of
from oo.kernel.outbox import cursors, outbox, parked
from oo.kernel.redelivering import send_again

if TYPE_CHECKING:
    from nats.aio.client import Client

EVERY_SECONDS = 300.0
LOOKED_AT = 20_000
"""Places of a stream that are compared at once; a process that starts begins with the last ones."""

log = get_logger("nats")


class Comparison:
    """One consumer on one stream, as far as it was compared."""

    def __init__(self, db: Database, consumer: Consumer, stream: str, kinds: Sequence[str]) -> None:
        self._db, self._consumer, self._stream = db, consumer, stream
        self._kinds = json.dumps(dict.fromkeys(kinds, 1))
        self._epoch, self._upto = "", 0

    async def step(self, client: Client) -> int:
        """Send again what was acknowledged, or skipped, without having been heard; the number of events."""
        streams = client.jetstream()
        place = place_of(await streams.stream_info(self._stream))
        told = await streams.consumer_info(self._stream, self._consumer.name)
        floor = told.ack_floor.stream_seq if told.ack_floor is not None else 0
        if not told.num_pending and not told.num_ack_pending:
            floor = place.last  # nothing is on its way, so all of it was delivered
        if place.epoch != self._epoch:
            self._epoch, self._upto = place.epoch, max(floor - LOOKED_AT, 0)
        asked: dict[str, Any] = {
            "consumer": self._consumer.name,
            "making": place.epoch,
            "after": self._upto,
            "upto": min(floor, self._upto + LOOKED_AT),
            "types": self._kinds,
        }
        users = await self._db.read(lambda tx: [row.user_id for row in tx.fetch(_UNHEARD[tx.dialect], asked)])
        events = 0
        for user in users:
            events += await self._db.write(lambda tx, of=user: send_again(tx, self._consumer.name, of))  # type: ignore[misc]
        if events:
            log.warning("consumer.missed", consumer=self._consumer.name, rows=events)
        self._upto = asked["upto"]
        return events


def _unheard_of(dialect: str) -> Prepared:
    follows: Any = bindparam("consumer", type_=String)
    at = and_(cursors.c.consumer == follows, cursors.c.user_id == outbox.c.user_id)
    held = exists().where(parked.c.consumer == follows, parked.c.user_id == outbox.c.user_id)
    return Prepared(
        select(outbox.c.user_id)
        .join_from(outbox, cursors, at, isouter=True)
        .where(
            outbox.c.epoch == bindparam("making"),
            outbox.c.js_seq > bindparam("after"),
            outbox.c.js_seq <= bindparam("upto"),
            outbox.c.sent,
            outbox.c.type.in_(select(each(dialect, "types").c.key)),
            outbox.c.user_seq > func.coalesce(cursors.c.seq, 0),
            ~held,
        )
        .distinct()
    )


_UNHEARD = {dialect: _unheard_of(dialect) for dialect in ("sqlite", "postgresql")}
