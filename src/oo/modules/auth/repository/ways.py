"""The queries about ways in: identities at providers, passkeys, sign-ins on their way, and the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, delete, func, insert, select, update

from oo.kernel.db import Transaction, insert_new
from oo.modules.auth.repository import SLICE
from oo.modules.auth.tables import attempts, entries, identities, passkeys

_IDENTITY = select(identities).where(identities.c.subject_digest == bindparam("digest"))
_PASSKEY = select(passkeys).where(passkeys.c.credential_digest == bindparam("digest"))
_ATTEMPT = select(attempts).where(attempts.c.digest == bindparam("digest"))
_TAKE = delete(attempts).where(attempts.c.digest == bindparam("digest"))
_OVER = delete(attempts).where(attempts.c.expires_at <= bindparam("now"))
_OPEN = select(func.count()).select_from(attempts)
_COUNTED = (
    update(passkeys)
    .where(passkeys.c.id == bindparam("passkey"), passkeys.c.counter == bindparam("was"))
    .values(counter=bindparam("now_at"), used_at=bindparam("now"))
)
_USED = update(identities).where(identities.c.id == bindparam("identity")).values(used_at=bindparam("now"))


def add_attempt(tx: Transaction, row: Mapping[str, Any], now: datetime, most: int) -> bool:
    """Keep a sign-in on its way, after those that are over were deleted; False when there are too many."""
    tx.execute(_OVER, {"now": now})
    if tx.execute(_OPEN).scalar_one() >= most:
        return False
    tx.execute(insert(attempts), row)
    return True


def take_attempt(tx: Transaction, digest: str) -> Row[Any] | None:
    """Use a sign-in up: whoever asks first gets it, nobody else."""
    found = tx.execute(_ATTEMPT, {"digest": digest}).first()
    return found if found is not None and tx.execute(_TAKE, {"digest": digest}).rowcount == 1 else None


def identity(tx: Transaction, digest: str) -> Row[Any] | None:
    """Whom a provider's subject belongs to."""
    return tx.execute(_IDENTITY, {"digest": digest}).first()


def add_identity(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Keep an identity unless its subject belongs to somebody; True when added."""
    return insert_new(tx, identities, row)


def identity_used(tx: Transaction, identity: str, now: datetime) -> bool:
    """Note a sign-in by it; False when it was removed meanwhile."""
    return tx.execute(_USED, {"identity": identity, "now": now}).rowcount == 1


def passkey(tx: Transaction, digest: str) -> Row[Any] | None:
    """The passkey of a credential's digest."""
    return tx.execute(_PASSKEY, {"digest": digest}).first()


def has_passkeys(tx: Transaction) -> bool:
    """Whether anybody has a passkey."""
    return tx.execute(select(passkeys.c.id).limit(1)).first() is not None


def add_passkey(tx: Transaction, row: Mapping[str, Any]) -> bool:
    """Keep a passkey unless its credential is there; True when added."""
    return insert_new(tx, passkeys, row)


def passkey_used(tx: Transaction, passkey: str, was: int, count: int, now: datetime) -> bool:
    """Note a sign-in and the new counter; False when another one moved it, or it was removed meanwhile."""
    values = {"passkey": passkey, "was": was, "now_at": count, "now": now}
    return tx.execute(_COUNTED, values).rowcount == 1


def identities_of(tx: Transaction, user: str) -> list[Row[Any]]:
    """The person's identities, oldest first."""
    return _of(tx, identities, user)


def passkeys_of(tx: Transaction, user: str) -> list[Row[Any]]:
    """The person's passkeys, oldest first."""
    return _of(tx, passkeys, user)


def remove(tx: Transaction, user: str, way: str) -> str | None:
    """Take away the person's way of this id; what it was, None when the person has none of it."""
    for table, what in ((identities, "provider"), (passkeys, "passkey")):
        if tx.execute(delete(table).where(table.c.id == way, table.c.user_id == user)).rowcount == 1:
            return what
    return None


def note(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Write a line of the audit."""
    tx.execute(insert(entries), row)


def forget(tx: Transaction, now: datetime, audited: datetime) -> int:
    """Delete a slice of the sign-ins that are over and of audit lines from before `audited`; the number of rows."""
    old = select(entries.c.id).where(entries.c.at <= audited).limit(SLICE // 2)
    over = select(attempts.c.digest).where(attempts.c.expires_at <= now).limit(SLICE // 2)
    return (
        tx.execute(delete(entries).where(entries.c.id.in_(old))).rowcount
        + tx.execute(delete(attempts).where(attempts.c.digest.in_(over))).rowcount
    )


def _of(tx: Transaction, table: Table, user: str) -> list[Row[Any]]:
    query = select(table).where(table.c.user_id == user).order_by(table.c.created_at, table.c.id)
    return list(tx.execute(query).all())
