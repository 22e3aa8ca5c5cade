"""Queries about pushes and the delivery log, a due-table: planned, claimed, then what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, insert, or_, select, update

from oo.kernel.db import Prepared, Transaction
from oo.modules.notifier.tables import deliveries, optouts, presences, pushes

PLANNED, CLAIMED, SENT, FAILED, UNKNOWN = "planned", "claimed", "sent", "failed", "unknown"
DROPPED, RECALLING, WITHDRAWN, OPENED = "dropped", "recalling", "withdrawn", "opened"
SHOWN = (SENT, UNKNOWN, CLAIMED)
"""What may be on a device now."""
SLICE = 400

_OF_PERSON = select(pushes).where(pushes.c.user_id == bindparam("user"))
_OUT = _OF_PERSON.where(or_(pushes.c.state == PLANNED, pushes.c.state == SENT), pushes.c.verb.is_(None))
_OF_TIP = Prepared(_OF_PERSON.where(pushes.c.tip_id == bindparam("tip")))
_OUT_OF_REF = Prepared(_OUT.where(pushes.c.ref == bindparam("ref")))
_OUT_OF_OTHERS = Prepared(_OUT.where(pushes.c.tip_id != bindparam("tip")))
_ADD_PUSH, _ADD_DELIVERY = Prepared(insert(pushes)), Prepared(insert(deliveries))


def add_push(tx: Transaction, push: Mapping[str, Any] | None, rows: Sequence[Mapping[str, Any]]) -> None:
    """Plan a push, and a delivery to each device; a test is deliveries alone."""
    if push is not None:
        tx.run(_ADD_PUSH, push)
    if rows:
        tx.run(_ADD_DELIVERY, rows)


def any_due(tx: Transaction, now: datetime) -> bool:
    """Whether there is something to send or to take back."""
    wanted = (deliveries.c.state.in_((PLANNED, RECALLING)), deliveries.c.due_at <= now)
    return tx.execute(select(deliveries.c.id).where(*wanted).limit(1)).first() is not None


def due(tx: Transaction, now: datetime, state: str, limit: int) -> Sequence[Row[Any]]:
    """Deliveries in a state whose time has come, oldest first."""
    wanted = (deliveries.c.state == state, deliveries.c.due_at <= now)
    some = select(deliveries).where(*wanted).order_by(deliveries.c.due_at, deliveries.c.id).limit(limit)
    return tx.execute(some).all()


def lock(tx: Transaction, user: str) -> bool:
    """Hold the person until the unit ends, so that two workers never claim for one person at once; False if gone."""
    row = tx.execute(select(presences.c.user_id).where(presences.c.user_id == user).with_for_update()).first()
    return row is not None


def asked(tx: Transaction, user: str, since: datetime) -> int:
    """How many addresses were asked for the person since an instant whether they want to be written to."""
    mine = (deliveries.c.user_id == user, deliveries.c.kind == "confirm", deliveries.c.due_at >= since)
    return int(tx.execute(select(func.count()).select_from(deliveries).where(*mine)).scalar_one())


def delivery(tx: Transaction, id: str) -> Row[Any] | None:
    """A delivery, or None."""
    return tx.execute(select(deliveries).where(deliveries.c.id == id)).one_or_none()


def claim(tx: Transaction, delivery: str, now: datetime, worker: str, token: str, expires: datetime) -> bool:
    """Take a planned delivery; from here on it is never taken again. False when somebody else has it, or it is off."""
    mine = (deliveries.c.id == delivery, deliveries.c.state == PLANNED)
    claimed = {"state": CLAIMED, "claimed_at": now, "claim": worker, "token": token, "expires_at": expires}
    return tx.execute(update(deliveries).where(*mine).values(**claimed, tries=deliveries.c.tries + 1)).rowcount == 1


def count_push(tx: Transaction, push: str, now: datetime) -> None:
    """Let a push count from now on: its first delivery is claimed."""
    mine = (pushes.c.id == push, pushes.c.state.in_((PLANNED, SENT)))
    tx.execute(update(pushes).where(*mine).values(state=SENT, sent_at=now))


def settle(tx: Transaction, delivery: str, worker: str, values: Mapping[str, Any]) -> bool:
    """Say what became of a delivery that this worker claimed; False when it was given up meanwhile."""
    mine = (deliveries.c.id == delivery, deliveries.c.state == CLAIMED, deliveries.c.claim == worker)
    return tx.execute(update(deliveries).where(*mine).values(**values)).rowcount == 1


def abandoned(tx: Transaction, before: datetime, limit: int) -> Sequence[Row[Any]]:
    """Deliveries that were claimed before an instant by somebody who never said what became of them."""
    wanted = (deliveries.c.state == CLAIMED, deliveries.c.claimed_at < before)
    return tx.execute(select(deliveries).where(*wanted).limit(limit)).all()


def change(tx: Transaction, delivery: str, old: str, values: Mapping[str, Any]) -> bool:
    """Move a delivery on from a state; False when it is in another."""
    mine = (deliveries.c.id == delivery, deliveries.c.state == old)
    return tx.execute(update(deliveries).where(*mine).values(**values)).rowcount == 1


def push(tx: Transaction, id: str) -> Row[Any] | None:
    """A push, or None."""
    return tx.execute(select(pushes).where(pushes.c.id == id)).one_or_none()


def pushes_by_id(tx: Transaction, ids: Collection[str]) -> dict[str, Row[Any]]:
    """Pushes by their ids."""
    return {row.id: row for row in tx.execute(select(pushes).where(pushes.c.id.in_(ids)))}


def change_push(tx: Transaction, id: str, values: Mapping[str, Any]) -> None:
    """Change a push."""
    tx.execute(update(pushes).where(pushes.c.id == id).values(**values))


def of_push(tx: Transaction, id: str) -> Sequence[Row[Any]]:
    """A push's deliveries."""
    return tx.execute(select(deliveries).where(deliveries.c.push_id == id)).all()


