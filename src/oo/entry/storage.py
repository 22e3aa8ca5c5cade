"""Where the data lies: in a file of the data folder, owned by this process, or on Postgres, shared with others of one
oO; and brought up to date.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oo.entry.migrate import migrate, migrate_postgres
from oo.kernel.db import Database, DataLock, SqliteDatabase
from oo.kernel.db.guard import findings, synchronous
from oo.kernel.keys import Keys
from oo.kernel.log import get_logger
from oo.kernel.settings import Settings

if TYPE_CHECKING:
    from oo.kernel.db.postgres.advisory import DatabaseLock

_KEEP_SECONDS = 5.0

log = get_logger("storage")


@dataclass(frozen=True, slots=True)
class Storage:
    """What a running oO keeps its data with."""

    db: Database
    keys: Keys


@contextlib.asynccontextmanager
async def storage(settings: Settings) -> AsyncIterator[Storage]:
    """Have the data until the end: a file alone, Postgres together with other processes.

    Raises `DataInUse` or `DatabaseInUse` when another oO has it, `KeyUnsafe`, `DatabaseUnusable` or `UpgradeRefused`
    when it can't be used.
    """
    with DataLock(settings.data, shared=settings.database_url is not None):
        opened = _on_sqlite(settings) if settings.database_url is None else _on_postgres(settings)
        async with opened as found:
            try:
                yield found
            finally:
                await found.db.close()
                found.keys.close()


@contextlib.asynccontextmanager
async def _on_sqlite(settings: Settings) -> AsyncIterator[Storage]:
    path = settings.data / "oo.db"
    await asyncio.to_thread(migrate, path)
    db = SqliteDatabase(path)
    for finding in findings(sqlite3.sqlite_version_info, await db.write(synchronous)):
        log.error("storage.unsafe", reason=finding.word)
    yield Storage(db, Keys(settings.data))


@contextlib.asynccontextmanager
async def _on_postgres(settings: Settings) -> AsyncIterator[Storage]:
    # Imported here: whoever keeps the data in a file never loads a client of Postgres.
    from oo.kernel.db.postgres import PostgresDatabase
    from oo.kernel.db.postgres.advisory import DatabaseLock
    from oo.kernel.keystores import PostgresStore

    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    with DatabaseLock(url) as lock, contextlib.closing(PostgresStore(url)) as store:
        keys = Keys(settings.data, store)
        await asyncio.to_thread(migrate_postgres, url, settings.data, settings.backed_up)
        keeping = asyncio.create_task(_keep(lock), name="oo-database-lock")
        try:
            yield Storage(PostgresDatabase(url), keys)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


async def _keep(lock: DatabaseLock) -> None:
    """Hold on to the database; when somebody took it alone while Postgres was away, end this process."""
    from psycopg import OperationalError

    from oo.kernel.db.postgres.advisory import DatabaseInUse

    while True:
        await asyncio.sleep(_KEEP_SECONDS)
        try:
            await asyncio.to_thread(lock.keep)
        except OperationalError as error:
            log.warning("database.away", error=type(error).__name__)
        except DatabaseInUse:
            log.error("database.taken")
            os.kill(os.getpid(), signal.SIGTERM)
