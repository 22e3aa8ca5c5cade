"""The one read behind every fresh decision: all that is known of a person, without words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from oo.kernel.db import Prepared, Transaction, among
from oo.modules.integrations.repository.connections import ENDED
from oo.modules.integrations.tables import busy_blocks, completions, connections, items

# What was finished last comes with the connections: each statement costs, and this read is behind every fresh decision.
_LAST = (
    select(completions.c.project)
    .where(completions.c.user_id == bindparam("user"))
    .order_by(completions.c.at.desc())
    .limit(1)
    .scalar_subquery()
)
_CONNECTIONS = Prepared(
    select(
        connections.c.id,
        connections.c.state,
        connections.c.read_at,
        connections.c.created_at,
        _LAST.label("last_project"),
    ).where(connections.c.user_id == bindparam("user"))
)
_OPEN = select(items.c.facts).where(items.c.user_id == bindparam("user"), items.c.state == "open").order_by(items.c.ref)
_BUSY = (
    select(busy_blocks.c.starts_at, busy_blocks.c.ends_at, busy_blocks.c.all_day)
    .where(busy_blocks.c.user_id == bindparam("user"), busy_blocks.c.ends_at > bindparam("since"))
    .order_by(busy_blocks.c.starts_at, busy_blocks.c.ends_at)
)
_LIVING_OF_ALL = Prepared(
    select(
        connections.c.id, connections.c.user_id, connections.c.state, connections.c.read_at, connections.c.created_at
    ).where(among(connections.c.user_id), connections.c.state != ENDED)
)
_OPEN_OF_ALL = Prepared(
    select(items.c.user_id, items.c.connection_id, items.c.facts)
    .where(among(items.c.user_id), items.c.state == "open")
    .order_by(items.c.user_id, items.c.ref)
)
_BUSY_OF_ALL = Prepared(
    select(
        busy_blocks.c.user_id,
        busy_blocks.c.connection_id,
        busy_blocks.c.starts_at,
        busy_blocks.c.ends_at,
        busy_blocks.c.all_day,
    )
    .where(among(busy_blocks.c.user_id), busy_blocks.c.ends_at > bindparam("since"))
    .order_by(busy_blocks.c.user_id, busy_blocks.c.starts_at, busy_blocks.c.ends_at)
)
_LAST_AT = (
    select(completions.c.user_id, func.max(completions.c.at).label("at"))
    .where(among(completions.c.user_id))
    .group_by(completions.c.user_id)
    .subquery()
)
_LAST_OF_ALL = Prepared(
    select(completions.c.user_id, completions.c.project).join(
        _LAST_AT, (completions.c.user_id == _LAST_AT.c.user_id) & (completions.c.at == _LAST_AT.c.at)
    )
)
_ALL_OPEN, _ALL_BUSY = Prepared(_OPEN), Prepared(_BUSY)


@dataclass(frozen=True, slots=True)
class Stock:
    """The rows of an inventory, as they were read."""

    connections: Sequence[Row[Any]]
    facts: Sequence[str]
    """One JSON object each."""
    busy: Sequence[Row[Any]]
    last_project: str | None


def stock(tx: Transaction, user: str, since: datetime) -> Stock:
    """Connections, open items, busy blocks that end after `since`, and the project of what was finished last."""
    every = tx.fetch(_CONNECTIONS, {"user": user})
    living = [row for row in every if row.state != ENDED]
    if not living:
        return Stock((), (), (), None)
    whose, ending = {"user": user}, {"user": user, "since": since}
    if len(living) == len(every):
        facts, busy = tx.fetch(_ALL_OPEN, whose), tx.fetch(_ALL_BUSY, ending)
    else:  # one is being forgotten right now
        ids = [row.id for row in living]
        facts = list(tx.execute(_OPEN.where(items.c.connection_id.in_(ids)), whose).all())
        busy = list(tx.execute(_BUSY.where(busy_blocks.c.connection_id.in_(ids)), ending).all())
    return Stock(living, [row[0] for row in facts], busy, living[0].last_project)


def stocks(tx: Transaction, users: Collection[str], since: datetime) -> Mapping[str, Stock]:
    """The same of many people, at most some hundred; those without a connection are left out."""
    many = {"users": users}
    living: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in tx.fetch(_LIVING_OF_ALL, many):
        living[row.user_id].append(row)
    ids = {row.id for rows in living.values() for row in rows}
    facts: dict[str, list[str]] = defaultdict(list)
    for row in tx.fetch(_OPEN_OF_ALL, many):
        if row.connection_id in ids:  # else it is being forgotten right now
            facts[row.user_id].append(row.facts)
    busy: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in tx.fetch(_BUSY_OF_ALL, {**many, "since": since}):
        if row.connection_id in ids:
            busy[row.user_id].append(row)
    last = {row.user_id: row.project for row in tx.fetch(_LAST_OF_ALL, many)}
    return {user: Stock(rows, facts.get(user, ()), busy.get(user, ()), last.get(user)) for user, rows in living.items()}
