"""Erasing a person from a room's tables in slices, as a unit of work holds everybody else up for as long as it runs."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Table, delete, select, tuple_

from oo.kernel.db import Transaction

ROWS = 500
"""Rows that a unit deletes at most (docs/adr/0002)."""


def erase_slice(tx: Transaction, tables: Iterable[Table], user: str) -> int:
    """Delete rows of the person from tables with a column `user_id`, in their order; their number, 0 at the end."""
    deleted = 0
    for table in tables:
        keys = tuple_(*table.primary_key)
        some = select(*table.primary_key).where(table.c.user_id == user).limit(ROWS - deleted)
        deleted += tx.execute(delete(table).where(table.c.user_id == user, keys.in_(some))).rowcount
        if deleted >= ROWS:
            break
    return deleted
