"""Everything of one person: deleted, or shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import LargeBinary, select

from oo.kernel.db import Transaction
from oo.kernel.erasing import erase_slice
from oo.kernel.keys import Cipher
from oo.modules.integrations.tables import connections, metadata

# Connections first: without one nothing is read into it or written back any more while the rest goes.
_OWN = [table for table in metadata.sorted_tables if "user_id" in table.c]
_ORDER = (connections, *(table for table in _OWN if table is not connections))
_SECRETS = {"grants": "secret", "tickets": "sealed"}
_KEPT_BACK = "not in this file: whoever has it is let in there"


def erase(tx: Transaction, user: str) -> int:
    """Delete a slice of what is kept of the person; the number of rows, 0 when nothing is left."""
    return erase_slice(tx, _ORDER, user)


def export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Everything of the person by table, every sealed column opened."""
    shown: dict[str, list[dict[str, Any]]] = {}
    for table in metadata.sorted_tables:
        if "user_id" not in table.c:
            continue
        sealed = [column.name for column in table.c if isinstance(column.type, LargeBinary)]
        rows = [dict(row) for row in tx.execute(select(table).where(table.c.user_id == user)).mappings()]
        if (secret := _SECRETS.get(table.name)) is not None:
            shown[table.name] = [{**row, secret: _KEPT_BACK} for row in rows]
            continue
        for row in rows:
            for name in sealed:
                if row[name] is not None:
                    row[name] = cipher.open_bytes(f"{table.name}.{name}", row[name]).decode(errors="replace")
        shown[table.name] = rows
    return shown
