"""Postgres: the units of SQLite, from any number of processes.

A read is one snapshot, a write one serializable transaction: units were written as if they ran alone, and the ones that
lose against another are run again. Traps found by measuring: each BEGIN and ROLLBACK is a round trip, so a read of one
statement goes without; psycopg forgets every prepared statement when it sees a ROLLBACK, so it is shown none.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection, Engine, Executable
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError

from oo.kernel.db.postgres_server import is_near, postgres_engine
from oo.kernel.db.unit import ReadTooLong, Row, Transaction, UnitBroken, value_of

T = TypeVar("T")
K = TypeVar("K", bound="_Kept")

CONNECTIONS = 8
"""Units that run at the same time; each thread keeps a connection for reads and one for writes."""
READ_SECONDS = 2.0
WRITE_SECONDS = 30.0
AT_ONCE_SECONDS = 0.01
"""How long a read of a server on this machine may keep the event loop before it goes to a thread."""
TRIES = 12
"""How often a unit is run that lost against another; one of the two always wins, so somebody gets on each time."""
_LOST = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: the whole unit is undone."""
_ENDED = "57014"
_PAUSE_SECONDS = 0.001


class PostgresDatabase:
    """A database that other processes use too; make it inside a running event loop."""

    def __init__(
        self,
        url: str,
        *,
        connections: int = CONNECTIONS,
        read_seconds: float = READ_SECONDS,
        near: bool | None = None,
    ) -> None:
        """With `near` a short read is asked for on the event loop; by default when the server is on this machine."""
        snapshot = ("default_transaction_isolation=repeatable read", "default_transaction_read_only=on")
        self._reading = postgres_engine(url, *snapshot, _timeout(read_seconds))
        self._writing = postgres_engine(url, "default_transaction_isolation=serializable", _timeout(WRITE_SECONDS))
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="oo-postgres")
        self._local = threading.local()
        self._opened: list[_Kept] = []
        self._several: dict[object, bool] = {}
        self._read_seconds = read_seconds
        at_once = postgres_engine(url, *snapshot, _timeout(AT_ONCE_SECONDS))
        near = is_near(url) if near is None else near
        self._here = self._kept(_Reader(at_once, AT_ONCE_SECONDS, self._several)) if near else None
        self._closed = False

    async def read(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit on one snapshot, read-only; see `Database.read`."""
        if self._here is not None:
            try:
                return self._here.run(unit)
            except ReadTooLong:
                pass
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, unit)

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit in its own transaction; see `Database.write`."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._write, unit)

    async def checkpoint(self) -> None:
        """Do nothing: words that Postgres still holds of deleted rows are sealed with a key that is gone."""

    async def close(self) -> None:
        """Finish what runs, then close every connection."""
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._threads.shutdown)
            for kept in self._opened:
                kept.close()

    def _read(self, unit: Callable[[Transaction], T]) -> T:
        if not hasattr(self._local, "reader"):
            self._local.reader = self._kept(_Reader(self._reading, self._read_seconds, self._several))
        reader: _Reader = self._local.reader
        return reader.run(unit)

    def _write(self, unit: Callable[[Transaction], T]) -> T:
        if not hasattr(self._local, "writer"):
            self._local.writer = self._kept(_Writer(self._writing))
        writer: _Writer = self._local.writer
        return writer.run(unit)

    def _kept(self, kept: K) -> K:
        self._opened.append(kept)
        return kept


class _Kept:
    """A connection that is kept open, and made anew after it was lost."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def close(self) -> None:
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


class _Reader(_Kept):
    """One connection that reads: a snapshot for each unit, ended after a time."""

    def __init__(self, engine: Engine, seconds: float, several: dict[object, bool]) -> None:
        super().__init__(engine)
        self._seconds = seconds
        self._several = several
        """By code of units: whether its last run had several statements, and so will the next."""

    def run(self, unit: Callable[[Transaction], T]) -> T:
        """The unit's value; raises `ReadTooLong`."""
        try:
            return self._run(unit)
        except (DBAPIError, psycopg.Error) as error:
            if self._is_lost():
                return self._run(unit)
            if _state(error) == _ENDED:
                raise ReadTooLong(f"a read took over {self._seconds:g} s and was ended") from error
            raise

    def _run(self, unit: Callable[[Transaction], T]) -> T:
        connection, driver = self._open()
        code = _code(unit)
        if not self._several.get(code):
            # A statement on its own sees one state: no transaction, one round trip instead of three.
            try:
                return value_of(unit(Transaction(cast("Connection", _Counting(connection, 1, self._seconds)))))
            except _OneMore:
                self._several[code] = True
        _say(driver, b"BEGIN")
        try:
            counting = _Counting(connection, math.inf, self._seconds)
            value = value_of(unit(Transaction(cast("Connection", counting))))
            if counting.statements < 2:
                self._several[code] = False
            return value
        finally:
            if driver.info.transaction_status is not TransactionStatus.IDLE and not driver.closed:
                _say(driver, b"ROLLBACK")


class _OneMore(BaseException):
    """A unit that was tried without a transaction has a second statement; no unit may catch this."""


class _Counting:
    """A connection that counts a unit's statements, and ends the unit between two of them when its time is over."""

    __slots__ = ("_connection", "_ends", "_most", "_seconds", "dialect", "statements")

    def __init__(self, connection: Connection, most: float, seconds: float) -> None:
        self._connection = connection
        self.dialect = connection.dialect
        self.statements = 0
        self._most = most
        self._seconds = seconds
        self._ends = time.monotonic() + seconds

    def execute(self, statement: Executable, parameters: Row | Sequence[Row] | None = None) -> CursorResult[Any]:
        """See `Connection.execute`; raises `ReadTooLong`, or `_OneMore` at the statement after the last one."""
        if self.statements >= self._most:
            raise _OneMore
        if self.statements and time.monotonic() > self._ends:
            raise ReadTooLong(f"a read took over {self._seconds:g} s and was ended")
        self.statements += 1
        return self._connection.execute(statement, parameters)


class _Writer(_Kept):
    """One connection that writes: a serializable transaction for each unit, run again when it lost against another."""

    def run(self, unit: Callable[[Transaction], T]) -> T:
        """The unit's value after its commit."""
        tries = 0
        while True:
            tries += 1
            try:
                return self._commit(unit)
            except _Again as lost:
                if tries == TRIES:
                    raise lost.error from None
                time.sleep(_PAUSE_SECONDS * tries)

    def _commit(self, unit: Callable[[Transaction], T]) -> T:
        try:
            connection, driver = self._open()
            _say(driver, b"BEGIN")
            value = value_of(unit(Transaction(connection)))
            if driver.info.transaction_status is TransactionStatus.INERROR:
                raise UnitBroken("a unit caught an error of the database, which has undone all of it; use upsert")
        except BaseException as error:
            if self._is_undone(error):
                raise _Again(error) from error
            raise
        try:
            _say(driver, b"COMMIT")
        except psycopg.Error as error:
            if error.sqlstate in _LOST:
                raise _Again(error) from error
            self._is_lost()  # whether it was committed nobody knows: the caller is told, and asks again with its key
            raise
        return value

    def _is_undone(self, error: BaseException) -> bool:
        """Roll back; True when the unit did nothing wrong, and may do it again."""
        if self._is_lost():
            return isinstance(error, DBAPIError | psycopg.Error)
        if self._connection is not None:
            _, driver = self._open()
            _say(driver, b"ROLLBACK")
        return _state(error) in _LOST


class _Again(Exception):
    """A unit was undone through no fault of its own."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


def _say(driver: psycopg.Connection[Any], words: bytes) -> None:
    """Begin or end a transaction, past psycopg's bookkeeping: at a ROLLBACK it forgets what it has prepared."""
    result = driver.pgconn.exec_(words)
    if result.status != ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(result)


def _state(error: BaseException) -> str | None:
    """The SQLSTATE of what the database said."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", None)


def _code(unit: Any) -> object:
    """What two runs of one unit have in common: its code, as closures and partials are made anew each time."""
    while hasattr(unit, "func"):
        unit = unit.func
    return getattr(unit, "__code__", None) or type(unit)


def _timeout(seconds: float) -> str:
    return f"statement_timeout={max(int(seconds * 1000), 1)}"
