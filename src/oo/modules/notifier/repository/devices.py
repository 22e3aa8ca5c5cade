"""Queries about devices, and what their owners wish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from oo.kernel.db import Prepared, Transaction, insert_new, upsert
from oo.modules.notifier.tables import deliveries, devices, optouts, presences, pushes, wishes

WORKS, ASKED, TROUBLED, GONE = "works", "asked", "troubled", "gone"

_PRESENCE = Prepared(select(presences).where(presences.c.user_id == bindparam("user")))


def of_person(tx: Transaction, user: str) -> Sequence[Row[Any]]:
    """The person's devices, oldest first."""
    return tx.execute(select(devices).where(devices.c.user_id == user).order_by(devices.c.since, devices.c.id)).all()


def one(tx: Transaction, user: str, device: str) -> Row[Any] | None:
    """A device of the person, or None."""
    return tx.execute(select(devices).where(devices.c.id == device, devices.c.user_id == user)).one_or_none()


def with_digest(tx: Transaction, digest: str) -> Row[Any] | None:
    """Whoever's device has this address."""
    return tx.execute(select(devices).where(devices.c.digest == digest)).one_or_none()


def many(tx: Transaction, user: str) -> int:
    """How many devices the person has."""
    return int(tx.execute(select(func.count()).select_from(devices).where(devices.c.user_id == user)).scalar_one())


def add(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Note a device."""
    tx.execute(insert(devices).values(**row))


def change(tx: Transaction, device: str, values: Mapping[str, Any]) -> None:
    """Change a device."""
    tx.execute(update(devices).where(devices.c.id == device).values(**values))


def remove(tx: Transaction, device: str) -> int:
    """Forget a device, and let go of what was still to be sent to it; the number of devices."""
    waiting = (deliveries.c.device_id == device, deliveries.c.state == "planned")
    tx.execute(update(deliveries).where(*waiting).values(state="dropped", reason="device-gone", token=None))
    return tx.execute(delete(devices).where(devices.c.id == device)).rowcount


def wishes_of(tx: Transaction, user: str) -> Row[Any] | None:
    """What the person said they wish."""
    return tx.execute(select(wishes).where(wishes.c.user_id == user)).one_or_none()


def put_wishes(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Keep what the person wishes."""
    upsert(tx, wishes, row)


def presence(tx: Transaction, user: str) -> Row[Any] | None:
    """Where and when the person was last here."""
    rows = tx.fetch(_PRESENCE, {"user": user})
    return rows[0] if rows else None


def add_presence(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Begin to look for the person's moments; False when that was begun before."""
    return insert_new(tx, presences, row)


def change_presence(tx: Transaction, user: str, values: Mapping[str, Any]) -> int:
    """Change what is known of where the person is; the number of rows."""
    return tx.execute(update(presences).where(presences.c.user_id == user).values(**values)).rowcount


def opt_out(tx: Transaction, id: str, user: str, at: datetime, what: str, since: datetime) -> int:
    """Note that the person wants less; the number of pushes that went to them since an instant."""
    mine = (pushes.c.user_id == user, pushes.c.sent_at >= since)
    after = tx.execute(select(func.count()).select_from(pushes).where(*mine)).scalar_one()
    tx.execute(insert(optouts).values(id=id, user_id=user, at=at, what=what, after=after))
    return int(after)


def planned(tx: Transaction, user: str, due_at: datetime, values: Mapping[str, Any]) -> int:
    """Note what was planned, unless something came up meanwhile that asks to look again; the number of rows."""
    mine = (presences.c.user_id == user, presences.c.due_at == due_at)
    return tx.execute(update(presences).where(*mine).values(**values)).rowcount
