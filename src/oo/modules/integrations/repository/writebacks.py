"""Queries about what is still to be written to sources."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, func, or_, select, update

from oo.kernel.db import Transaction, insert_new
from oo.kernel.outbox import unheard
from oo.modules.integrations.tables import writebacks

WAITING, CLAIMED, DONE, REFUSED = "waiting", "claimed", "done", "refused"
CONSUMER = "integrations"
REACTIONS = ("tips.tip.reacted", "tips.undo.held")
SLICE = 400
AT_ONCE = 20

_RIPE = or_(
    and_(writebacks.c.state == WAITING, writebacks.c.due_at <= bindparam("now")),
    # Whoever claimed it is gone: looking at the source tells whether it was done.
    and_(writebacks.c.state == CLAIMED, writebacks.c.claimed_at <= bindparam("abandoned")),
)
_DUE = select(writebacks).where(_RIPE).order_by(writebacks.c.due_at, writebacks.c.id).limit(AT_ONCE)
_ANY_DUE = select(writebacks.c.id).where(_RIPE).limit(1)
_HOLD = update(writebacks).where(
    writebacks.c.id == bindparam("tip"), writebacks.c.user_id == bindparam("person"), writebacks.c.state == WAITING
)


def add(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Note what is to be written; the same tip twice is written once."""
    return insert_new(tx, writebacks, row)


def take_back(tx: Transaction, user: str, tip: str) -> bool:
    """Remove what was not begun yet; True when there was something."""
    waiting = (writebacks.c.id == tip, writebacks.c.user_id == user, writebacks.c.state == WAITING)
    return tx.execute(delete(writebacks).where(*waiting)).rowcount == 1


def postpone(tx: Transaction, user: str, tip: str, due_at: datetime) -> None:
    """Wait until then; what was begun already is not affected."""
    tx.execute(_HOLD.values(due_at=due_at), {"tip": tip, "person": user})


def any_due(tx: Transaction, now: datetime, abandoned: datetime) -> bool:
    """Whether a claim would find something."""
    return tx.execute(_ANY_DUE, {"now": now, "abandoned": abandoned}).first() is not None


def claim(tx: Transaction, now: datetime, abandoned: datetime) -> list[Row[Any]]:
    """Take what is due, oldest first; it is this process's until it is settled or abandoned.

    Whoever has a reaction that was accepted and not handed on yet waits: it may be the undo.
    """
    due = tx.execute(_DUE, {"now": now, "abandoned": abandoned}).all()
    waits = unheard(tx, CONSUMER, REACTIONS, {row.user_id for row in due}) if due else set()
    rows = [row for row in due if row.user_id not in waits]
    if rows:
        ids = [row.id for row in rows]
        claimed = {"state": CLAIMED, "claimed_at": now, "tries": writebacks.c.tries + 1}
        tx.execute(update(writebacks).where(writebacks.c.id.in_(ids)).values(claimed))
    return rows


def put_back(tx: Transaction, ids: Collection[str]) -> None:
    """Let claimed ones that were not begun wait again, as if nobody had claimed them."""
    claimed = (writebacks.c.id.in_(ids), writebacks.c.state == CLAIMED)
    waiting = {"state": WAITING, "claimed_at": None, "tries": writebacks.c.tries - 1}
    tx.execute(update(writebacks).where(*claimed).values(waiting))


def settle(tx: Transaction, id: str, values: Mapping[str, Any]) -> None:
    """Say what came of a claimed one."""
    tx.execute(update(writebacks).where(writebacks.c.id == id, writebacks.c.state == CLAIMED).values(**values))


def written(tx: Transaction, connection: str, refs: Collection[str]) -> frozenset[tuple[str, str]]:
    """Which of these items were written, or are just being written, with the version of each."""
    begun = (writebacks.c.connection_id == connection, writebacks.c.state.in_((DONE, CLAIMED)))
    rows = tx.execute(select(writebacks.c.ref, writebacks.c.version).where(*begun)).all()
    return frozenset((row.ref, row.version) for row in rows if row.ref in refs)


def troubled(tx: Transaction, user: str, since: datetime) -> Sequence[Row[Any]]:
    """What was refused since then, or is in trouble, the latest last."""
    trouble = or_(
        and_(writebacks.c.state == REFUSED, writebacks.c.claimed_at >= since),
        and_(writebacks.c.state.in_((WAITING, CLAIMED)), writebacks.c.problem.is_not(None)),
    )
    wanted = select(writebacks).where(writebacks.c.user_id == user, trouble).order_by(writebacks.c.created_at)
    return tx.execute(wanted).all()


def forget(tx: Transaction, before: datetime) -> int:
    """Delete a slice of what was settled before then; the number of rows."""
    settled = (writebacks.c.state.in_((DONE, REFUSED)), writebacks.c.created_at < before)
    some = select(writebacks.c.id).where(*settled).limit(SLICE)
    return tx.execute(delete(writebacks).where(writebacks.c.id.in_(some))).rowcount


def counts(tx: Transaction) -> dict[str, int]:
    """How many are in each state."""
    counting = select(writebacks.c.state, func.count().label("many")).group_by(writebacks.c.state)
    return {row.state: row.many for row in tx.execute(counting)}
