"""Forgetting is built in: every table with a user column is emptied by `erase` and shown by `export`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, LargeBinary, Table, func, insert, select

from oo.entry.wiring import MODULES
from oo.kernel.db import Database, Instant, Transaction
from oo.kernel.keys import Keys
from oo.kernel.module import Module
from oo.modules.recommender.words import Words
from oo.testing.databases import database

LENA, MILO = "01LENA00000000000000000000", "01MILO00000000000000000000"

# Tables about nobody, each with its reason. A new table has a user column or a line here.
ABOUT_NOBODY: dict[str, str] = {
    "lineups": "which policies decide, for everybody",
    "marks": "how far shadows got",
    "sim_runs": "simulations of made-up people",
    "sim_events": "days of made-up people",
    "leases": "which process leads",
    "ticks": "when what was planned",
    "runs": "how far shards are; a shard's ends are milliseconds of joining, not ids",
    "rounds": "when agents were asked about everybody; its ends are milliseconds of joining, not ids",
    "revocations": "access to be given back at a provider, sealed with a key of its own, when its person may be gone",
    "kicks": "what was asked for before its time",
}
# The column that names the person, where it isn't user_id.
USER_COLUMNS: dict[str, str] = {}
# What a sealed column holds, where a word won't do.
SAMPLES = {
    "tips.words": json.dumps({field.name: "a word" for field in fields(Words)}),
    "outbox.type": "tips.tip.seen",
    "outbox.payload": "",
    "states.state": '["oo-state",1,[]]\n',
    "agent_outputs.said": '["a word",{},[],1.0,""]',
    "knowledge.said": '{"value":9.0,"n":1,"confidence":1.0,"evidence":{}}',
    "activities.data": '{"task":"a word"}',
    "prints.print": "a word",
    "prompt_contexts.context": "{}",
    "written.said": "{}",
    "folded.states": '{"days":[1,{"a word":0}]}',
    "themes.prints": '["letters",{"a word":["1","AA=="]}]',
    "themes.groups": '[["a word"]]',
    "devices.address": '{"key":"a word"}',
    "points.moment": "{}",
    "presences.zones": "[]",
    "baselines.shares": '{"overall":[0,0],"topics":{},"exposures":0}',
}

TABLES = [(module, table) for module in MODULES for table in module.tables.sorted_tables]


def user_column(table: Table) -> str | None:
    """The column that names the person; None for a table about nobody."""
    name = USER_COLUMNS.get(table.name, "user_id")
    return name if name in table.c else None


def personal(module: Module) -> list[Table]:
    """A module's tables with a user column."""
    return [table for table in module.tables.sorted_tables if user_column(table)]


def sample(table: Table, column: Column[Any], user: str, keys: Keys) -> object:
    """A value of the column's type that names the person where the column does."""
    place = f"{table.name}.{column.name}"
    if column.name == user_column(table):
        return user
    if isinstance(column.type, Instant):
        return datetime(2026, 5, 4, tzinfo=UTC)
    if isinstance(column.type, LargeBinary):
        return keys.cipher(user).seal(place, SAMPLES.get(place, "a word"))
    kind = column.type.python_type
    word = f"{user[2:6]}-{column.name}"[: getattr(column.type, "length", None)]
    return {str: SAMPLES.get(place, word), int: 1 + (user == MILO), float: 0.5, bool: True}.get(kind, word)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[tuple[Database, Keys]]:
    """A database, and the keys of Lena and Milo."""
    async with database(tmp_path, [module.tables for module in MODULES]) as (db, keys):
        for user in (LENA, MILO):
            keys.create(user)
        yield db, keys


def fill(tx: Transaction, module: Module, keys: Keys) -> None:
    """Writes a row of each person into each table of the module that names people."""
    for table in personal(module):
        for user in (LENA, MILO):
            tx.execute(insert(table).values({c.name: sample(table, c, user, keys) for c in table.c}))


def left(tx: Transaction, table: Table, user: str) -> int:
    """How many rows of the person are in the table."""
    column = table.c[user_column(table) or ""]
    return int(tx.execute(select(func.count()).select_from(table).where(column == user)).scalar_one())


@pytest.mark.parametrize(("module", "table"), TABLES, ids=lambda value: value.name)
def test_a_table_names_a_person_or_says_why_not(module: Module, table: Table) -> None:
    assert (user_column(table) is None) == (table.name in ABOUT_NOBODY), f"{table.name} needs user_id, or a reason"


@pytest.mark.anyio
@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
async def test_erase_empties_every_table_of_the_person_and_of_nobody_else(
    module: Module, here: tuple[Database, Keys]
) -> None:
    db, keys = here

    def unit(tx: Transaction) -> tuple[int, dict[str, tuple[int, int]]]:
        fill(tx, module, keys)
        erased = module.erase(tx, LENA)
        return erased, {table.name: (left(tx, table, LENA), left(tx, table, MILO)) for table in personal(module)}

    erased, rows = await db.write(unit)
    assert rows == {table.name: (0, 1) for table in personal(module)}
    assert erased == len(personal(module))


@pytest.mark.anyio
@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
async def test_export_shows_every_table_of_the_person_and_of_nobody_else(
    module: Module, here: tuple[Database, Keys]
) -> None:
    db, keys = here

    def unit(tx: Transaction) -> dict[str, Any]:
        fill(tx, module, keys)
        return {name: list(rows) for name, rows in module.export(tx, LENA, keys.cipher(LENA)).items()}

    shown = await db.write(unit)
    assert [table.name for table in personal(module) if not shown.get(table.name)] == []
    assert "MILO" not in json.dumps(shown, default=str)
