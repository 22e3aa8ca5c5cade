"""A connection to Postgres that is kept, and what is said to it past SQLAlchemy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg.pq import ExecStatus
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from oo.kernel.db.unit import Cursor


class Kept:
    """A connection that is kept open, and made anew after it was lost."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def close(self) -> None:
        """Close it, if it is open."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def _open(self) -> tuple[Connection, psycopg.Connection[Any]]:
        if self._connection is None:
            self._connection = self._engine.connect()
        driver = self._connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        return self._connection, driver

    def _is_lost(self) -> bool:
        """Whether the connection broke; it is let go of then."""
        connection = self._connection
        if connection is None:
            return False
        if not connection.invalidated and not connection.connection.driver_connection.closed:  # type: ignore[union-attr]
            return False
        connection.invalidate()
        self.close()
        return True


class Straight:
    """The driver as `Transaction` uses it; `count` is called before each statement."""

    __slots__ = ("_count", "_driver")

    def __init__(self, driver: psycopg.Connection[Any], count: Callable[[], None] = lambda: None) -> None:
        self._driver, self._count = driver, count

    def execute(self, sql: str, values: Sequence[Any]) -> Cursor:
        """See `Driver.execute`."""
        self._count()
        return self._driver.execute(sql, values)

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> Cursor:
        """See `Driver.executemany`; psycopg sends all rows in one round trip."""
        self._count()
        cursor = self._driver.cursor()
        cursor.executemany(sql, rows)
        return cursor


def say(driver: psycopg.Connection[Any], words: bytes) -> None:
    """Begin or end a transaction, past psycopg's bookkeeping: at a ROLLBACK it forgets what it has prepared."""
    result = driver.pgconn.exec_(words)
    if result.status != ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(result)


def state_of(error: BaseException) -> str | None:
    """The SQLSTATE of what the database said."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", None)
