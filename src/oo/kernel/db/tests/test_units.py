"""The rules of a unit that hold on every database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, bindparam, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from oo.kernel.db import Database, Instant, Prepared, Transaction, UnitBroken, insert_new, upsert
from oo.testing.databases import database

pytestmark = pytest.mark.anyio

metadata = MetaData()
things = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("at", Instant),
    Column("sealed", LargeBinary),
    schema="room",
)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with database(tmp_path, [metadata]) as (made, _):
        yield made


def adding(number: int) -> Callable[[Transaction], int]:
    def unit(tx: Transaction) -> int:
        tx.execute(insert(things), {"id": number, "name": "n"})
        return number

    return unit


def count(tx: Transaction) -> int:
    return int(tx.execute(select(func.count()).select_from(things)).scalar_one())


async def test_a_unit_that_fails_changes_nothing_and_harms_no_neighbour(db: Database) -> None:
    def half(tx: Transaction) -> None:
        adding(100)(tx)
        raise ValueError("half way")

    await db.write(adding(1))
    results = await asyncio.gather(
        db.write(adding(2)), db.write(half), db.write(adding(1)), db.write(adding(3)), return_exceptions=True
    )
    assert (results[0], results[3]) == (2, 3)
    assert isinstance(results[1], ValueError) and isinstance(results[2], IntegrityError)
    assert await db.read(count) == 3


async def test_units_at_once_are_as_if_one_ran_after_the_other(db: Database) -> None:
    def first_come(tx: Transaction) -> bool:
        if count(tx):
            return False
        adding(1)(tx)
        return True

    assert sum(await asyncio.gather(*(db.write(first_come) for _ in range(12)))) == 1
    assert await db.read(count) == 1


async def test_a_sum_that_many_add_to_loses_nothing(db: Database) -> None:
    def next_one(tx: Transaction) -> int:
        return adding(1 + int(tx.execute(select(func.coalesce(func.max(things.c.id), 0))).scalar_one()))(tx)

    assert sorted(await asyncio.gather(*(db.write(next_one) for _ in range(8)))) == list(range(1, 9))


async def test_a_read_cannot_write_for_good(db: Database) -> None:
    with contextlib.suppress(DBAPIError):  # Postgres says so, SQLite rolls back
        await db.read(adding(1))
    assert await db.read(count) == 0


async def test_a_unit_cannot_commit_begin_or_return_a_cursor(db: Database) -> None:
    assert not {"commit", "begin", "rollback", "connection"} & set(dir(Transaction))
    for run in (db.read, db.write):
        with pytest.raises(UnitBroken):
            await run(lambda tx: tx.execute(select(things)))
    await db.write(adding(1))


async def test_a_read_of_several_statements_is_as_good_as_of_one(db: Database) -> None:
    await db.write(adding(1))
    for _ in range(3):
        assert await db.read(count) == 1
        assert await db.read(lambda tx: (count(tx), count(tx), count(tx))) == (1, 1, 1)


async def test_upsert_replaces_and_insert_new_keeps(db: Database) -> None:
    await db.write(lambda tx: upsert(tx, things, [{"id": 1, "name": "old"}, {"id": 2, "name": "b"}]))
    await db.write(lambda tx: upsert(tx, things, {"id": 1, "name": "new"}))
    assert await db.write(lambda tx: insert_new(tx, things, {"id": 1, "name": "never"})) is False
    assert await db.write(lambda tx: insert_new(tx, things, {"id": 3, "name": "c"})) is True
    names = await db.read(lambda tx: tx.execute(select(things.c.name).order_by(things.c.id)).scalars().all())
    assert names == ["new", "b", "c"]


async def test_values_come_back_as_they_were(db: Database) -> None:
    row = {
        "id": 1,
        "name": "Zoë 🌱 \u202e",
        "at": datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC),
        "sealed": bytes(range(256)),
    }
    await db.write(lambda tx: tx.execute(insert(things), row).rowcount)
    found = await db.read(lambda tx: dict(tx.execute(select(things)).mappings().one()))
    assert found == row and isinstance(found["sealed"], bytes)


async def test_a_text_with_nul_is_looked_for_and_not_found(db: Database) -> None:
    asked = select(things.c.id).where(things.c.name == bindparam("name"))
    await db.write(adding(1))
    for name in ("\0", "n\0"):
        assert await db.read(lambda tx, name=name: tx.execute(asked, {"name": name}).first()) is None  # type: ignore[misc]
        assert await db.read(lambda tx, name=name: tx.fetch(Prepared(asked), {"name": name})) == []  # type: ignore[misc]
        await db.write(lambda tx, name=name: upsert(tx, things, [{"id": n, "name": name} for n in (2, 3)]))  # type: ignore[misc]
    assert await db.read(count) == 3
