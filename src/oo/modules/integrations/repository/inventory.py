"""The one read behind every fresh decision: all that is known of a person, without words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from oo.kernel.db import Transaction
from oo.modules.integrations.repository.connections import ENDED
from oo.modules.integrations.tables import busy_blocks, completions, connections, items

_CONNECTIONS = select(connections.c.state, connections.c.read_at, connections.c.created_at).where(
    connections.c.user_id == bindparam("user"), connections.c.state != ENDED
)
_OPEN = (
    select(items.c.facts)
    .join(connections, connections.c.id == items.c.connection_id)
    .where(items.c.user_id == bindparam("user"), items.c.state == "open", connections.c.state != ENDED)
    .order_by(items.c.ref)
)
_BUSY = (
    select(busy_blocks.c.starts_at, busy_blocks.c.ends_at, busy_blocks.c.all_day)
    .join(connections, connections.c.id == busy_blocks.c.connection_id)
    .where(
        busy_blocks.c.user_id == bindparam("user"),
        busy_blocks.c.ends_at > bindparam("since"),
        connections.c.state != ENDED,
    )
    .order_by(busy_blocks.c.starts_at, busy_blocks.c.ends_at)
)
_LAST = (
    select(completions.c.project)
    .where(completions.c.user_id == bindparam("user"))
    .order_by(completions.c.at.desc())
    .limit(1)
)


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
    person = {"user": user}
    connected = tx.execute(_CONNECTIONS, person).all()
    if not connected:
        return Stock((), (), (), None)
    return Stock(
        connections=connected,
        facts=tx.execute(_OPEN, person).scalars().all(),
        busy=tx.execute(_BUSY, {"user": user, "since": since}).all(),
        last_project=tx.execute(_LAST, person).scalar(),
    )
