"""Brings the database to the newest revision: backs up first, and does nothing (nor loads Alembic) when it is there
already.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import oo

HISTORY = Path(oo.__file__).parents[2] / "migrations"


def head() -> str:
    """The newest revision; their dated names sort in the order of the history."""
    return max(path.stem for path in (HISTORY / "versions").glob("*.py"))


def current(path: Path) -> str | None:
    """The revision of a database file, None for a new one."""
    if not path.exists():
        return None
    raw = sqlite3.connect(path)
    try:
        row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    finally:
        raw.close()
    return row and str(row[0])


def migrate(path: Path) -> Path | None:
    """Upgrade the file to the newest revision; the path of the back-up when there was something to lose."""
    before = current(path)
    if before == head():
        return None
    backup = None if before is None else back_up(path, path.parent / "backups" / f"{path.stem}-{before}.db")
    _upgrade(path)
    return backup


def back_up(path: Path, target: Path) -> Path:
    """Copy a database file, also while it is in use, to a private file."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    target.touch(mode=0o600)
    source, copy = sqlite3.connect(path), sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        source.close()
        copy.close()
    return target


def _upgrade(path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    from oo.kernel.db.sqlite import sqlite_engine

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    engine = sqlite_engine(path)
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(HISTORY))
        config.attributes["connection"] = connection
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            command.upgrade(config, "head")
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
    engine.dispose()
