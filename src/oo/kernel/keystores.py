"""Where the wrapped keys of people lie: in a file of their own, or in a schema of Postgres."""

from __future__ import annotations

import contextlib
import math
import sqlite3
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString, Protocol

if TYPE_CHECKING:
    import psycopg

LEASE_SECONDS = 1.0
"""How long a process uses a key that it read from Postgres: so long an erasure waits for the others."""


class KeyStore(Protocol):
    """Keeps wrapped keys. Its user sees to it that one call runs at a time."""

    lease: float
    """Seconds that a key may be used after it was read; infinite where nobody else can destroy it."""

    def instance(self) -> str | None:
        """The digest of the instance key that these keys are wrapped with; None when nobody has said so yet."""

    def claim(self, digest: str) -> str:
        """Say which instance key wraps these keys; the digest of the one that was first to say so."""

    def read(self, user: str) -> bytes | None:
        """The person's wrapped key."""

    def add(self, user: str, wrapped: bytes) -> None:
        """Keep a key, durable on return, unless the person has one."""

    def remove(self, user: str) -> bool:
        """Delete a key, durable on return; True when there was one."""

    def replace(self, user: str, wrapped: bytes, fresh: bytes) -> bool:
        """Put another wrapping in the place of this one, durable on return; False when it is not there any more."""

    def tidy(self) -> None:
        """Let nothing of what was replaced be left on the disk, as far as nobody reads it right now."""

    def users(self) -> list[str]:
        """Everybody who has a key."""

    def close(self) -> None:
        """Let go of what is open."""


class FileStore:
    """`keys.db` in the data folder, which one process owns."""

    lease = math.inf

    def __init__(self, folder: Path) -> None:
        path = folder / "keys.db"
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # A rollback journal and secure_delete: a destroyed key must not survive in a log or on a free page.
        for pragma in ("journal_mode=DELETE", "synchronous=FULL", "secure_delete=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS keys (user_id TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID"
        )

    def instance(self) -> str | None:
        """See `KeyStore.instance`; the file lies beside its instance key."""
        return None

    def claim(self, digest: str) -> str:
        """See `KeyStore.claim`."""
        return digest

    def read(self, user: str) -> bytes | None:
        """See `KeyStore.read`."""
        row = self._db.execute("SELECT wrapped FROM keys WHERE user_id = ?", (user,)).fetchone()
        return row and bytes(row[0])

    def add(self, user: str, wrapped: bytes) -> None:
        """See `KeyStore.add`."""
        self._db.execute("INSERT INTO keys VALUES (?, ?) ON CONFLICT DO NOTHING", (user, wrapped))

    def remove(self, user: str) -> bool:
        """See `KeyStore.remove`."""
        return self._db.execute("DELETE FROM keys WHERE user_id = ?", (user,)).rowcount == 1

    def replace(self, user: str, wrapped: bytes, fresh: bytes) -> bool:
        """See `KeyStore.replace`."""
        asked = "UPDATE keys SET wrapped = ? WHERE user_id = ? AND wrapped = ?"
        return self._db.execute(asked, (fresh, user, wrapped)).rowcount == 1

    def tidy(self) -> None:
        """See `KeyStore.tidy`: `secure_delete` has done so."""

    def users(self) -> list[str]:
        """See `KeyStore.users`."""
        return [str(row[0]) for row in self._db.execute("SELECT user_id FROM keys")]

    def close(self) -> None:
        """Close the file."""
        self._db.close()


_TABLES = """
CREATE SCHEMA IF NOT EXISTS keys;
CREATE TABLE IF NOT EXISTS keys.keys (user_id varchar(26) PRIMARY KEY, wrapped bytea NOT NULL);
CREATE TABLE IF NOT EXISTS keys.instance (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), digest varchar(32) NOT NULL
);
"""


class PostgresStore:
    """The schema `keys` of a Postgres database, which other processes use too."""

    def __init__(self, url: str, *, lease: float = LEASE_SECONDS) -> None:
        from oo.kernel.db.postgres.server import connect

        self.lease = lease
        self._connect = partial(connect, url)
        self._connection: psycopg.Connection[Any] | None = None
        # Asked first: who may use the tables need not be allowed to make them.
        if self._ask("SELECT to_regclass('keys.instance')").fetchone() == (None,):
            self._ask(_TABLES)

    def instance(self) -> str | None:
        """See `KeyStore.instance`."""
        row = self._ask("SELECT digest FROM keys.instance").fetchone()
        return None if row is None else str(row[0])

    def claim(self, digest: str) -> str:
        """See `KeyStore.claim`."""
        self._ask("INSERT INTO keys.instance (digest) VALUES (%s) ON CONFLICT DO NOTHING", (digest,))
        return self.instance() or digest

    def read(self, user: str) -> bytes | None:
        """See `KeyStore.read`."""
        row = self._ask("SELECT wrapped FROM keys.keys WHERE user_id = %s", (user,)).fetchone()
        return None if row is None else bytes(row[0])

    def add(self, user: str, wrapped: bytes) -> None:
        """See `KeyStore.add`."""
        self._ask("INSERT INTO keys.keys VALUES (%s, %s) ON CONFLICT DO NOTHING", (user, wrapped))

    def remove(self, user: str) -> bool:
        """See `KeyStore.remove`; the table is written anew, as a deleted row stays on its page."""
        had = self._ask("DELETE FROM keys.keys WHERE user_id = %s", (user,)).rowcount == 1
        if had:
            self.tidy()
        return had

    def replace(self, user: str, wrapped: bytes, fresh: bytes) -> bool:
        """See `KeyStore.replace`."""
        asked: LiteralString = "UPDATE keys.keys SET wrapped = %s WHERE user_id = %s AND wrapped = %s"
        return self._ask(asked, (fresh, user, wrapped)).rowcount == 1

    def tidy(self) -> None:
        """See `KeyStore.tidy`."""
        import psycopg

        # A back-up may read the table right now: the row is gone all the same, its bytes go with the next one.
        with self._connect("lock_timeout=2000") as apart, contextlib.suppress(psycopg.errors.LockNotAvailable):
            apart.execute("VACUUM (FULL) keys.keys")

    def users(self) -> list[str]:
        """See `KeyStore.users`."""
        return [str(row[0]) for row in self._ask("SELECT user_id FROM keys.keys").fetchall()]

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    def _ask(self, statement: LiteralString, values: tuple[object, ...] | None = None) -> psycopg.Cursor[Any]:
        """Run a statement that may be run again, on a new connection when the last one is lost."""
        import psycopg

        for again in (True, False):
            if self._connection is None or self._connection.closed:
                self._connection = self._connect("statement_timeout=5000")
            try:
                return self._connection.execute(statement, values)
            except psycopg.OperationalError:
                if not (again and self._connection.closed):
                    raise
        raise AssertionError("unreachable")
