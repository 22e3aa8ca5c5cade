"""What is Postgres' own of the rules of a unit, each caused and seen on a real server."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from oo.kernel.db import ReadTooLong, Transaction, UnitBroken
from oo.kernel.db.postgres import PostgresDatabase
from oo.kernel.db.postgres.writer import TRIES
from oo.kernel.db.tests.test_units import adding, count, metadata, things
from oo.testing.databases import make
from oo.testing.postgres import cut_off, fresh, rows

pytestmark = [pytest.mark.anyio, pytest.mark.services]


@pytest.fixture
def url(postgres: str, tmp_path: Path) -> Any:
    with fresh(postgres, tmp_path) as made:
        yield made


@pytest.fixture
async def other(url: str, db: PostgresDatabase) -> AsyncIterator[PostgresDatabase]:
    """The same database in another process."""
    database = PostgresDatabase(url, connections=1)
    yield database
    await database.close()


@pytest.fixture(params=[True, False], ids=["near", "far"])
async def db(request: pytest.FixtureRequest, url: str) -> AsyncIterator[PostgresDatabase]:
    """On the loop first, as on this machine, and in threads only, as over a network."""
    database = PostgresDatabase(url, connections=3, read_seconds=0.3, near=request.param)
    await database.write(lambda tx: make(tx, metadata))
    yield database
    await database.close()


async def test_of_two_units_in_each_other_s_way_both_are_done(db: PostgresDatabase, other: PostgresDatabase) -> None:
    for number in (1, 2):
        await db.write(adding(number))
    runs: list[int] = []
    met = threading.Barrier(2, timeout=5)

    def in_order(first: int, second: int) -> Callable[[Transaction], None]:
        def unit(tx: Transaction) -> None:
            tx.execute(update(things).where(things.c.id == first).values(name="x"))
            runs.append(first)
            if runs.count(first) == 1:
                met.wait()
            tx.execute(update(things).where(things.c.id == second).values(name="x"))

        return unit

    await asyncio.gather(db.write(in_order(1, 2)), other.write(in_order(2, 1)))
    assert len(runs) > 2, "one of them was undone and run again"


async def test_two_that_look_and_then_add_at_once_add_one_after_the_other(
    db: PostgresDatabase, other: PostgresDatabase
) -> None:
    met = threading.Barrier(2, timeout=5)
    runs: list[str] = []

    def adding_one(name: str) -> Callable[[Transaction], int]:
        def unit(tx: Transaction) -> int:
            before = count(tx)
            runs.append(name)
            if runs.count(name) == 1:
                met.wait()
            return adding(before + 1)(tx)

        return unit

    assert sorted(await asyncio.gather(db.write(adding_one("a")), other.write(adding_one("b")))) == [1, 2]
    assert len(runs) > 2


async def test_units_that_wait_together_commit_together_and_one_that_fails_harms_none(db: PostgresDatabase) -> None:
    held = threading.Event()
    first = asyncio.create_task(db.write(lambda tx: held.wait(5)))  # meanwhile the others wait
    await asyncio.sleep(0.05)
    seen = text("SELECT txid_current()")
    asked = [asyncio.create_task(db.write(lambda tx: tx.execute(seen).scalar_one())) for _ in range(3)]
    wrong = asyncio.create_task(db.write(lambda tx: tx.execute(text("SELECT 1/0")).scalar_one()))
    last = asyncio.create_task(db.write(adding(1)))
    await asyncio.sleep(0.05)
    held.set()
    await first
    assert len(set(await asyncio.gather(*asked))) == 1
    with pytest.raises(DBAPIError):
        await wrong
    assert await last == 1 and await db.read(count) == 1


async def test_of_a_group_that_was_undone_each_is_run_again_alone(db: PostgresDatabase) -> None:
    held = threading.Event()
    first = asyncio.create_task(db.write(lambda tx: held.wait(5)))
    await asyncio.sleep(0.05)
    runs: list[int] = []

    def unlucky(tx: Transaction) -> None:
        runs.append(0)
        if len(runs) == 1:
            tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$"))

    waiting = [asyncio.create_task(db.write(unit)) for unit in (adding(1), unlucky, adding(2))]
    await asyncio.sleep(0.05)
    held.set()
    await asyncio.gather(first, *waiting)
    assert len(runs) == 2 and await db.read(count) == 2


async def test_a_unit_that_always_loses_fails_in_the_end(db: PostgresDatabase) -> None:
    runs: list[int] = []

    def losing(tx: Transaction) -> None:
        runs.append(1)
        tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(DBAPIError):
        await db.write(losing)
    assert len(runs) == 1 + TRIES


async def test_a_unit_that_catches_what_the_database_says_is_told_so(db: PostgresDatabase) -> None:
    def catching(tx: Transaction) -> None:
        adding(1)(tx)
        with contextlib.suppress(DBAPIError):
            adding(1)(tx)

    with pytest.raises(UnitBroken, match="upsert"):
        await db.write(catching)
    assert await db.read(count) == 0


async def test_all_statements_of_a_read_see_one_state(db: PostgresDatabase, url: str) -> None:
    def twice(tx: Transaction) -> tuple[int, int]:
        before = count(tx)
        rows(url, "INSERT INTO room.things (id, name) SELECT max(id) + 1, 'n' FROM room.things RETURNING 1")
        return before, count(tx)

    await db.write(adding(1))
    for _ in range(3):
        before, after = await db.read(twice)
        assert before == after


async def test_a_read_of_one_statement_is_one_round_trip_and_of_two_a_snapshot(db: PostgresDatabase) -> None:
    runs: list[int] = []

    def unit(tx: Transaction, statements: int) -> list[str]:
        runs.append(statements)
        # In a transaction the second statement is younger than it; on its own each is as old as its own.
        ask = text("SELECT xact_start = statement_timestamp() FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        return [str(tx.execute(ask).scalar_one()) for _ in range(statements)]

    assert await db.read(lambda tx: unit(tx, 1)) == ["True"]
    assert runs == [1]
    for _ in range(2):
        assert (await db.read(lambda tx: unit(tx, 2)))[1] == "False"
    assert runs == [1, 2, 2, 2], "run again once, then known"


async def test_a_read_that_takes_too_long_is_ended(db: PostgresDatabase) -> None:
    with pytest.raises(ReadTooLong):
        await db.read(lambda tx: tx.execute(text("SELECT pg_sleep(5)")).scalar())
    with pytest.raises(ReadTooLong):
        await db.read(lambda tx: [tx.execute(text("SELECT pg_sleep(0.1)")).scalar() for _ in range(9)])
    assert await db.read(count) == 0


async def test_a_lost_connection_is_made_anew(db: PostgresDatabase, url: str) -> None:
    await db.write(adding(1))
    await asyncio.gather(*(db.read(count) for _ in range(6)))
    cut_off(url)
    assert await db.read(count) == 1
    await db.write(adding(2))
    cut_off(url)
    await db.write(adding(3))
    assert await db.read(lambda tx: (count(tx), count(tx))) == (3, 3)


async def test_what_was_prepared_stays_so_after_a_unit_failed(url: str) -> None:
    db = PostgresDatabase(url, connections=1)
    await db.write(lambda tx: make(tx, metadata))

    def failing(tx: Transaction) -> None:
        count(tx)
        raise ValueError("half way")

    for _ in range(4):
        with pytest.raises(ValueError, match="half way"):
            await db.write(failing)
    ask = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%room.things%'")
    assert await db.write(lambda tx: tx.execute(ask).scalar_one()) == 1
    await db.close()


async def test_a_commit_is_on_the_disk_whatever_the_server_s_default_is(url: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    with psycopg.connect(url, autocommit=True) as asking:
        asking.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    db = PostgresDatabase(url)
    assert await db.write(lambda tx: tx.execute(text("SHOW synchronous_commit")).scalar_one()) == "on"
    await db.close()


async def test_a_closed_database_leaves_no_connection(url: str) -> None:
    db = PostgresDatabase(url, connections=3)
    await db.write(lambda tx: make(tx, metadata))
    await asyncio.gather(*(db.write(adding(n)) for n in range(6)), *(db.read(count) for _ in range(6)))
    await db.close()
    for _ in range(50):
        left = rows(
            url, "SELECT pid FROM pg_stat_activity WHERE application_name = 'oo' AND datname = current_database()"
        )
        if not left:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(left)
