"""Every query on the log beyond writing and handing on, which are `kernel.outbox` and `kernel.relay`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, select, tuple_

from oo.contracts.events import ProtobufCodec
from oo.contracts.events.codec import UnknownEvent, Unreadable
from oo.contracts.tails import KEPT, State, TailEvent
from oo.kernel.consuming import TRIES
from oo.kernel.db import Transaction
from oo.kernel.erasing import erase_slice
from oo.kernel.keys import Cipher
from oo.kernel.outbox import PAYLOAD, cursors, metadata, outbox, parked, sequences

SLICE = 500


def counts(tx: Transaction) -> tuple[int, int, int]:
    """How many events wait to be handed on, how many fail and are tried again, and how many were set aside."""
    waiting = tx.execute(select(func.count()).select_from(outbox).where(~outbox.c.sent)).scalar_one()
    aside = func.count().filter(parked.c.tries >= TRIES)
    both = tx.execute(select(func.count().label("all"), aside.label("aside")).select_from(parked)).one()
    return int(waiting), int(both.all - both.aside), int(both.aside)


def newest(tx: Transaction) -> list[TailEvent]:
    """The newest events without their payloads, newest first."""
    columns = (outbox.c.id, outbox.c.event_id, outbox.c.type, outbox.c.user_id, outbox.c.user_seq, outbox.c.at)
    rows = tx.execute(select(*columns, outbox.c.sent).order_by(outbox.c.id.desc()).limit(KEPT)).all()
    tries = {row.event_id: row.tries for row in tx.execute(select(parked.c.event_id, parked.c.tries).limit(KEPT))}

    def state(event: str, *, sent: bool) -> State:
        if event in tries:
            return "parked" if tries[event] >= TRIES else "failing"
        return "sent" if sent else "waiting"

    return [
        TailEvent(row.id, row.event_id, row.type, row.user_id, row.user_seq, row.at, state(row.event_id, sent=row.sent))
        for row in rows
    ]


def forget_before(tx: Transaction, instant: datetime) -> int:
    """Delete a slice of handed-on events older than an instant; the number of rows.

    Who has an event set aside keeps all of theirs: it is sent again together with those that wait behind it.
    """
    held = exists().where(parked.c.user_id == outbox.c.user_id)
    old = select(outbox.c.id).where(outbox.c.sent, outbox.c.at < instant, ~held).limit(SLICE)
    return tx.execute(delete(outbox).where(outbox.c.id.in_(old))).rowcount


def people_after(tx: Transaction, user: str) -> list[str]:
    """The next people, by id, who ever had an event."""
    return list(
        tx.execute(
            select(sequences.c.user_id).where(sequences.c.user_id > user).order_by(sequences.c.user_id).limit(SLICE)
        ).scalars()
    )


def forget_strays(tx: Transaction) -> int:
    """Delete a slice of the places and faults of people who have no event, and never had one; the number of rows.

    A message that came after its person was erased may have left them.
    """
    count = 0
    for table in (cursors, parked):
        known = exists().where(sequences.c.user_id == table.c.user_id)
        stray = select(*table.primary_key).where(~known).limit(SLICE)
        count += tx.execute(delete(table).where(tuple_(*table.primary_key).in_(stray))).rowcount
    return count


def erase(tx: Transaction, user: str) -> int:
    """Delete a slice of what is kept of the person; the number of rows, 0 when nothing is left."""
    return erase_slice(tx, metadata.sorted_tables, user)


def export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The person's events, their payloads decoded."""
    codec = ProtobufCodec()
    rows = tx.execute(select(outbox).where(outbox.c.user_id == user).order_by(outbox.c.id)).mappings()
    events = [{**row, "payload": _said(codec, row["type"], cipher.open_bytes(PAYLOAD, row["payload"]))} for row in rows]
    rest = {
        table.name: [dict(row) for row in tx.execute(select(table).where(table.c.user_id == user)).mappings()]
        for table in (sequences, cursors, parked)
    }
    return {"outbox": events, **rest}


def _said(codec: ProtobufCodec, kind: str, wire: bytes) -> Mapping[str, Any]:
    """What an event says; the bytes of one that this oO can't read."""
    try:
        return asdict(codec.decode(kind, wire))
    except (UnknownEvent, Unreadable):
        return {"unreadable": wire.hex()}
