"""Every query of the notifier, a file for each part; here is what concerns all tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from oo.kernel.db import Transaction
from oo.kernel.erasing import erase_slice
from oo.modules.notifier.tables import metadata


def erase(tx: Transaction, user: str) -> int:
    """Delete a slice of what is kept of the person; the number of rows, 0 when nothing is left."""
    return erase_slice(tx, metadata.sorted_tables, user)


def rows_of(tx: Transaction, user: str) -> Mapping[str, Sequence[dict[str, Any]]]:
    """Everything of the person, as it lies in the tables."""
    return {
        table.name: [dict(row) for row in tx.execute(select(table).where(table.c.user_id == user)).mappings()]
        for table in metadata.sorted_tables
    }
