"""Queries about connections that are being made: what went out to a provider, and what is still to be given back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from oo.kernel.db import Transaction, insert_new
from oo.modules.integrations.tables import revocations, tickets

MOST = 20
"""Of a person at once; the oldest go."""
AT_ONCE = 20


def add(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Note what was begun; of too many the oldest ones end."""
    own = tickets.c.user_id == row["user_id"]
    older = select(tickets.c.state).where(own).order_by(tickets.c.expires_at.desc()).offset(MOST - 1)
    tx.execute(delete(tickets).where(own, tickets.c.state.in_(list(tx.execute(older).scalars()))))
    insert_new(tx, tickets, row)


def take(tx: Transaction, state: str) -> Row[Any] | None:
    """What was begun under this state, which ends with that: nobody comes back twice."""
    row = tx.execute(select(tickets).where(tickets.c.state == state)).first()
    if row is None or tx.execute(delete(tickets).where(tickets.c.state == state)).rowcount != 1:
        return None
    return row


def peek(tx: Transaction, state: str) -> Row[Any] | None:
    """What was begun under this state, left as it is."""
    return tx.execute(select(tickets).where(tickets.c.state == state)).first()


def expire(tx: Transaction, now: datetime) -> int:
    """Delete what was begun too long ago; the number of rows."""
    return tx.execute(delete(tickets).where(tickets.c.expires_at < now)).rowcount


def owe(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Note what is to be given back at the provider; True, as it always is."""
    return insert_new(tx, revocations, row)


def owed_kinds(tx: Transaction, now: datetime) -> list[str]:
    """The connectors that have something to be tried to give back now."""
    return list(tx.execute(select(revocations.c.connector).where(revocations.c.due_at <= now).distinct()).scalars())


def owed(tx: Transaction, connector: str, now: datetime) -> list[Row[Any]]:
    """What is to be tried to give back now for a connector, oldest first."""
    due = select(revocations).where(revocations.c.connector == connector, revocations.c.due_at <= now)
    return list(tx.execute(due.order_by(revocations.c.due_at).limit(AT_ONCE)).all())


def owed_one(tx: Transaction, id: str) -> Row[Any] | None:
    """One thing that is to be given back."""
    return tx.execute(select(revocations).where(revocations.c.id == id)).first()


def postpone(tx: Transaction, id: str, tries: int, due_at: datetime) -> bool:
    """Try it again then; False when another process is trying it, or did."""
    same = (revocations.c.id == id, revocations.c.tries == tries)
    return tx.execute(update(revocations).where(*same).values(tries=tries + 1, due_at=due_at)).rowcount == 1


def settle(tx: Transaction, id: str) -> int:
    """It was given back; the number of rows."""
    return tx.execute(delete(revocations).where(revocations.c.id == id)).rowcount


def owed_count(tx: Transaction) -> int:
    """How much is still to be given back."""
    return int(tx.execute(select(func.count()).select_from(revocations)).scalar_one())
