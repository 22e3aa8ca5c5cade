"""Events that were set aside: which they are, how they are sent again, and how one is passed by for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from oo.kernel.consuming import TRIES
from oo.kernel.db import Transaction, upsert
from oo.kernel.outbox import cursors, outbox, parked


@dataclass(frozen=True, slots=True)
class Aside:
    """An event that was set aside by a consumer, and holds back what is after it."""

    consumer: str
    event: str
    user: str
    type: str
    seq: int
    reason: str
    """The kind of error, in one word."""
    at: datetime
    """When it was tried last."""


def aside(tx: Transaction, *, consumer: str | None = None, event: str | None = None) -> list[Aside]:
    """The first 500 events that were set aside, of one consumer or one event alone when it is named."""
    mine = [parked.c.tries >= TRIES]
    mine += [parked.c.consumer == consumer] if consumer else []
    mine += [parked.c.event_id == event] if event else []
    found = select(parked.c.consumer, parked.c.event_id, parked.c.user_id, parked.c.reason, parked.c.at)
    found = found.add_columns(outbox.c.type, outbox.c.user_seq)
    found = found.join_from(parked, outbox, outbox.c.event_id == parked.c.event_id).where(*mine)
    return [
        Aside(row.consumer, row.event_id, row.user_id, row.type, row.user_seq, row.reason, row.at)
        for row in tx.execute(found.order_by(outbox.c.id, parked.c.consumer).limit(500))
    ]


def send_again(tx: Transaction, consumer: str, user: str) -> int:
    """Let all of a person's events wait again that a consumer set aside, or held, or never got; the number of events.

    Other consumers, which have heard them, pass them by.
    """
    mine = (parked.c.consumer == consumer, parked.c.user_id == user)
    first = select(func.min(outbox.c.user_seq)).join_from(outbox, parked, outbox.c.event_id == parked.c.event_id)
    held_from = tx.execute(first.where(*mine)).scalar()
    tx.execute(delete(parked).where(*mine))
    at = select(cursors.c.seq).where(cursors.c.consumer == consumer, cursors.c.user_id == user)
    cursor = tx.execute(at).scalar() or 0
    # Without one that was set aside there is a gap in what JetStream gives, so only what it had comes again.
    behind = outbox.c.js_seq.is_not(None) if held_from is None else outbox.c.user_seq >= held_from
    waiting = (outbox.c.user_id == user, outbox.c.user_seq > cursor, outbox.c.sent, behind)
    again = update(outbox).where(*waiting).values(sent=False, redelivered=outbox.c.redelivered + 1)
    return tx.execute(again).rowcount


def pass_by(tx: Transaction, one: Aside) -> int:
    """Go on behind an event that was set aside, without its effect, for good; the number of events that wait again."""
    at = select(cursors.c.seq).where(cursors.c.consumer == one.consumer, cursors.c.user_id == one.user)
    if (tx.execute(at).scalar() or 0) < one.seq:
        upsert(tx, cursors, {"consumer": one.consumer, "user_id": one.user, "seq": one.seq})
    return send_again(tx, one.consumer, one.user)
