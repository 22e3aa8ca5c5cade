"""Every query of profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select

from oo.kernel.db import Transaction, upsert
from oo.kernel.erasing import erase_slice
from oo.kernel.keys import Cipher
from oo.modules.profile.tables import metadata, prefs

GLOBAL = "global"

_VALUES = select(prefs.c.key, prefs.c.value).where(
    prefs.c.user_id == bindparam("user"), prefs.c.scope == bindparam("scope")
)


class Counts(NamedTuple):
    """How many there are."""

    people: int
    prefs: int


def values(tx: Transaction, user: str) -> dict[str, str]:
    """What was set for the person globally, by key."""
    return {row.key: row.value for row in tx.execute(_VALUES, {"user": user, "scope": GLOBAL})}


def put(tx: Transaction, user: str, changed: Mapping[str, str], source: str, now: datetime) -> None:
    """Set global preferences."""
    upsert(
        tx,
        prefs,
        [
            {"user_id": user, "scope": GLOBAL, "key": key, "value": value, "source": source, "at": now}
            for key, value in changed.items()
        ],
    )


def counts(tx: Transaction) -> Counts:
    """How many people have set something, and how much is set."""
    people, total = tuple(tx.execute(select(func.count(prefs.c.user_id.distinct()), func.count(prefs.c.key))).one())
    return Counts(people, total)


def erase(tx: Transaction, user: str) -> int:
    """Delete a slice of what is kept of the person; the number of rows, 0 when nothing is left."""
    return erase_slice(tx, metadata.sorted_tables, user)


def export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Everything of the person; nothing here is sealed."""
    return {
        table.name: [dict(row) for row in tx.execute(select(table).where(table.c.user_id == user)).mappings()]
        for table in metadata.sorted_tables
    }
