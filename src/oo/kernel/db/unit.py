"""What a unit of work gets and promises, the same on every database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Executable, Result, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult

from oo.kernel.db.prepared import Prepared

T = TypeVar("T")
Row = Mapping[str, Any]


class UnitBroken(Exception):
    """A unit of work broke one of its rules, which is a bug in the unit."""


class ReadTooLong(Exception):
    """A read took longer than its limit and was ended; an open reader would keep the log from being truncated."""


class Cursor(Protocol):
    """What a driver says of a statement that it ran."""

    @property
    def rowcount(self) -> int:
        """How many rows it found or changed."""

    def fetchall(self) -> Sequence[Sequence[Any]]:
        """Its rows."""


class Driver(Protocol):
    """Runs SQL whose parameters are a sequence, as `Prepared` gives it."""

    def execute(self, sql: str, values: Sequence[Any], /) -> Cursor:
        """Run a statement once."""

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> Cursor:
        """Run it for many rows."""


class Transaction:
    """The connection that a unit may use: it executes statements, and can neither begin, commit nor roll back."""

    __slots__ = ("_connection", "_driver", "dialect")

    def __init__(self, connection: Connection, driver: Driver) -> None:
        """Use a connection; prepared statements go straight to its `driver`."""
        self._connection = connection
        self._driver = driver
        self.dialect = connection.dialect.name

    def execute(self, statement: Executable, parameters: Row | Sequence[Row] | None = None) -> CursorResult[Any]:
        """Run a Core statement, once or for many rows."""
        return self._connection.execute(statement, parameters)

    def fetch(self, query: Prepared, parameters: Row) -> list[Any]:
        """The rows of a prepared query, with the columns as attributes."""
        form = query.form(self._connection.dialect, tuple(parameters))
        return form.rows(self._driver.execute(form.sql, form.parameters(parameters)).fetchall())

    def run(self, change: Prepared, parameters: Row | Sequence[Row]) -> int:
        """Run a prepared change, once or for many rows of the same columns; the number of rows it changed."""
        if isinstance(parameters, Mapping):
            form = change.form(self._connection.dialect, tuple(parameters))
            return self._driver.execute(form.sql, form.parameters(parameters)).rowcount
        if not parameters:
            return 0
        form = change.form(self._connection.dialect, tuple(parameters[0]))
        return self._driver.executemany(form.sql, [form.parameters(one) for one in parameters]).rowcount


class Database(Protocol):
    """Runs units of work; durable when `write` returns."""

    async def read(self, unit: Callable[[Transaction], T], *, aside: bool = False) -> T:
        """The unit's value, all of its statements seeing one state; raises `ReadTooLong` after two seconds.

        `aside` says that it takes some milliseconds, so that it goes to a thread right away.
        """

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        """The unit's value after its changes are durable.

        Its own exception, with nothing changed, when it raises one.
        """

    async def checkpoint(self) -> None:
        """Move the log into the database and truncate it, so that deleted bytes are gone from both."""

    async def close(self) -> None:
        """Finish what waits, then close every connection."""


def value_of(result: T) -> T:
    """The unit's result, refused when it is a cursor: an open cursor holds a read transaction open."""
    if isinstance(result, Result):
        raise UnitBroken("a unit returned a cursor; return its rows as values")
    return result


def insert_new(tx: Transaction, table: Table, values: Row) -> bool:
    """Insert unless a row with the same key is there; True when it was inserted."""
    return tx.run(_inserting(tx.dialect, table), values) == 1


def upsert(tx: Transaction, table: Table, rows: Row | Sequence[Row]) -> None:
    """Insert rows, or replace all other columns of those whose primary key is there."""
    many = [rows] if isinstance(rows, Mapping) else rows
    if many:
        tx.run(_upserting(tx.dialect, table, tuple(many[0])), many)


@cache
def _inserting(dialect: str, table: Table) -> Prepared:
    # Asked for, as an INSERT's count is thrown away with its cursor; SQLite's keeps it all the same.
    return Prepared(_insert(dialect, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True))


@cache
def _upserting(dialect: str, table: Table, names: tuple[str, ...]) -> Prepared:
    keys = [column.name for column in table.primary_key]
    insert = _insert(dialect, table)
    changed = {name: insert.excluded[name] for name in names if name not in keys}
    if not changed:
        return Prepared(insert.on_conflict_do_nothing())
    return Prepared(insert.on_conflict_do_update(index_elements=keys, set_=changed))


def _insert(dialect: str, table: Table) -> Any:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
