"""Reads: one snapshot for each unit, with as few round trips as that takes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, Executable
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError

from oo.kernel.db.postgres.kept import Kept, Straight, say, state_of
from oo.kernel.db.unit import ReadTooLong, Row, Transaction, value_of

T = TypeVar("T")

_ENDED = "57014"


class Reader(Kept):
    """One connection that reads: a snapshot for each unit, ended after a time."""

    def __init__(self, engine: Engine, seconds: float, several: dict[object, bool]) -> None:
        super().__init__(engine)
        self._seconds = seconds
        self._several = several
        """By code of units: whether its last run had several statements, and so will the next."""

    def run(self, unit: Callable[[Transaction], T]) -> T:
        """The unit's value; raises `ReadTooLong`."""
        for is_last in (False, True):
            try:
                return self._run(unit)
            except (DBAPIError, psycopg.Error) as error:
                if state_of(error) == _ENDED:
                    raise ReadTooLong(f"a read took over {self._seconds:g} s and was ended") from error
                if not self._is_lost() or is_last:
                    raise
        raise AssertionError("unreachable")

    def _run(self, unit: Callable[[Transaction], T]) -> T:
        _, driver = self._open()
        code = _code(unit)
        if not self._several.get(code):
            # A statement on its own sees one state: no transaction, one round trip instead of three.
            try:
                return value_of(unit(self._limited(_Limit(1, self._seconds))))
            except _OneMore:
                self._several[code] = True
        say(driver, b"BEGIN")
        try:
            limit = _Limit(math.inf, self._seconds)
            value = value_of(unit(self._limited(limit)))
            if limit.statements < 2:
                self._several[code] = False
            return value
        finally:
            if driver.info.transaction_status is not TransactionStatus.IDLE and not driver.closed:
                say(driver, b"ROLLBACK")

    def _limited(self, limit: _Limit) -> Transaction:
        connection, driver = self._open()
        return Transaction(cast("Connection", _Counting(connection, limit)), Straight(driver, limit.count))


class _OneMore(BaseException):
    """A unit that was tried without a transaction has a second statement; no unit may catch this."""


class _Limit:
    """Counts a unit's statements, and ends the unit between two of them when its time is over."""

    __slots__ = ("_ends", "_most", "_seconds", "statements")

    def __init__(self, most: float, seconds: float) -> None:
        self.statements = 0
        self._most = most
        self._seconds = seconds
        self._ends = time.monotonic() + seconds

    def count(self) -> None:
        """One more; raises `ReadTooLong`, or `_OneMore` for the one after the last."""
        if self.statements >= self._most:
            raise _OneMore
        if self.statements and time.monotonic() > self._ends:
            raise ReadTooLong(f"a read took over {self._seconds:g} s and was ended")
        self.statements += 1


class _Counting:
    """A connection whose statements are counted."""

    __slots__ = ("_connection", "_limit", "dialect")

    def __init__(self, connection: Connection, limit: _Limit) -> None:
        self._connection, self._limit, self.dialect = connection, limit, connection.dialect

    def execute(self, statement: Executable, parameters: Row | Sequence[Row] | None = None) -> CursorResult[Any]:
        """See `Connection.execute`."""
        self._limit.count()
        return self._connection.execute(statement, parameters)


def _code(unit: Any) -> object:
    """What two runs of one unit have in common: its code, as closures and partials are made anew each time."""
    while hasattr(unit, "func"):
        unit = unit.func
    return getattr(unit, "__code__", None) or type(unit)
