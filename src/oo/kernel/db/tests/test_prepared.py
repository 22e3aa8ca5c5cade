"""A prepared statement gives what Core gives for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.dialects.sqlite import dialect

from oo.kernel.db import Instant, Prepared, SqliteDatabase, Transaction, UnitBroken, insert_new, upsert
from oo.kernel.db.prepared import CannotPrepare

metadata = MetaData(schema="room")
things = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False),
    Column("at", Instant),
    Column("flag", Boolean, nullable=False, default=False),
    Column("sealed", LargeBinary),
)
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
ROWS = st.fixed_dictionaries(
    {
        "id": st.integers(0, 2**31),
        "key": st.text(st.characters(codec="utf-8", exclude_characters="\0")),
        "at": st.none()
        | st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
        "flag": st.booleans(),
        "sealed": st.none() | st.binary(),
    }
)
ALL = select(things).where(things.c.id == bindparam("id"), things.c.key != "nobody's")


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "oo.db")
    await database.write(lambda tx: metadata.create_all(tx._connection))
    yield database
    await database.close()


@pytest.mark.anyio
async def test_rows_go_in_and_come_out_as_with_core(db: SqliteDatabase) -> None:
    adding, reading = Prepared(insert(things)), Prepared(ALL)

    @given(ROWS)
    def holds(row: dict[str, object]) -> None:
        def unit(tx: Transaction) -> None:
            tx.execute(delete(things))
            assert tx.run(adding, row) == 1
            by_core = tx.execute(ALL, {"id": row["id"]}).all()
            prepared = tx.fetch(reading, {"id": row["id"]})
            assert prepared == [tuple(one) for one in by_core]
            assert prepared[0]._asdict() == row and prepared[0].at == row["at"]

        db._writer._raw.execute("BEGIN")
        unit(db._writer._transaction)
        db._writer._raw.execute("ROLLBACK")

    holds()


@pytest.mark.anyio
async def test_changes_are_counted_also_for_many_rows_and_for_other_sets_of_columns(db: SqliteDatabase) -> None:
    adding = Prepared(insert(things))
    marking = Prepared(update(things).where(things.c.id == bindparam("which")).values(key=bindparam("to")))

    def unit(tx: Transaction) -> list[int]:
        return [
            tx.run(adding, [{"id": n, "key": "a", "flag": False} for n in range(3)]),
            tx.run(adding, {"id": 9, "key": "b", "flag": True, "sealed": b"x"}),
            tx.run(marking, [{"which": 1, "to": "c"}, {"which": 77, "to": "c"}]),
            tx.run(marking, []),
            int(insert_new(tx, things, {"id": 9, "key": "never", "flag": False})),
        ]

    assert await db.write(unit) == [3, 1, 1, 0, 0]
    await db.write(lambda tx: upsert(tx, things, {"id": 9, "key": "d", "flag": False}))
    keys = await db.read(lambda tx: tx.execute(select(things.c.key).order_by(things.c.id)).scalars().all())
    assert keys == ["a", "c", "a", "d"]


@pytest.mark.anyio
async def test_a_prepared_change_takes_part_in_its_unit(db: SqliteDatabase) -> None:
    adding = Prepared(insert(things))

    def torn(tx: Transaction) -> None:
        tx.run(adding, {"id": 1, "key": "a", "flag": False})
        raise UnitBroken("torn")

    with pytest.raises(UnitBroken):
        await db.write(torn)
    assert await db.read(lambda tx: tx.execute(select(things)).all()) == []


def test_a_statement_whose_text_varies_is_refused() -> None:
    varying = select(things).where(things.c.id.in_(bindparam("ids", expanding=True)))
    with pytest.raises(CannotPrepare):
        Prepared(varying).form(dialect(), ("ids",))


def test_shares_are_read_on_postgres_too() -> None:
    form = Prepared(select(Column("share", Float))).form(psycopg.dialect(), ())  # type: ignore[no-untyped-call]
    assert form.rows([(0.25,)]) == [(0.25,)]
