"""Queries about decision points, and what is known of a person when one is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update

from oo.kernel.db import Prepared, Transaction, insert_new, upsert
from oo.modules.notifier.tables import deliveries, devices, points, presences, pushes, tempers, wishes

DUE, DECIDED = "due", "decided"
ALLOWED = ("worth-it", "kept-silent", "held-out")

_DECIDE = Prepared(
    update(points)
    .where(points.c.id == bindparam("point"), points.c.state == DUE)
    .values(
        state=DECIDED,
        at=bindparam("now"),
        arm=bindparam("arm_"),
        sent=bindparam("sent_"),
        reason=bindparam("reason_"),
        probability=bindparam("probability_"),
        moment=bindparam("moment_"),
        value=bindparam("value_"),
        tip_id=bindparam("tip"),
    )
)

_PRICE = Prepared(
    update(tempers)
    .where(tempers.c.user_id == bindparam("user"))
    .values(price=bindparam("price_"), dose=bindparam("dose_"), at=bindparam("now"))
)

_REWARD = Prepared(
    update(points)
    .where(
        points.c.user_id == bindparam("user"),
        points.c.tip_id == bindparam("tip"),
        points.c.learnt.is_(False),
        points.c.at >= bindparam("since"),
        points.c.at <= bindparam("until"),
    )
    .values(reward=bindparam("worth"))
)


def due_people(tx: Transaction, before: datetime, after: str, upto: str, limit: int) -> list[str]:
    """Ids of people whose moments are to be looked for, in order."""
    wanted = (presences.c.due_at <= before, presences.c.user_id > after, presences.c.user_id <= upto)
    return list(
        tx.execute(select(presences.c.user_id).where(*wanted).order_by(presences.c.user_id).limit(limit)).scalars()
    )


def add_point(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Note a moment to decide at; the same one told twice is one."""
    return insert_new(tx, points, row)


def clear_points(tx: Transaction, user: str, kinds: Sequence[str]) -> None:
    """Let go of moments of these kinds that are still ahead: they are looked for anew."""
    mine = (points.c.user_id == user, points.c.state == DUE, points.c.kind.in_(kinds))
    tx.execute(delete(points).where(*mine))


