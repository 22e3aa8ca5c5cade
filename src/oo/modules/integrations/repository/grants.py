"""Queries about access to accounts and servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, or_, select, update

from oo.kernel.db import Prepared, Transaction, upsert
from oo.modules.integrations.repository.connections import ENDED, lives
from oo.modules.integrations.tables import connections, grants

_ONE = Prepared(select(grants).where(grants.c.connection_id == bindparam("connection")))


def one(tx: Transaction, connection: str) -> Row[Any] | None:
    """The access of a connection."""
    rows = tx.fetch(_ONE, {"connection": connection})
    return rows[0] if rows else None


def number(tx: Transaction, connection: str) -> int:
    """Which access of a connection this is, 0 for none."""
    row = one(tx, connection)
    return 0 if row is None else row.number


def save(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Keep a new access, in place of the one there is; False when the connection is not the person's, or gone."""
    if lives(tx, row["connection_id"]) != row["user_id"]:
        return False
    upsert(tx, grants, [row])
    return True


def claim(tx: Transaction, connection: str, number: int, now: datetime, until: datetime) -> bool:
    """Take the right to renew it, if nobody else has it; it ends by itself, should its holder die."""
    free = or_(grants.c.renewing_until.is_(None), grants.c.renewing_until <= now)
    same = (grants.c.connection_id == connection, grants.c.number == number)
    return tx.execute(update(grants).where(*same, free).values(renewing_until=until)).rowcount == 1


def renew(tx: Transaction, connection: str, number: int, values: Mapping[str, Any]) -> bool:
    """Keep what a renewal brought, if it is still the one that was renewed."""
    same = (grants.c.connection_id == connection, grants.c.number == number)
    fresh = {"number": number + 1, "renewing_until": None, **values}
    return tx.execute(update(grants).where(*same).values(**fresh)).rowcount == 1


def release(tx: Transaction, connection: str, number: int) -> None:
    """Give the right to renew back."""
    same = (grants.c.connection_id == connection, grants.c.number == number)
    tx.execute(update(grants).where(*same).values(renewing_until=None))


def change(tx: Transaction, connection: str, values: Mapping[str, Any]) -> None:
    """Set columns of an access."""
    tx.execute(update(grants).where(grants.c.connection_id == connection).values(**values))


def of_account(tx: Transaction, account: str) -> list[str]:
    """The connections to an account at a provider."""
    alive = connections.c.state != ENDED
    wanted = select(grants.c.connection_id).join(connections, connections.c.id == grants.c.connection_id)
    return list(tx.execute(wanted.where(grants.c.account == account, alive)).scalars())


def living(tx: Transaction, account: str) -> Sequence[Row[Any]]:
    """Every access to an account at a provider, whosever it is."""
    alive = connections.c.state != ENDED
    wanted = select(grants).join(connections, connections.c.id == grants.c.connection_id)
    return tx.execute(wanted.where(grants.c.account == account, alive)).all()


def of_person(tx: Transaction, user: str) -> Sequence[Row[Any]]:
    """Every access of a person, with the connector it is for."""
    wanted = select(grants, connections.c.connector).join(connections, connections.c.id == grants.c.connection_id)
    return tx.execute(wanted.where(grants.c.user_id == user)).all()


def forget(tx: Transaction, connection: str) -> int:
    """Delete the access of a connection; the number of rows."""
    return tx.execute(delete(grants).where(grants.c.connection_id == connection)).rowcount
