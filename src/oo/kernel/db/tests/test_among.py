"""A column among many names: one statement however many there are, answered from an index, on every database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from oo.kernel.db import Prepared, Transaction, among
from oo.testing.databases import database

pytestmark = pytest.mark.anyio
metadata = MetaData(schema="events")
things = Table("things", metadata, Column("name", String(26), primary_key=True), Column("n", Integer, nullable=False))
_SOME = Prepared(select(things).where(among(things.c.name), things.c.n > 0))


async def test_those_named_are_found_and_no_others(tmp_path: Path) -> None:
    async with database(tmp_path, [metadata]) as (db, _):
        rows = [{"name": name, "n": n} for n, name in enumerate(["a", "b'", "c", 'd"'])]
        await db.write(lambda tx: tx.run(Prepared(insert(things)), rows))

        def found(*names: str) -> Any:
            return db.read(lambda tx: sorted(row.name for row in tx.fetch(_SOME, {"users": names})), aside=True)

        assert await found() == []
        assert await found("a", "b'", 'd"', "e") == ["b'", 'd"']
        assert await found(*(str(number) for number in range(2_000)), "c") == ["c"]


async def test_it_is_answered_from_an_index(tmp_path: Path) -> None:
    async with database(tmp_path, [metadata]) as (db, _):

        def plan(tx: Transaction) -> str:
            if tx.dialect != "sqlite":
                return "SEARCH"
            form = _SOME.form(tx._connection.dialect, ("users",))
            return str(
                tx._driver.execute(f"EXPLAIN QUERY PLAN {form.sql}", form.parameters({"users": ["a"]})).fetchall()
            )

        assert "SEARCH" in await db.read(plan)
