"""What `oo doctor` looks at on Postgres."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from oo.entry.commands.doctor import Finding
from oo.entry.migrate import current_of, head
from oo.entry.wiring import MODULES
from oo.kernel.db.postgres.server import DatabaseUnusable, place, reached
from oo.kernel.keys import Keys, KeyUnsafe
from oo.kernel.keystores import PostgresStore

CONNECTIONS = 20
"""What a running oO takes at most: a reader and a writer for each of its threads, and some of its own."""


def findings(url: str, data: Path) -> Iterator[Finding]:
    """Everything that is looked at, in the order in which one thing rests on another."""
    try:
        with reached(url) as asking:
            yield Finding(f"Postgres {asking.info.server_version // 10_000} answers ({place(url)})")
            yield from _durable(asking)
            yield from _room(asking)
            yield from _tables(asking)
            yield _dump(asking.info.server_version // 10_000)
    except DatabaseUnusable as error:
        yield Finding("the database", str(error).rstrip("."))
        return
    except psycopg.Error as error:
        yield Finding("the database", f"it refuses to be looked at ({type(error).__name__}); see its log")
        return
    if (data / "instance.key").exists():
        yield _key(url, data)


def _durable(asking: psycopg.Connection[Any]) -> Iterator[Finding]:
    commit = _shown(asking, "synchronous_commit")
    yield Finding(
        "a commit waits for the disk", None if commit == "on" else f"synchronous_commit is {commit}; set it on"
    )
    for name in ("fsync", "full_page_writes"):
        mend = f"{name} is off, and a crash of the server may lose everything; set it on in postgresql.conf"
        yield Finding(f"{name} is on" if (on := _shown(asking, name) == "on") else name, None if on else mend)


def _room(asking: psycopg.Connection[Any]) -> Iterator[Finding]:
    used = asking.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name != 'oo'").fetchone()
    free = int(_shown(asking, "max_connections")) - (int(used[0]) if used else 0)
    enough = free >= CONNECTIONS
    yield Finding(
        f"room for {free} connections", None if enough else f"oO takes up to {CONNECTIONS}; raise max_connections"
    )


def _tables(asking: psycopg.Connection[Any]) -> Iterator[Finding]:
    revision = current_of(asking)
    if revision is None:
        yield Finding("the database is empty; the first `oo up` makes the tables")
        return
    there = {str(row[0]) for row in asking.execute("SELECT nspname FROM pg_namespace")}
    lacking = [name for name in (*(room.name for room in MODULES if room.tables.tables), "keys") if name not in there]
    yield Finding(
        "every room has its schema",
        f"{', '.join(lacking)} is not there; bring a back-up back (docs/how-to/postgres.md)" if lacking else None,
    )
    yield Finding(
        "the schema is the newest", None if revision == head() else "it is another one; `oo up` brings it up to date"
    )


def _dump(server: int) -> Finding:
    """Whether an upgrade can back up; well either way, as there is another one."""
    program = shutil.which("pg_dump")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout if program else ""  # noqa: S603
    version = re.search(r"\) (\d+)", said)
    if version is None or int(version[1]) < server:
        return Finding(f"an upgrade finds no pg_dump of version {server}, and will ask for OO_BACKED_UP")
    return Finding("an upgrade finds pg_dump")


def _key(url: str, data: Path) -> Finding:
    store = PostgresStore(url)
    try:
        Keys(data, store)
    except KeyUnsafe as error:
        return Finding("the instance key", str(error))
    finally:
        store.close()
    return Finding("the instance key is this database's")


def _shown(asking: psycopg.Connection[Any], name: str) -> str:
    row = asking.execute("SELECT current_setting(%s)", (name,)).fetchone()
    return "" if row is None else str(row[0])
