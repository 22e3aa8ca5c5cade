"""The two databases that a history runs on, with the same few ways to look at them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psycopg
from sqlalchemy import Engine, MetaData, Table, func, insert, inspect, select
from sqlalchemy.types import Boolean, Float, Integer, LargeBinary, String

from oo.entry.migrate import current, current_of, migrate, migrate_postgres
from oo.entry.wiring import MODULES
from oo.kernel.db.postgres.server import postgres_engine
from oo.kernel.db.sqlite import sqlite_engine
from oo.kernel.db.unit import Driver, Transaction
from oo.testing.databases import make


@dataclass(frozen=True, slots=True)
class Ground:
    """A database that is empty at first: a file, or one on a server."""

    folder: Path
    url: str | None = None
    backed_up: str | None = None

    def migrate(self, history: Path) -> Path | None:
        """Bring it up to date."""
        if self.url is None:
            return migrate(self.folder / "oo.db", history)
        return migrate_postgres(self.url, self.folder, self.backed_up, history)

    def revision(self) -> str | None:
        """Where it is."""
        if self.url is None:
            return current(self.folder / "oo.db")
        with psycopg.connect(self.url) as asking:
            return current_of(asking)

    def fill(self) -> set[str]:
        """Put a row into every table; their names."""
        with self._engine().connect() as connection:
            tables = self._tables()
            for table in tables.values():
                connection.execute(insert(table).values({column.name: _sample(column) for column in table.c}))
        return set(tables)

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with self._engine().connect() as connection:
            return {
                name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in self._tables().items()
            }

    def make(self) -> None:
        """Make the tables as the code has them, without any history."""
        with self._engine().connect() as connection:
            for module in MODULES:
                make(Transaction(connection, cast("Driver", None)), module.tables)

    def shape(self) -> dict[str, Any]:
        """Every table with its columns, key, indexes and unique constraints."""
        looking = inspect(self._engine())
        return {
            name: (
                [(one["name"], str(one["type"]), one["nullable"]) for one in looking.get_columns(name, schema)],
                looking.get_pk_constraint(name, schema)["constrained_columns"],
                sorted(
                    (str(one["name"]), tuple(one["column_names"]), bool(one["unique"]), _options(one))
                    for one in looking.get_indexes(name, schema)
                ),
                sorted(tuple(one["column_names"]) for one in looking.get_unique_constraints(name, schema)),
            )
            for schema, name in self._names()
        }

    def _engine(self) -> Engine:
        return sqlite_engine(self.folder / "oo.db") if self.url is None else postgres_engine(self.url)

    def _names(self) -> list[tuple[str | None, str]]:
        looking = inspect(self._engine())
        apart = ("information_schema", "public", "oo", "keys")
        schemas = [None] if self.url is None else [name for name in looking.get_schema_names() if name not in apart]
        names = [(schema, name) for schema in schemas for name in looking.get_table_names(schema)]
        return sorted((pair for pair in names if pair[1] != "alembic_version"), key=lambda pair: pair[1])

    def _tables(self) -> dict[str, Table]:
        engine, metadata = self._engine(), MetaData()
        return {name: Table(name, metadata, schema=schema, autoload_with=engine) for schema, name in self._names()}


def _options(index: Any) -> str:
    return str(sorted((name, str(value)) for name, value in index.get("dialect_options", {}).items()))


def _sample(column: Any) -> object:
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer):
        return 1
    if isinstance(column.type, Float):
        return 0.5
    if isinstance(column.type, LargeBinary):
        return b"sealed"
    assert isinstance(column.type, String), column
    return column.name[: column.type.length]
