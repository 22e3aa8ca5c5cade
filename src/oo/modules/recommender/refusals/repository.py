"""Every query of what was refused, and of what was said lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, tuple_, update

from oo.kernel.db import Transaction, upsert
from oo.modules.recommender.tables import prints, refusals, tips

SLICE = 500
SAID = 5
"""How many of the last tips are looked at for their words."""


def add(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what was refused."""
    if rows:
        tx.execute(insert(refusals), rows)


def note(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Keep the fingerprint of a tip that stands now."""
    upsert(tx, prints, [row])


def prints_since(tx: Transaction, user: str, instant: datetime) -> list[bytes]:
    """The sealed fingerprints of what was said since an instant, newest first."""
    mine = (prints.c.user_id == user, prints.c.at >= instant)
    return list(tx.execute(select(prints.c.print).where(*mine).order_by(prints.c.at.desc())).scalars())


def said_last(tx: Transaction, user: str) -> Sequence[Row[Any]]:
    """The sealed words of the last tips that still have any, newest first."""
    mine = (tips.c.user_id == user, tips.c.words.is_not(None))
    return tx.execute(select(tips.c.words).where(*mine).order_by(tips.c.served_at.desc()).limit(SAID)).all()


def drop_texts(tx: Transaction, user: str) -> int:
    """Delete the texts of all that was refused for the person; the number of rows."""
    mine = (refusals.c.user_id == user, refusals.c.text.is_not(None))
    return tx.execute(update(refusals).where(*mine).values(text=None)).rowcount


def forget_texts(tx: Transaction, instant: datetime) -> int:
    """Delete the texts of a slice of what was refused before an instant; the number of rows."""
    old = select(refusals.c.id).where(refusals.c.at < instant, refusals.c.text.is_not(None)).limit(SLICE)
    return tx.execute(update(refusals).where(refusals.c.id.in_(old)).values(text=None)).rowcount


def forget_before(tx: Transaction, instant: datetime, said: datetime) -> int:
    """Delete a slice of what was refused before an instant, and of fingerprints from before `said`."""
    count = 0
    for table, old in ((refusals, refusals.c.at < instant), (prints, prints.c.at < said)):
        keys = tuple_(*table.primary_key)
        some = select(*table.primary_key).where(old).limit(SLICE)
        count += tx.execute(delete(table).where(keys.in_(some))).rowcount
    return count