def due_points(tx: Transaction, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Points whose time has come, oldest first."""
    wanted = (points.c.state == DUE, points.c.due_at <= now)
    return tx.execute(select(points).where(*wanted).order_by(points.c.due_at, points.c.id).limit(limit)).all()


def decide(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Say what was decided at a point; False when somebody else did meanwhile."""
    return tx.run(_DECIDE, row) == 1


def presences_of(tx: Transaction, users: Sequence[str]) -> dict[str, Row[Any]]:
    """Where people are, by person."""
    rows = tx.execute(select(presences).where(presences.c.user_id.in_(users)))
    return {row.user_id: row for row in rows}


def wishes_of(tx: Transaction, users: Sequence[str]) -> dict[str, Row[Any]]:
    """What people said they wish, by person."""
    return {row.user_id: row for row in tx.execute(select(wishes).where(wishes.c.user_id.in_(users)))}


def devices_of(tx: Transaction, users: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """People's devices that can be written to, those that were here last first."""
    some = select(devices).where(devices.c.user_id.in_(users), devices.c.state.in_(("works", "troubled")))
    return _by_user(tx.execute(some.order_by(devices.c.seen_at.desc(), devices.c.id)).all())


def pushes_of(tx: Transaction, users: Sequence[str], since: datetime) -> dict[str, list[Row[Any]]]:
    """Pushes that were claimed since an instant, by person."""
    some = select(pushes).where(pushes.c.user_id.in_(users), pushes.c.sent_at >= since)
    return _by_user(tx.execute(some.order_by(pushes.c.sent_at)).all())


def planned_of(tx: Transaction, users: Sequence[str]) -> set[str]:
    """People for whom a push is on its way."""
    some = select(pushes.c.user_id).where(pushes.c.user_id.in_(users), pushes.c.state == "planned").distinct()
    return set(tx.execute(some).scalars())


def messages_of(tx: Transaction, users: Sequence[str], since: datetime) -> dict[str, list[Row[Any]]]:
    """When devices were written to since an instant, by person."""
    some = select(deliveries.c.user_id, deliveries.c.device_id, deliveries.c.channel, deliveries.c.claimed_at)
    return _by_user(tx.execute(some.where(deliveries.c.user_id.in_(users), deliveries.c.claimed_at >= since)).all())


def tempers_of(tx: Transaction, users: Sequence[str]) -> dict[str, Row[Any]]:
    """What was learnt of when to interrupt, by person."""
    return {row.user_id: row for row in tx.execute(select(tempers).where(tempers.c.user_id.in_(users)))}


def put_temper(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Keep what was learnt."""
    upsert(tx, tempers, row)


def price(tx: Transaction, user: str, price: float, dose: float, now: datetime) -> int:
    """Keep price and dose after a moment; the number of rows."""
    return tx.run(_PRICE, {"user": user, "price_": price, "dose_": dose, "now": now})


def unlearn(tx: Transaction, user: str) -> int:
    """Forget what was learnt; the number of rows."""
    return tx.execute(delete(tempers).where(tempers.c.user_id == user)).rowcount


def past_of(tx: Transaction, users: Sequence[str], since: datetime) -> dict[str, list[Row[Any]]]:
    """Points at which an interruption was allowed since an instant, by person, oldest first."""
    columns = (points.c.user_id, points.c.at, points.c.day, points.c.value, points.c.due_at)
    some = select(*columns).where(
        points.c.user_id.in_(users), points.c.at >= since, points.c.reason.in_(ALLOWED), points.c.state == DECIDED
    )
    return _by_user(tx.execute(some.order_by(points.c.at)).all())


def tried_of(tx: Transaction, users: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """Pushes by topic and first reaction, with how many, by person."""
    columns = (pushes.c.user_id, pushes.c.topic, pushes.c.verb)
    some = select(*columns, func.count().label("many")).where(
        pushes.c.user_id.in_(users), pushes.c.sent_at.is_not(None)
    )
    return _by_user(tx.execute(some.group_by(*columns)).all())


def unlearnt(tx: Transaction, before: datetime, limit: int) -> Sequence[Row[Any]]:
    """Points whose half hour is over and from which nothing was learnt yet, in order."""
    wanted = (
        *(points.c.state == DECIDED, points.c.reason.in_(ALLOWED)),
        *(points.c.learnt.is_(False), points.c.at <= before),
    )
    return tx.execute(select(points).where(*wanted).order_by(points.c.id).limit(limit)).all()


def mark_learnt(tx: Transaction, ids: Sequence[str]) -> None:
    """Note that these were learnt from."""
    tx.execute(update(points).where(points.c.id.in_(ids)).values(learnt=True))


def reward(tx: Transaction, user: str, tip: str, value: float | None, since: datetime, until: datetime) -> int:
    """Say what came of the moments about a tip in a span; None takes it back. The number of moments."""
    return tx.run(_REWARD, {"user": user, "tip": tip, "worth": value, "since": since, "until": until})


def unsend(tx: Transaction, point: str, reason: str) -> None:
    """What was to be sent was not: a rule forbade it when it was about to go, so it was no decision to learn from."""
    tx.execute(update(points).where(points.c.id == point).values(sent=False, reason=reason))


def ledger(tx: Transaction, user: str, limit: int) -> Sequence[Row[Any]]:
    """The person's last decision points, newest first."""
    mine = (points.c.user_id == user, points.c.state == DECIDED)
    return tx.execute(select(points).where(*mine).order_by(points.c.at.desc(), points.c.id.desc()).limit(limit)).all()


def counted(tx: Transaction, since: datetime, user: str | None) -> dict[tuple[str, bool], int]:
    """How many points were decided since an instant, by reason and whether something was sent."""
    some = select(points.c.reason, points.c.sent, func.count().label("many")).where(
        points.c.state == DECIDED, points.c.at >= since
    )
    if user is not None:
        some = some.where(points.c.user_id == user)
    return {(row.reason, row.sent): row.many for row in tx.execute(some.group_by(points.c.reason, points.c.sent))}


def forget(tx: Transaction, before: datetime, limit: int) -> int:
    """Delete a slice of points decided before an instant; the number of rows."""
    old = select(points.c.id).where(points.c.state == DECIDED, points.c.at < before).limit(limit)
    return tx.execute(delete(points).where(points.c.id.in_(old))).rowcount


def _by_user(rows: Sequence[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.user_id, []).append(row)
    return found
