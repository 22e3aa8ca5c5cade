"""One linear history, dated, a room each; it ends where the tables of the code are."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from oo.entry.migrate import HISTORY, migrate
from oo.entry.wiring import MODULES
from oo.kernel.db.sqlite import sqlite_engine

SCHEMAS = [module.name for module in MODULES]
VERSIONS = sorted((HISTORY / "versions").glob("*.py"))


def shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Columns (name, type, not null, key) of every table and index, Alembic's own aside."""
    raw = sqlite3.connect(path)
    rows = raw.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name").fetchall()
    shapes = {
        f"{kind} {name}": raw.execute(
            'SELECT name, type, "notnull", pk FROM pragma_table_info(?)'
            if kind == "table"
            else "SELECT name, 0, 0, 0 FROM pragma_index_info(?)",
            (name,),
        ).fetchall()
        for kind, name in rows
        if name != "alembic_version"
    }
    raw.close()
    return shapes


def test_the_history_ends_where_the_code_s_tables_are(tmp_path: Path) -> None:
    migrate(tmp_path / "migrated.db")
    engine = sqlite_engine(tmp_path / "made.db")
    with engine.connect() as connection:
        for module in MODULES:
            module.tables.create_all(connection)
    engine.dispose()
    migrated, made = shape(tmp_path / "migrated.db"), shape(tmp_path / "made.db")
    assert sorted(migrated) == sorted(made)
    assert {
        name: columns for name, columns in migrated.items() if sorted(columns, key=str) != sorted(made[name], key=str)
    } == {}


def test_a_migration_is_dated_and_names_one_room() -> None:
    name = re.compile(r"\d{4}_\d{2}_\d{2}_\d{2}_([a-z]+)_[a-z_]+")
    rooms = [match and match[1] for match in (name.fullmatch(path.stem) for path in VERSIONS)]
    assert [path.name for path, room in zip(VERSIONS, rooms, strict=True) if room not in SCHEMAS] == []


def test_the_history_is_one_line() -> None:
    told = [
        re.search(r'^down_revision(?:: .*)? = (?:"(.+)"|None)', path.read_text(), re.MULTILINE) for path in VERSIONS
    ]
    assert [match and match[1] for match in told] == [None, *(path.stem for path in VERSIONS[:-1])]


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    migrate(tmp_path / "oo.db")
    before = shape(tmp_path / "oo.db")
    assert migrate(tmp_path / "oo.db") is None
    assert shape(tmp_path / "oo.db") == before
