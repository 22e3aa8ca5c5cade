"""Brings the database to the newest revision: backs up first, and does nothing (nor loads Alembic) when it is there
already. One transaction: what fails is undone, and the version of oO before it runs on.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import oo

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import Connection

HISTORY = Path(oo.__file__).parents[2] / "migrations"


class UpgradeRefused(Exception):
    """The data can't be brought to the newest revision; the message says why, and that nothing was changed."""


def head(history: Path = HISTORY) -> str:
    """The newest revision; their dated names sort in the order of the history."""
    return max(path.stem for path in (history / "versions").glob("*.py"))


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


def current_of(connection: psycopg.Connection[Any]) -> str | None:
    """The revision of a Postgres database, None for an empty one."""
    if connection.execute("SELECT to_regclass('oo.alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute("SELECT version_num FROM oo.alembic_version").fetchone()
    return row and str(row[0])


def migrate(path: Path, history: Path = HISTORY) -> Path | None:
    """Upgrade the file to the newest revision; the path of the back-up when there was something to lose.

    Raises `UpgradeRefused` with the file as it was.
    """
    from oo.kernel.db.sqlite import sqlite_engine

    before = current(path)
    if not _has_way(before, history):
        return None
    backup = None if before is None else back_up(path, path.parent / "backups" / f"{path.stem}-{before}.db")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    engine = sqlite_engine(path)
    try:
        with engine.connect() as connection:
            # Batch mode rebuilds a table by copying it, which foreign keys would forbid; after BEGIN it is not heard.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _upgrade(connection, history)
            connection.exec_driver_sql("COMMIT")
    except Exception as error:  # closing the connection has rolled everything back
        raise _undone(error, history, backup) from error
    finally:
        engine.dispose()
    return backup


def migrate_postgres(url: str, folder: Path, backed_up: str | None = None, history: Path = HISTORY) -> Path | None:
    """Upgrade a Postgres database, one process at a time; the path of the back-up in `folder`, if any.

    Processes of the version before may run on meanwhile: a revision adds what they don't know, and takes nothing away
    that they need. `backed_up` names the revision that somebody backed up in another way. Raises `UpgradeRefused` with
    the database as it was, `DatabaseUnusable` when it can't be reached.
    """
    from oo.kernel.db.postgres.advisory import upgrading
    from oo.kernel.db.postgres.server import reached

    with reached(url) as asking:
        if not _has_way(current_of(asking), history):
            return None
    with upgrading(url):
        return _upgrade_postgres(url, folder, backed_up, history)


def _upgrade_postgres(url: str, folder: Path, backed_up: str | None, history: Path) -> Path | None:
    from oo.kernel.db.postgres.server import postgres_engine, reached

    with reached(url) as asking:
        before = current_of(asking)
    if not _has_way(before, history):  # somebody did it while this one waited
        return None
    backup = None
    if before is not None and before != backed_up:
        backup = dump(url, before, folder / "backups" / f"postgres-{before}.dump")
    engine = postgres_engine(url)
    try:
        with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection, connection.begin():
            _upgrade(connection, history)
    except Exception as error:
        raise _undone(error, history, backup) from error
    finally:
        engine.dispose()
    return backup


def back_up(path: Path, target: Path) -> Path:
    """Copy a database file, also while it is in use, to a private file."""
    _private(target)
    source, copy = sqlite3.connect(path), sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        source.close()
        copy.close()
    return target


def dump(url: str, revision: str, target: Path) -> Path:
    """Let pg_dump write all but the keys into a private file; raises `UpgradeRefused` when it can't."""
    from oo.kernel.db.postgres.server import without_password

    address, password = without_password(url)
    _private(target)
    command = ["pg_dump", "--format=custom", "--exclude-schema=keys", f"--file={target}", f"--dbname={address}"]
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    try:
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        target.unlink(missing_ok=True)
        said = error.stderr.strip().splitlines()[-1:] if isinstance(error, subprocess.CalledProcessError) else []
        reason = f"it failed ({said[0].removeprefix('pg_dump: ')})" if said else "it is not here"
        raise UpgradeRefused(
            f"Before it upgrades the data, oO backs it up with pg_dump, and {reason}: install PostgreSQL's client of "
            f"the server's version, or back up yourself and say so with OO_BACKED_UP={revision}. Nothing was changed."
        ) from None
    return target


def _has_way(before: str | None, history: Path) -> bool:
    """Whether there is something to do; raises `UpgradeRefused` for data of a newer oO."""
    newest = head(history)
    if before is not None and before != newest and not (history / "versions" / f"{before}.py").exists():
        raise UpgradeRefused(
            f"The data is of a newer oO (revision {before}, and this one knows {newest}); start that one, or bring "
            "back the back-up that was made before its upgrade. Nothing was changed."
        )
    return before != newest


def _upgrade(connection: Connection, history: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(history))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _undone(error: Exception, history: Path, backup: Path | None) -> UpgradeRefused:
    kept = f"; the back-up is {backup}" if backup else ""
    return UpgradeRefused(
        f"The upgrade of the data to {head(history)} failed ({type(error).__name__}) and was undone{kept}: "
        "start the version of oO that ran before, and tell of this."
    )


def _private(target: Path) -> None:
    target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    target.touch(mode=0o600)
