"""Every query of profile."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, delete, func, select

from oo.contracts.consents import CONSENTS
from oo.contracts.ids import UserId
from oo.kernel.db import Prepared, Transaction, among, upsert
from oo.kernel.erasing import erase_slice
from oo.kernel.keys import Cipher
from oo.modules.profile.tables import SAID, consents, contexts, knowledge, metadata, prefs

GLOBAL = "global"
SWITCH = "on"
"""The preference of an agent's scope that lets it take part."""

_VALUES = Prepared(
    select(prefs.c.key, prefs.c.value).where(prefs.c.user_id == bindparam("user"), prefs.c.scope == bindparam("scope"))
)
_CONSENTS = Prepared(select(consents).where(consents.c.user_id == bindparam("user")))
_VALUES_OF_ALL = Prepared(
    select(prefs.c.user_id, prefs.c.key, prefs.c.value).where(
        among(prefs.c.user_id), prefs.c.scope == bindparam("scope")
    )
)
_CONSENTS_OF_ALL = Prepared(
    select(consents.c.user_id, consents.c.key, consents.c.granted).where(among(consents.c.user_id))
)
_CONTEXTS_OF_ALL = Prepared(select(contexts).where(among(contexts.c.user_id)))
_OFF_OF_ALL = Prepared(
    select(prefs.c.user_id, prefs.c.scope).where(
        among(prefs.c.user_id), prefs.c.key == SWITCH, prefs.c.value == "false"
    )
)
_KNOWN_OF_ALL = Prepared(
    select(knowledge.c.user_id, knowledge.c.scope, knowledge.c.key, knowledge.c.said).where(
        among(knowledge.c.user_id), knowledge.c.said.is_not(None)
    )
)


class Counts(NamedTuple):
    """How many there are."""

    people: int
    prefs: int


def values(tx: Transaction, user: str) -> dict[str, str]:
    """What was set for the person globally, by key."""
    return {row.key: row.value for row in tx.fetch(_VALUES, {"user": user, "scope": GLOBAL})}


def set_by(tx: Transaction, user: str, source: str) -> Sequence[Row[Any]]:
    """What a source set for the person globally: key, value, and when."""
    mine = (prefs.c.user_id == user, prefs.c.scope == GLOBAL, prefs.c.source == source)
    return tx.execute(select(prefs.c.key, prefs.c.value, prefs.c.at).where(*mine)).all()


def values_of_all(tx: Transaction, users: Collection[str]) -> dict[str, dict[str, str]]:
    """What was set for each of many people globally, by person and key."""
    found: dict[str, dict[str, str]] = {}
    for row in tx.fetch(_VALUES_OF_ALL, {"users": users, "scope": GLOBAL}):
        found.setdefault(row.user_id, {})[row.key] = row.value
    return found


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


def consents_of(tx: Transaction, user: str) -> Sequence[Row[Any]]:
    """The consents that the person set."""
    return tx.fetch(_CONSENTS, {"user": user})


def granted(tx: Transaction, user: str) -> frozenset[str]:
    """The keys of `CONSENTS` that are granted now."""
    said = consents_of_all(tx, [user]).get(user, {})
    return frozenset(key for key, given in CONSENTS.items() if said.get(key, given))


def consents_of_all(tx: Transaction, users: Collection[str]) -> dict[str, dict[str, bool]]:
    """What many people set of consents, by person and key."""
    found: dict[str, dict[str, bool]] = {}
    for row in tx.fetch(_CONSENTS_OF_ALL, {"users": users}):
        found.setdefault(row.user_id, {})[row.key] = row.granted
    return found


def put_consent(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Set a consent."""
    upsert(tx, consents, row)


def contexts_of(tx: Transaction, user: str) -> dict[str, Row[Any]]:
    """The contexts that the person set something of, by name."""
    return {row.context: row for row in tx.execute(select(contexts).where(contexts.c.user_id == user))}


def contexts_of_all(tx: Transaction, users: Collection[str]) -> dict[str, dict[str, Row[Any]]]:
    """What many people set of contexts, by person and name."""
    found: dict[str, dict[str, Row[Any]]] = {}
    for row in tx.fetch(_CONTEXTS_OF_ALL, {"users": users}):
        found.setdefault(row.user_id, {})[row.context] = row
    return found


def put_context(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Set a context."""
    upsert(tx, contexts, row)


def switched_off(tx: Transaction, user: str) -> frozenset[str]:
    """The agents that the person switched off."""
    mine = (prefs.c.user_id == user, prefs.c.key == SWITCH, prefs.c.value == "false")
    return frozenset(tx.execute(select(prefs.c.scope).where(*mine)).scalars())


def switched_off_of_all(tx: Transaction, users: Collection[str]) -> dict[str, set[str]]:
    """The agents that many people switched off, by person."""
    found: dict[str, set[str]] = {}
    for row in tx.fetch(_OFF_OF_ALL, {"users": users}):
        found.setdefault(row.user_id, set()).add(row.scope)
    return found


def put_scoped(tx: Transaction, user: str, scope: str, key: str, value: str, now: datetime) -> None:
    """Set a preference of a scope, as the person's."""
    upsert(tx, prefs, {"user_id": user, "scope": scope, "key": key, "value": value, "source": "user", "at": now})


def known_of(tx: Transaction, user: str) -> Sequence[Row[Any]]:
    """All that is known of the person, deletions too, by scope and key."""
    mine = select(knowledge).where(knowledge.c.user_id == user)
    return tx.execute(mine.order_by(knowledge.c.scope, knowledge.c.key)).all()


def known_of_all(tx: Transaction, users: Collection[str]) -> list[tuple[UserId, str, str, bytes]]:
    """What is known of many people, as person, scope, key and sealed text; what they deleted is left out."""
    return tx.fetch(_KNOWN_OF_ALL, {"users": users})


def put_known(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set what is known."""
    upsert(tx, knowledge, rows)


def drop_known(tx: Transaction, user: str, scope: str, key: str) -> int:
    """Delete one row of what is known; the number of rows."""
    mine = (knowledge.c.user_id == user, knowledge.c.scope == scope, knowledge.c.key == key)
    return tx.execute(delete(knowledge).where(*mine)).rowcount


def drop_inferred(tx: Transaction, user: str, scopes: Collection[str]) -> int:
    """Delete what was inferred of the person in these scopes; the number of rows."""
    mine = (knowledge.c.user_id == user, knowledge.c.source == "inferred", knowledge.c.scope.in_(scopes))
    return tx.execute(delete(knowledge).where(*mine)).rowcount


def erase(tx: Transaction, user: str) -> int:
    """Delete a slice of what is kept of the person; the number of rows, 0 when nothing is left."""
    return erase_slice(tx, metadata.sorted_tables, user)


def export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Everything of the person, opened."""
    found = {
        table.name: [dict(row) for row in tx.execute(select(table).where(table.c.user_id == user)).mappings()]
        for table in metadata.sorted_tables
    }
    for row in found[knowledge.name]:
        row["said"] = None if row["said"] is None else json.loads(cipher.open(SAID, row["said"]))
    return found
