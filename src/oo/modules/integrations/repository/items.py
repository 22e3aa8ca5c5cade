"""Queries about items, busy times and completions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, tuple_, update

from oo.kernel.db import Prepared, Transaction, upsert
from oo.modules.integrations.repository.connections import ENDED
from oo.modules.integrations.tables import busy_blocks, completions, connections, items

SLICE = 400
Block = tuple[datetime, datetime, bool]
"""Start, end and whether it is all day."""

_KNOWN = select(items.c.ref, items.c.state, items.c.facts, items.c.title, items.c.named_at).where(
    items.c.connection_id == bindparam("connection")
)
_KNOWN_OF = _KNOWN.where(items.c.user_id == bindparam("user"), items.c.ref.in_(bindparam("refs", expanding=True)))
_REFS = select(items.c.ref).where(items.c.connection_id == bindparam("connection"))
_BLOCKS = select(busy_blocks.c.starts_at, busy_blocks.c.ends_at, busy_blocks.c.all_day).where(
    busy_blocks.c.user_id == bindparam("user"), busy_blocks.c.connection_id == bindparam("connection")
)
_WORDS = (
    select(
        items.c.ref,
        items.c.connection_id,
        items.c.title,
        items.c.project,
        items.c.address,
        connections.c.connector,
        connections.c.name,
    )
    .join(connections, connections.c.id == items.c.connection_id)
    .where(items.c.user_id == bindparam("user"), connections.c.state != ENDED)
)
_NAMED = _WORDS.where(items.c.ref.in_(bindparam("refs", expanding=True)))
_NAMED_ONE = Prepared(_WORDS.where(items.c.ref == bindparam("ref")))
_FACTS = Prepared(
    select(items.c.facts)
    .join(connections, connections.c.id == items.c.connection_id)
    .where(items.c.user_id == bindparam("user"), items.c.ref == bindparam("ref"), connections.c.state != ENDED)
)
_GONE = delete(items).where(items.c.user_id == bindparam("person"), items.c.ref == bindparam("gone"))
_NAME = (
    update(items)
    .where(items.c.user_id == bindparam("person"), items.c.ref == bindparam("named"))
    .values({name: bindparam(name) for name in ("title", "project", "address", "named_at")})
)
_ADD_BLOCK = insert(busy_blocks)
_DROP_BLOCK = delete(busy_blocks).where(
    busy_blocks.c.user_id == bindparam("person"),
    busy_blocks.c.connection_id == bindparam("connection"),
    busy_blocks.c.starts_at == bindparam("starts"),
    busy_blocks.c.ends_at == bindparam("ends"),
    busy_blocks.c.all_day == bindparam("whole"),
)


def known(tx: Transaction, connection: str) -> list[Row[Any]]:
    """What was last known of a connection's items."""
    return list(tx.execute(_KNOWN, {"connection": connection}).all())


def known_of(tx: Transaction, user: str, connection: str, refs: Sequence[str]) -> list[Row[Any]]:
    """What was last known of these items of a connection; those that are not known are left out."""
    found: list[Row[Any]] = []
    for at in range(0, len(refs), SLICE):
        found += tx.execute(_KNOWN_OF, {"user": user, "connection": connection, "refs": refs[at : at + SLICE]}).all()
    return found


def refs(tx: Transaction, connection: str) -> list[str]:
    """The references of a connection's items."""
    return list(tx.execute(_REFS, {"connection": connection}).scalars())


def any_of(tx: Transaction, connection: str) -> bool:
    """Whether anything is known of a connection."""
    return tx.execute(_REFS.limit(1), {"connection": connection}).first() is not None


def facts(tx: Transaction, user: str, ref: str) -> str | None:
    """What was last known of an item, as JSON; None when it is gone or its connection is being forgotten."""
    rows = tx.fetch(_FACTS, {"user": user, "ref": ref})
    return str(rows[0].facts) if rows else None


def store(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace items; rows without words leave the words there are."""
    for words in (True, False):
        upsert(tx, items, [row for row in rows if ("title" in row) is words])


def remove(tx: Transaction, user: str, refs: Collection[str]) -> None:
    """Delete items."""
    if refs:
        tx.execute(_GONE, [{"person": user, "gone": ref} for ref in refs])


def named(tx: Transaction, user: str, refs: Collection[str]) -> list[Row[Any]]:
    """The named items of the person with their sealed words, as far as they are cached, and their sources' names."""
    if len(refs) == 1:  # the tip's own: no list to expand
        return tx.fetch(_NAMED_ONE, {"user": user, "ref": next(iter(refs))})
    return list(tx.execute(_NAMED, {"user": user, "refs": list(refs)}).all())


def name(tx: Transaction, user: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Cache words of items that are there; each row has `named` (the ref) and the sealed words."""
    if rows:
        tx.execute(_NAME, [{"person": user, **row} for row in rows])


def forget_words(tx: Transaction, before: datetime) -> int:
    """Delete a slice of the words that were last named before then; the number of items."""
    keys = (items.c.user_id, items.c.ref)
    some = select(*keys).where(items.c.named_at < before).limit(SLICE)
    blank = {"title": None, "project": None, "address": None, "named_at": None}
    return tx.execute(update(items).where(tuple_(*keys).in_(some)).values(blank)).rowcount


def blocks(tx: Transaction, user: str, connection: str) -> set[Block]:
    """The busy blocks of a connection."""
    rows = tx.execute(_BLOCKS, {"user": user, "connection": connection})
    return {(row.starts_at, row.ends_at, row.all_day) for row in rows}


def add_blocks(tx: Transaction, user: str, connection: str, added: Sequence[Block]) -> None:
    """Add busy blocks."""
    if added:
        own = {"user_id": user, "connection_id": connection}
        tx.execute(_ADD_BLOCK, [{**own, "starts_at": one[0], "ends_at": one[1], "all_day": one[2]} for one in added])


def drop_blocks(tx: Transaction, user: str, connection: str, dropped: Sequence[Block]) -> None:
    """Delete busy blocks."""
    if dropped:
        own = {"person": user, "connection": connection}
        tx.execute(_DROP_BLOCK, [{**own, "starts": one[0], "ends": one[1], "whole": one[2]} for one in dropped])


def complete(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep that items were completed, and when."""
    upsert(tx, completions, rows)


def reopen(tx: Transaction, user: str, digests: Collection[str]) -> None:
    """Take back completions."""
    if digests:
        tx.execute(delete(completions).where(completions.c.user_id == user, completions.c.item.in_(list(digests))))


def forget_completions(tx: Transaction, before: datetime) -> int:
    """Delete a slice of the completions from before then; the number of rows."""
    keys = (completions.c.user_id, completions.c.item)
    some = select(*keys).where(completions.c.at < before).limit(SLICE)
    return tx.execute(delete(completions).where(tuple_(*keys).in_(some))).rowcount
