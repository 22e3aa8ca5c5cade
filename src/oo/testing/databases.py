"""The database that a test runs on: SQLite in its folder or, when one is named, a fresh one on a Postgres server."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, text
from sqlalchemy.schema import CreateSchema

from oo.kernel.db import Database, SqliteDatabase, Transaction
from oo.kernel.keys import Keys

LEASE_SECONDS = 0.05
"""Tests wait for no erasure longer than they must."""


@contextlib.asynccontextmanager
async def database(
    folder: Path, tables: Iterable[MetaData] = (), **options: Any
) -> AsyncIterator[tuple[Database, Keys]]:
    """A fresh database with these tables, and keys; `options` are those of the database's class."""
    with address(folder) as url:
        db, keys = (_sqlite(folder, **options)) if url is None else _postgres(url, folder, **options)
        try:
            for metadata in tables:
                await db.write(lambda tx, made=metadata: make(tx, made))  # type: ignore[misc]
            yield db, keys
        finally:
            await db.close()
            keys.close()


@contextlib.contextmanager
def address(folder: Path) -> Iterator[str | None]:
    """The address of a fresh Postgres database when the tests run on one, else None; for `Settings.database_url`."""
    server = os.environ.get("OO_TEST_DATABASE_URL")
    if not server:
        yield None
        return
    from oo.testing.postgres import fresh

    with fresh(server, folder) as url:
        yield url


async def at_rest(db: Database, folder: Path) -> bytes:
    """All bytes of the folder's files and, on Postgres, of the files that its tables and indexes lie in."""
    await db.checkpoint()

    def relations(tx: Transaction) -> list[bytes]:
        if tx.dialect == "sqlite":
            return []
        tx.execute(text("CHECKPOINT"))
        found = tx.execute(text(_RELATIONS)).scalars()
        return [bytes(content) for content in found if content]

    return b"".join([*_files(folder), *await db.write(relations)])


def _files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()]


_RELATIONS = """
SELECT pg_read_binary_file(pg_relation_filepath(c.oid), true)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'i', 't') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


def make(tx: Transaction, tables: MetaData) -> None:
    """Make the tables that are not there yet, and their schemas where there are such."""
    if tx.dialect != "sqlite":
        for schema in {table.schema for table in tables.tables.values() if table.schema}:
            tx.execute(CreateSchema(schema, if_not_exists=True))
        tables.create_all(tx._connection, checkfirst=True)
        return
    there = set(tx.execute(text("SELECT name FROM sqlite_master")).scalars())  # where schemas have no names
    tables.create_all(tx._connection, tables=[table for table in tables.sorted_tables if table.name not in there])


def _sqlite(folder: Path, **options: Any) -> tuple[Database, Keys]:
    return SqliteDatabase(folder / "oo.db", **options), Keys(folder)


def _postgres(url: str, folder: Path, **options: Any) -> tuple[Database, Keys]:
    from oo.kernel.db.postgres import PostgresDatabase
    from oo.kernel.keystores import PostgresStore

    return PostgresDatabase(url, **{"connections": 4, **options}), Keys(folder, PostgresStore(url, lease=LEASE_SECONDS))
