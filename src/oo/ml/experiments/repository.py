"""Every query of experiments."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, tuple_, update

from oo.kernel.db import Transaction, insert_new, upsert
from oo.kernel.erasing import erase_slice
from oo.ml.experiments.tables import audits, coins, marks, metadata, quits, shadows, sim_events, sim_runs

SLICE = 500
PERSONAL = (shadows, coins, quits)


def mark(tx: Transaction, name: str) -> str:
    """How far something got; empty at the start."""
    return tx.execute(select(marks.c.after).where(marks.c.name == name)).scalar_one_or_none() or ""


def add_shadows(tx: Transaction, rows: Sequence[Mapping[str, Any]], name: str, after: str) -> None:
    """Log shadows' choices and how far this got."""
    upsert(tx, shadows, rows)
    upsert(tx, marks, {"name": name, "after": after})


def shadows_of(tx: Transaction, policy: str, after: str, limit: int) -> list[Row[Any]]:
    """A policy's (`<id>@<hash>`) choices after a decision's id, in the order of ids."""
    mine = (shadows.c.policy == policy, shadows.c.decision_id > after)
    return list(tx.execute(select(shadows).where(*mine).order_by(shadows.c.decision_id).limit(limit)))


def shadowed(tx: Transaction) -> dict[str, int]:
    """How many decisions each policy (`<id>@<hash>`) was compared on."""
    found = select(shadows.c.policy, func.count().label("rows")).group_by(shadows.c.policy)
    return {row.policy: row.rows for row in tx.execute(found)}


def add_deed(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Add a line to the audit."""
    tx.execute(insert(audits).values(**row))


def deeds(tx: Transaction, limit: int = SLICE) -> list[Row[Any]]:
    """The audit, newest first."""
    return list(tx.execute(select(audits).order_by(audits.c.id.desc()).limit(limit)))


def add_coin(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Note a randomised interruption."""
    tx.execute(insert(coins).values(**row))


def count_done(tx: Transaction, user: str, at: datetime, within: timedelta) -> int:
    """Count a completion for the coins of the person that fell within a span before it."""
    mine = (coins.c.user_id == user, coins.c.at <= at, coins.c.at > at - within)
    return tx.execute(update(coins).where(*mine).values(done=coins.c.done + 1)).rowcount


def coins_of(tx: Transaction, user: str, before: datetime) -> list[Row[Any]]:
    """The person's coins before an instant, oldest first."""
    mine = (coins.c.user_id == user, coins.c.at < before)
    return list(tx.execute(select(coins).where(*mine).order_by(coins.c.at, coins.c.id)))


def add_quit(tx: Transaction, user: str, at: datetime) -> None:
    """Note that the person wants less."""
    insert_new(tx, quits, {"user_id": user, "at": at})


def quits_by_user(tx: Transaction) -> dict[str, list[datetime]]:
    """When people wanted less, by person."""
    found: dict[str, list[datetime]] = {}
    for row in tx.execute(select(quits)):
        found.setdefault(row.user_id, []).append(row.at)
    return found


def keep_run(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Keep a simulation, or replace it."""
    upsert(tx, sim_runs, row)


def add_events(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep days of a simulation."""
    upsert(tx, sim_events, rows)


def runs(tx: Transaction, limit: int = 100) -> list[Row[Any]]:
    """Simulations, newest first."""
    return list(tx.execute(select(sim_runs).order_by(sim_runs.c.id.desc()).limit(limit)))


def forget_before(tx: Transaction, instant: datetime, long_ago: datetime) -> int:
    """Delete a slice of shadows older than an instant, and of coins from long ago; the number of rows."""
    count = 0
    for table, old in (
        (shadows, shadows.c.at < instant),
        (coins, coins.c.at < long_ago),
        (quits, quits.c.at < instant),
    ):
        keys = tuple_(*table.primary_key)
        count += tx.execute(delete(table).where(keys.in_(select(*table.primary_key).where(old).limit(SLICE)))).rowcount
    return count


def erase(tx: Transaction, user: str) -> int:
    """Delete a slice of what is kept of the person; what they did to policies stays, by nobody. The number of rows."""
    erased = erase_slice(tx, PERSONAL, user)
    return erased + tx.execute(update(audits).where(audits.c.user_id == user).values(user_id="")).rowcount


def rows_of(tx: Transaction, user: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Everything of the person, as it lies in the tables."""
    return {
        table.name: [dict(row) for row in tx.execute(select(table).where(table.c.user_id == user)).mappings()]
        for table in metadata.sorted_tables
        if "user_id" in table.c
    }


def settings_of(text: str) -> Mapping[str, Any]:
    """What a run was asked for, or what came of it, as it is written in its row."""
    found: Mapping[str, Any] = json.loads(text)
    return found
