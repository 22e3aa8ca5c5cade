"""What is SQLite's own of the rules of a unit, each caused and seen on a real file."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select
from sqlalchemy.exc import OperationalError

from oo.kernel.db import DataInUse, DataLock, ReadTooLong, SqliteDatabase, Transaction, insert_new

pytestmark = pytest.mark.anyio

metadata = MetaData()
things = Table(
    "things", metadata, Column("id", Integer, primary_key=True), Column("name", String, nullable=False), schema="room"
)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "oo.db", read_seconds=0.2)
    await database.write(lambda tx: metadata.create_all(tx._connection))
    yield database
    await database.close()


def adding(number: int) -> Callable[[Transaction], int]:
    def unit(tx: Transaction) -> int:
        tx.execute(insert(things), {"id": number, "name": "n"})
        return number

    return unit


def count(tx: Transaction) -> int:
    return int(tx.execute(select(func.count()).select_from(things)).scalar_one())


async def test_units_that_wait_together_share_one_commit(db: SqliteDatabase) -> None:
    commits: list[str] = []
    db._writer._raw.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    assert await asyncio.gather(*(db.write(adding(n)) for n in range(50))) == list(range(50))
    assert len(commits) == 1
    assert await db.read(count) == 50


async def test_a_group_lost_at_commit_is_run_again_unit_by_unit(db: SqliteDatabase) -> None:
    runs: list[int] = []
    real, broken = db._writer._in_thread, [True]

    async def failing_once(work: Callable[[], Any]) -> Any:
        if broken.pop() if broken else False:
            raise sqlite3.OperationalError("database or disk is full")
        return await real(work)

    db._writer._in_thread = failing_once  # type: ignore[method-assign]

    def counted(number: int) -> Callable[[Transaction], int]:
        def unit(tx: Transaction) -> int:
            runs.append(number)
            return adding(number)(tx)

        return unit

    assert await asyncio.gather(*(db.write(counted(n)) for n in range(3))) == [0, 1, 2]
    assert runs == [0, 1, 2, 0, 1, 2]
    assert await db.read(count) == 3


async def test_a_full_disk_fails_the_unit_that_needs_space_and_spares_the_rest(db: SqliteDatabase) -> None:
    pages = db._writer._raw.execute("PRAGMA page_count").fetchone()[0]
    db._writer._raw.execute(f"PRAGMA max_page_count={pages + 2}")

    def huge(tx: Transaction) -> None:
        tx.execute(insert(things), {"id": 7, "name": "x" * 1_000_000})

    results = await asyncio.gather(db.write(adding(1)), db.write(huge), db.write(adding(2)), return_exceptions=True)
    assert isinstance(results[1], OperationalError)
    assert (results[0], results[2]) == (1, 2)
    assert await db.read(count) == 2


async def test_all_statements_of_a_read_see_one_state(db: SqliteDatabase) -> None:
    loop = asyncio.get_running_loop()

    def twice(tx: Transaction) -> tuple[int, int]:
        before = count(tx)
        asyncio.run_coroutine_threadsafe(db.write(adding(5)), loop).result(1)
        return before, count(tx)

    assert await asyncio.to_thread(db._read, twice) == (0, 0)
    assert await db.read(count) == 1


async def test_a_read_that_takes_too_long_is_ended(db: SqliteDatabase) -> None:
    from sqlalchemy import text

    def endless(tx: Transaction) -> Any:
        return tx.execute(
            text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n")
        ).scalar()

    with pytest.raises(ReadTooLong):
        await db.read(endless)
    assert await db.read(count) == 0


async def test_a_read_that_is_not_short_leaves_the_loop_and_still_answers(db: SqliteDatabase) -> None:
    from sqlalchemy import text

    threads: list[str] = []

    def longer(tx: Transaction) -> int:
        threads.append(threading.current_thread().name)
        numbers = text(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 150000) SELECT max(x) FROM n"
        )
        return int(tx.execute(numbers).scalar_one())

    assert await db.read(longer) == 150000
    assert threads[0] == threading.current_thread().name and threads[1].startswith("oo-read")


async def test_the_log_is_truncated_although_readers_have_read(db: SqliteDatabase, tmp_path: Path) -> None:
    for n in range(20):
        await db.write(adding(n))
    await db.read(count)
    assert (tmp_path / "oo.db-wal").stat().st_size > 0
    await db.checkpoint()
    assert (tmp_path / "oo.db-wal").stat().st_size == 0


async def test_deleted_words_are_gone_from_the_files_after_a_checkpoint(db: SqliteDatabase, tmp_path: Path) -> None:
    canary = "canary-7f3a"
    await db.write(lambda tx: insert_new(tx, things, {"id": 1, "name": canary}))

    def holders() -> list[str]:
        return [path.name for path in tmp_path.glob("oo.db*") if canary.encode() in path.read_bytes()]

    assert holders()
    await db.write(lambda tx: tx.execute(things.delete()).rowcount)
    await db.checkpoint()
    assert holders() == []


async def test_durability_settings_are_those_that_lost_nothing(db: SqliteDatabase) -> None:
    raw = db._writer._raw
    values = {
        name: raw.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
    }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_a_second_process_is_told_who_owns_the_folder(tmp_path: Path) -> None:
    with DataLock(tmp_path, shared=True), DataLock(tmp_path, shared=True):
        with pytest.raises(DataInUse), DataLock(tmp_path):
            pass
    with DataLock(tmp_path):
        with pytest.raises(DataInUse, match="Another oO runs on"), DataLock(tmp_path):
            pass
    with DataLock(tmp_path):
        assert (tmp_path / "oo.lock").stat().st_mode & 0o777 == 0o600
