"""Every query on the log beyond writing and handing on, which are `kernel.outbox` and `kernel.relay`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from oo.contracts.events import ProtobufCodec
from oo.kernel.db import Transaction
from oo.kernel.erasing import erase_slice
from oo.kernel.keys import Cipher
from oo.kernel.outbox import PAYLOAD, cursors, metadata, outbox, parked, sequences

SLICE = 500


def counts(tx: Transaction) -> tuple[int, int]:
    """How many events wait to be handed on, and how many were set aside."""
    waiting = tx.execute(select(func.count()).select_from(outbox).where(~outbox.c.sent)).scalar_one()
    return int(waiting), int(tx.execute(select(func.count()).select_from(parked)).scalar_one())


def forget_before(tx: Transaction, instant: datetime) -> int:
    """Delete a slice of handed-on events older than an instant; the number of rows."""
    old = select(outbox.c.id).where(outbox.c.sent, outbox.c.at < instant).limit(SLICE)
    return tx.execute(delete(outbox).where(outbox.c.id.in_(old))).rowcount


def erase(tx: Transaction, user: str) -> int:
    """Delete a slice of what is kept of the person; the number of rows, 0 when nothing is left."""
    return erase_slice(tx, metadata.sorted_tables, user)


def export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The person's events, their payloads decoded."""
    codec = ProtobufCodec()
    rows = tx.execute(select(outbox).where(outbox.c.user_id == user).order_by(outbox.c.id)).mappings()
    events = [
        {**row, "payload": asdict(codec.decode(row["type"], cipher.open_bytes(PAYLOAD, row["payload"])))}
        for row in rows
    ]
    rest = {
        table.name: [dict(row) for row in tx.execute(select(table).where(table.c.user_id == user)).mappings()]
        for table in (sequences, cursors, parked)
    }
    return {"outbox": events, **rest}
