"""Who works on a Postgres database: the processes of one oO, side by side; and one of them while it is upgraded."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import psycopg

from oo.kernel.db.postgres.server import connect, place, reached

_HOUSE, _UPGRADE, RELAY = (0x6F4F, 1), (0x6F4F, 2), (0x6F4F, 3)
"""The locks' names, all of them here, as no two may be the same: "oO", the house, its upgrade, the relay's turn."""
_NOTICED_SOON = ("tcp_keepalives_idle=30", "tcp_keepalives_interval=10", "tcp_keepalives_count=3")
"""A holder whose machine is gone frees the lock within a minute, not after the system's two hours."""


class DatabaseInUse(Exception):
    """Another oO works on this database."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"Another oO works on this database ({place(url)}); stop it first, or give this one a database of its own."
        )


class DatabaseLock:
    """Holds an advisory lock on a connection of its own; Postgres frees it when the connection ends.

    Processes of one oO share it; whoever needs the database `alone` waits for nobody.
    """

    def __init__(self, url: str, *, alone: bool = False) -> None:
        self._url = url
        self._try = "pg_try_advisory_lock" if alone else "pg_try_advisory_lock_shared"
        self._connection: psycopg.Connection[Any] | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> DatabaseLock:
        """Take the lock or raise at once: `DatabaseInUse`, or `DatabaseUnusable` when there is no such database."""
        with reached(self._url):
            pass
        self._take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the lock."""
        with self._turn:
            self._let_go()

    def keep(self) -> None:
        """See that it is still held, taking it again when its connection was lost.

        Raises `DatabaseInUse` when another took it meanwhile, `psycopg.OperationalError` while Postgres is away.
        """
        with self._turn:
            try:
                if self._connection is not None:
                    self._connection.execute("SELECT 1")
                    return
            except psycopg.OperationalError:
                self._let_go()
            self._take()

    def _take(self) -> None:
        connection = connect(self._url, *_NOTICED_SOON)
        if connection.execute(f"SELECT {self._try}(%s, %s)", _HOUSE).fetchone() != (True,):
            connection.close()
            raise DatabaseInUse(self._url)
        self._connection = connection

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                connection.close()


@contextlib.contextmanager
def upgrading(url: str) -> Iterator[None]:
    """Be the only one who looks at the revision and upgrades; whoever comes meanwhile waits until it is done."""
    with reached(url) as connection:
        connection.execute("SELECT pg_advisory_lock(%s, %s)", _UPGRADE)
        try:
            yield
        finally:
            connection.execute("SELECT pg_advisory_unlock(%s, %s)", _UPGRADE)
