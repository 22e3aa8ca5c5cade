"""Queries about connections."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, null, or_, select, tuple_, update

from oo.kernel.db import Prepared, Transaction, insert_new
from oo.modules.integrations.tables import (
    busy_blocks,
    completions,
    connections,
    documents,
    grants,
    items,
    writebacks,
)

SLICE = 400
ENDED = "ended"
"""Being forgotten: invisible from the first moment, its rows deleted slice by slice."""
ASLEEP = ("paused", "reconnect", ENDED)
"""States in which nothing is read by the clock."""

_ONE = Prepared(select(connections).where(connections.c.id == bindparam("connection"), connections.c.state != ENDED))
# A vault's cursor takes some 70 bytes a note: only who reads the source needs it.
_LIGHT = select(*(column for column in connections.c if column is not connections.c.cursor), null().label("cursor"))
_OF = Prepared(
    _LIGHT.where(connections.c.user_id == bindparam("user"), connections.c.state != ENDED).order_by(
        connections.c.created_at, connections.c.id
    )
)
_DUE = or_(
    connections.c.connector.not_in(bindparam("remote", expanding=True)), connections.c.next_at <= bindparam("now")
)
_AWAKE = _LIGHT.where(connections.c.state.not_in(ASLEEP), _DUE).order_by(connections.c.next_at, connections.c.id)
_DOCUMENTS = Prepared(
    select(documents.c.name, documents.c.version, func.length(documents.c.content).label("size"))
    .where(documents.c.connection_id == bindparam("connection"))
    .order_by(documents.c.name)
)
_LIVES = select(connections.c.user_id).where(connections.c.id == bindparam("connection"), connections.c.state != ENDED)


def one(tx: Transaction, connection: str) -> Row[Any] | None:
    """A connection that is not being forgotten."""
    rows: list[Row[Any]] = tx.fetch(_ONE, {"connection": connection})
    return rows[0] if rows else None


def lives(tx: Transaction, connection: str) -> str | None:
    """The person whose connection this is, None when it is gone; asked by every unit that adds to it."""
    owner: str | None = tx.execute(_LIVES, {"connection": connection}).scalar()
    return owner


def tried(tx: Transaction, connection: str, user: str, before: datetime | None, after: datetime) -> bool:
    """Note when a connection was tried, if nobody else did since `before`; False when somebody did, or it is gone."""
    found = (connections.c.id == connection, connections.c.user_id == user, connections.c.state != ENDED)
    same = connections.c.tried_at.is_not_distinct_from(before)
    return tx.execute(update(connections).where(*found, same).values(tried_at=after)).rowcount == 1


def of_person(tx: Transaction, user: str) -> list[Row[Any]]:
    """The person's connections without their cursors, oldest first."""
    return tx.fetch(_OF, {"user": user})


def awake(tx: Transaction, remote: Sequence[str], now: datetime) -> list[Row[Any]]:
    """Every connection that may be read now by the clock, without its cursor; of the remote connectors what is due."""
    return list(tx.execute(_AWAKE, {"remote": list(remote) or [""], "now": now}).all())


def at_place(tx: Transaction, user: str, connector: str, place: str) -> Row[Any] | None:
    """The person's connection of this kind to this place."""
    same = (connections.c.user_id == user, connections.c.connector == connector, connections.c.place == place)
    return tx.execute(_LIGHT.where(*same)).first()


def add(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Add a connection unless there is one to this place; True when it was added."""
    return insert_new(tx, connections, row)


def change(tx: Transaction, connection: str, values: Mapping[str, Any]) -> None:
    """Set columns of a connection."""
    tx.execute(update(connections).where(connections.c.id == connection).values(**values))


def wake(tx: Transaction, user: str, at: datetime) -> None:
    """Let the person's connections that can be read be read at once."""
    able = (connections.c.user_id == user, connections.c.state.not_in((*ASLEEP, "slow")))
    tx.execute(update(connections).where(*able).values(next_at=at))


def hint(tx: Transaction, connector: str, named: Collection[str], at: datetime) -> None:
    """Let these connections be read at once, as their source says that there is news."""
    able = (connections.c.connector == connector, connections.c.state.not_in((*ASLEEP, "slow")))
    tx.execute(update(connections).where(connections.c.id.in_(list(named)), *able).values(next_at=at, quiet=0))


def open_counts(tx: Transaction, user: str) -> dict[str, int]:
    """How many open items each connection of the person has."""
    counting = (
        select(items.c.connection_id, func.count().label("many"))
        .where(items.c.user_id == user, items.c.state == "open")
        .group_by(items.c.connection_id)
    )
    return {row.connection_id: row.many for row in tx.execute(counting)}


def ended(tx: Transaction) -> list[tuple[str, str]]:
    """Connections whose forgetting was begun, with their persons."""
    rows = tx.execute(select(connections.c.id, connections.c.user_id).where(connections.c.state == ENDED))
    return [(row.id, row.user_id) for row in rows]


def forget_slice(tx: Transaction, connection: str) -> int:
    """Delete some of what came from a connection; the number of rows, 0 when only its own row is left."""
    for table in (grants, items, busy_blocks, completions, writebacks, documents):
        keys: list[ColumnElement[Any]] = list(table.primary_key)
        some = select(*keys).where(table.c.connection_id == connection).limit(SLICE)
        gone = tx.execute(delete(table).where(tuple_(*keys).in_(some))).rowcount
        if gone:
            return gone
    return 0


def remove(tx: Transaction, connection: str) -> int:
    """Delete the connection's own row."""
    return tx.execute(delete(connections).where(connections.c.id == connection)).rowcount


def states(tx: Transaction) -> dict[str, int]:
    """How many connections are in each state."""
    counting = select(connections.c.state, func.count().label("many")).group_by(connections.c.state)
    return {row.state: row.many for row in tx.execute(counting)}


def oldest_read(tx: Transaction) -> datetime | None:
    """When the connection that was read least recently was read, of those that are read by the clock."""
    row = tx.execute(
        select(connections.c.read_at)
        .where(connections.c.state.not_in(ASLEEP), connections.c.read_at.is_not(None))
        .order_by(connections.c.read_at)
        .limit(1)
    ).first()
    found: datetime | None = row[0] if row else None
    return found


def document(tx: Transaction, connection: str, name: str) -> Row[Any] | None:
    """A document that oO keeps."""
    named = (documents.c.connection_id == connection, documents.c.name == name)
    return tx.execute(select(documents).where(*named)).first()


def documents_of(tx: Transaction, connection: str) -> Sequence[Row[Any]]:
    """Name, version and size of every document of a connection, by name."""
    return tx.fetch(_DOCUMENTS, {"connection": connection})


def save_document(
    tx: Transaction, user: str, connection: str, name: str, sealed: bytes, expected: int | None
) -> int | None:
    """Write a document that still has the expected version (None: there is none yet); the new version, or None."""
    if lives(tx, connection) != user:
        return None
    key = (documents.c.user_id == user, documents.c.connection_id == connection, documents.c.name == name)
    version = (expected or 0) + 1
    if expected is None:
        row = {"user_id": user, "connection_id": connection, "name": name, "content": sealed, "version": version}
        return version if insert_new(tx, documents, row) else None
    changed = tx.execute(
        update(documents).where(*key, documents.c.version == expected).values(content=sealed, version=version)
    )
    return version if changed.rowcount == 1 else None
