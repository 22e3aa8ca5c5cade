"""Events are rows of the transaction that they tell of, so neither can be without the other.

`publish(tx, envelope)` writes the row with the person's next sequence number; the relay hands rows on. Payloads are
sealed with the person's key (docs/adr/0004). These rows are the log: what JetStream has is a copy (docs/adr/0015).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    false,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from oo.kernel.clock import Clock
from oo.kernel.cloudevents import VERSION
from oo.kernel.db import Instant, Prepared, Transaction
from oo.kernel.ids import Ids
from oo.kernel.keys import Keys

metadata = MetaData(schema="events")

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("event_id", String(26), nullable=False, unique=True),
    Column("user_id", String(26), nullable=False),
    Column("user_seq", Integer, nullable=False),
    Column("type", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("trace", String(55), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("sent", Boolean, nullable=False, server_default=false()),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("epoch", String(60)),
    Column("js_seq", BigInteger),
    Column("redelivered", Integer, nullable=False, server_default=text("0")),
    Index("outbox_user", "user_id", "user_seq", unique=True),
)
"""`epoch` and `js_seq` say where JetStream has it: in which making of a stream, at which place; a row that was handed
to this process alone has neither. `redelivered` counts how often it was sent again on purpose.
"""
Index("outbox_waiting", outbox.c.id, sqlite_where=~outbox.c.sent, postgresql_where=~outbox.c.sent)
_IS_MIRRORED = outbox.c.epoch.is_not(None)
Index("outbox_mirror", outbox.c.epoch, outbox.c.js_seq, sqlite_where=_IS_MIRRORED, postgresql_where=_IS_MIRRORED)

sequences = Table(
    "sequences",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("last", Integer, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("consumer", String(40), primary_key=True),
    Column("user_id", String(26), primary_key=True),
    Column("seq", Integer, nullable=False),
)

parked = Table(
    "parked",
    metadata,
    Column("consumer", String(40), primary_key=True),
    Column("event_id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("at", Instant, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("5")),
    Index("parked_user", "user_id", "consumer"),
)
"""Events that failed; set aside, with all that is after them, once they were tried `consuming.TRIES` times."""

PAYLOAD = "outbox.payload"


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event with who it is about, when it was and what it followed from.

    Made outside of the unit that publishes it.
    """

    id: str
    user: str
    at: datetime
    trace: str
    type: str
    data: object
    """A frozen dataclass of the contracts."""
    wire: bytes
    seq: int = 0
    """Its number in the person's order; 0 until it is published."""
    fault: str = ""
    """Why its data could not be read, in one word; it has none then."""


class Codec(Protocol):
    """Between events and bytes."""

    def encode(self, event: object) -> tuple[str, bytes]:
        """The event's type and bytes."""

    def decode(self, kind: str, data: bytes) -> object:
        """The event from its type and bytes."""


class Outbox:
    """Makes envelopes and writes them as rows.

    `wake` is called at each, as a hint that there is something to hand on.
    """

    def __init__(
        self,
        codec: Codec,
        keys: Keys,
        clock: Clock,
        ids: Ids,
        *,
        trace: Callable[[], str] = lambda: "",
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._codec, self._keys, self._clock, self._ids, self._trace = codec, keys, clock, ids, trace
        self.wake = wake

    def envelope(self, user: str, event: object, *, id: str | None = None, at: datetime | None = None) -> Envelope:
        """Wrap an event for `publish`.

        Inside of a unit, which may run again, give it the `id` and the instant made outside.
        """
        kind, wire = self._codec.encode(event)
        return Envelope(id or self._ids.new(), user, at or self._clock.now(), self._trace(), kind, event, wire)

    def publish(self, tx: Transaction, *envelopes: Envelope) -> None:
        """Write the events as rows of this transaction, in order."""
        for envelope in envelopes:
            row = {
                "event_id": envelope.id,
                "user_id": envelope.user,
                "user_seq": _next_seq(tx, envelope.user),
                "type": envelope.type,
                "at": envelope.at,
                "trace": envelope.trace,
                "version": VERSION,
                "payload": self._keys.cipher(envelope.user).seal_bytes(PAYLOAD, envelope.wire),
            }
            tx.run(_INSERT, row)
        self.wake()

    def publish_all(self, tx: Transaction, envelopes: Sequence[Envelope]) -> None:
        """Write many events as rows of this transaction: quicker, and in order for each person."""
        counts = Counter(envelope.user for envelope in envelopes)
        last = {user: _next_seq(tx, user, count) - count for user, count in counts.items()}
        rows = []
        for envelope in envelopes:
            last[envelope.user] += 1
            rows.append(
                {
                    "event_id": envelope.id,
                    "user_id": envelope.user,
                    "user_seq": last[envelope.user],
                    "type": envelope.type,
                    "at": envelope.at,
                    "trace": envelope.trace,
                    "version": VERSION,
                    "payload": self._keys.cipher(envelope.user).seal_bytes(PAYLOAD, envelope.wire),
                }
            )
        tx.run(_INSERT, rows)
        if rows:
            self.wake()


def unheard(tx: Transaction, consumer: str, types: Collection[str], users: Collection[str]) -> set[str]:
    """Who of these people has an event of these types that was accepted and not heard by this consumer yet."""
    at = (cursors.c.consumer == consumer) & (cursors.c.user_id == outbox.c.user_id)
    behind = outbox.c.user_seq > func.coalesce(cursors.c.seq, 0)
    # What another way handed on before this consumer had a cursor is behind it, and heard all the same.
    coming = ~outbox.c.sent | outbox.c.js_seq.is_not(None) | cursors.c.seq.is_not(None)
    found = select(outbox.c.user_id).join_from(outbox, cursors, at, isouter=True)
    return set(
        tx.execute(
            found.where(behind, coming, outbox.c.type.in_(types), outbox.c.user_id.in_(users)).distinct()
        ).scalars()
    )


_INSERT = Prepared(insert(outbox))


def _taking(dialect: str) -> Prepared:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    taking = make(sequences).values(user_id=bindparam("user"), last=bindparam("count"))
    counted = taking.on_conflict_do_update(
        index_elements=["user_id"], set_={"last": sequences.c.last + taking.excluded.last}
    )
    return Prepared(counted.returning(sequences.c.last))


_TAKING = {"sqlite": _taking("sqlite"), "postgresql": _taking("postgresql")}


def _next_seq(tx: Transaction, user: str, count: int = 1) -> int:
    """The last of the person's next numbers."""
    return int(tx.fetch(_TAKING[tx.dialect], {"user": user, "count": count})[0].last)