def drop_unclaimed(tx: Transaction, ids: Collection[str], reason: str) -> int:
    """Let go of what is planned of pushes; the number of deliveries."""
    mine = (deliveries.c.push_id.in_(ids), deliveries.c.state == PLANNED)
    return tx.execute(update(deliveries).where(*mine).values(state=DROPPED, reason=reason)).rowcount


def take_back(tx: Transaction, ids: Collection[str], reason: str, now: datetime, but: str | None = None) -> int:
    """Have what may be shown of pushes withdrawn, except on one device; the number of deliveries."""
    mine: list[ColumnElement[bool]] = [
        deliveries.c.push_id.in_(ids),
        deliveries.c.state.in_((SENT, UNKNOWN)),
        deliveries.c.used.is_(None),
    ]
    if but is not None:
        mine.append(deliveries.c.device_id != but)
    taking = {"state": RECALLING, "reason": reason, "due_at": now}
    return tx.execute(update(deliveries).where(*mine).values(**taking)).rowcount


def standing(tx: Transaction, user: str, *, ref: str) -> list[Row[Any]]:
    """The person's pushes about a ref that are on their way or out, without a reaction."""
    return tx.fetch(_OUT_OF_REF, {"user": user, "ref": ref})


def standing_before(tx: Transaction, user: str, tip: str) -> list[Row[Any]]:
    """The same of any tip but this one."""
    return tx.fetch(_OUT_OF_OTHERS, {"user": user, "tip": tip})


def of_tip(tx: Transaction, user: str, tip: str) -> list[Row[Any]]:
    """Every push about a tip."""
    return tx.fetch(_OF_TIP, {"user": user, "tip": tip})


def expired(tx: Transaction, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Pushes that are out, without a reaction, and whose tip is over."""
    wanted = (pushes.c.state.in_((PLANNED, SENT)), pushes.c.verb.is_(None), pushes.c.expires_at <= now)
    return tx.execute(select(pushes).where(*wanted).limit(limit)).all()


def with_token(tx: Transaction, token: str) -> Row[Any] | None:
    """The delivery that a token's digest belongs to."""
    return tx.execute(select(deliveries).where(deliveries.c.token == token)).one_or_none()


def use(tx: Transaction, delivery: str, verb: str) -> bool:
    """Use a delivery's token; False when it was used."""
    mine = (deliveries.c.id == delivery, deliveries.c.used.is_(None))
    return tx.execute(update(deliveries).where(*mine).values(used=verb)).rowcount == 1


def shown_on(tx: Transaction, user: str, device: str, now: datetime) -> Row[Any] | None:
    """The push that a device is right to show."""
    joined = select(pushes).join(deliveries, deliveries.c.push_id == pushes.c.id)
    out = and_(pushes.c.state == SENT, pushes.c.verb.is_(None), pushes.c.expires_at > now)
    mine = (deliveries.c.user_id == user, deliveries.c.device_id == device, deliveries.c.state.in_(SHOWN))
    return tx.execute(joined.where(out, *mine).order_by(pushes.c.sent_at.desc()).limit(1)).one_or_none()


def measured(tx: Transaction, since: datetime, user: str | None) -> Sequence[Row[Any]]:
    """Pushes that count since an instant, of one person or of everybody."""
    columns = (pushes.c.arm, pushes.c.sent_at, pushes.c.verb, pushes.c.reacted_at)
    some = select(*columns).where(pushes.c.sent_at >= since)
    return tx.execute(some if user is None else some.where(pushes.c.user_id == user)).all()


def states(tx: Transaction, since: datetime, user: str | None) -> dict[str, int]:
    """How many deliveries are in each state."""
    some = select(deliveries.c.state, func.count().label("many")).where(deliveries.c.due_at >= since)
    if user is not None:
        some = some.where(deliveries.c.user_id == user)
    return {row.state: row.many for row in tx.execute(some.group_by(deliveries.c.state))}


def opted_out(tx: Transaction, since: datetime, user: str | None) -> int:
    """How often somebody wanted less after a push."""
    some = select(func.count()).select_from(optouts).where(optouts.c.at >= since, optouts.c.after > 0)
    return int(tx.execute(some if user is None else some.where(optouts.c.user_id == user)).scalar_one())


def forget(tx: Transaction, before: datetime) -> int:
    """Delete a slice of what is older than the retention; the number of rows."""
    count = 0
    old_push = and_(pushes.c.at < before, pushes.c.expires_at < before)
    old_delivery = or_(deliveries.c.claimed_at < before, and_(deliveries.c.due_at < before))
    for table, old in ((deliveries, old_delivery), (pushes, old_push), (optouts, optouts.c.at < before)):
        some = select(table.c.id).where(old).limit(SLICE)
        count += tx.execute(delete(table).where(table.c.id.in_(some))).rowcount
    return count
