"""SQLite: short reads at once, long ones in threads, and one writer with group commit.

Units that wait together run on the event loop, each in its savepoint, and share one COMMIT, which alone runs in a
thread: it waits for the disk without the interpreter lock, and handing every unit to a thread costs more than the unit
(docs/adr).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from oo.kernel.db.unit import ReadTooLong, Transaction, value_of

T = TypeVar("T")

READERS = 2
READ_SECONDS = 2.0
AT_ONCE_SECONDS = 0.005
"""How long a read may keep the event loop before it goes to a thread."""
GROUP = 256
"""Units in one commit at most: about 50 ms of work, so that nobody waits long behind a burst."""
_OPERATIONS_BETWEEN_LOOKS = 5_000


class SqliteDatabase:
    """The embedded database of one process; make it inside a running event loop.

    A read is tried on the event loop first: a look-up takes a fraction of what handing it to a thread costs. One that
    is not through after a few milliseconds is ended and run again in a thread, as a unit may be.
    """

    def __init__(self, path: Path, *, readers: int = READERS, read_seconds: float = READ_SECONDS) -> None:
        self._engine = sqlite_engine(path)
        self._read_seconds = read_seconds
        self._here = _Reader(self._engine.connect())
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="oo-read")
        self._opened = [self._here]
        self._writer = _Writer(self._engine.connect())
        self._closed = False

    async def read(self, unit: Callable[[Transaction], T], *, aside: bool = False) -> T:
        """Run a unit on a reader; see `Database.read`."""
        if not aside:
            with contextlib.suppress(ReadTooLong):
                return self._here.run(unit, AT_ONCE_SECONDS)
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, unit)

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit with the next group; see `Database.write`."""
        return await self._writer.submit(unit)

    async def checkpoint(self) -> None:
        """Truncate the write-ahead log; readers in progress are waited for."""
        await self._writer.exclusive(lambda raw: raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    async def close(self) -> None:
        """Finish what waits, truncate the log, close."""
        if self._closed:
            return
        self._closed = True
        await self._writer.finish()
        self._readers.shutdown()
        for reader in self._opened:
            reader.connection.close()
        await self.checkpoint()
        self._writer.close()
        self._engine.dispose()

    def _read(self, unit: Callable[[Transaction], T]) -> T:
        if not hasattr(self._local, "reader"):
            self._local.reader = _Reader(self._engine.connect())
            self._opened.append(self._local.reader)
        reader: _Reader = self._local.reader
        return reader.run(unit, self._read_seconds)


class _Reader:
    """One connection that reads: a snapshot for each unit, ended after a time."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._raw = _raw(connection)
        self._transaction = Transaction(connection, self._raw)
        self._ends = math.inf
        self._raw.set_progress_handler(lambda: time.monotonic() > self._ends, _OPERATIONS_BETWEEN_LOOKS)

    def run(self, unit: Callable[[Transaction], T], seconds: float) -> T:
        """The unit's value; raises `ReadTooLong`."""
        self._raw.execute("BEGIN")  # on a busy machine the time would be over before this is
        self._ends = time.monotonic() + seconds
        try:
            return value_of(unit(self._transaction))
        except (OperationalError, sqlite3.OperationalError) as error:
            if "interrupted" in str(error):
                raise ReadTooLong(f"a read took over {seconds:g} s and was ended") from error
            raise
        finally:
            self._ends = math.inf  # the end of the read must not be interrupted too
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK")


class _Writer:
    """Runs units in groups on the one connection that writes."""

    def __init__(self, connection: Connection) -> None:
        self._raw = _raw(connection)
        self._connection = connection
        self._transaction = Transaction(connection, self._raw)
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="oo-commit")
        self._waiting: deque[tuple[Callable[[Transaction], Any], asyncio.Future[Any]]] = deque()
        self._running: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def submit(self, unit: Callable[[Transaction], T]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((unit, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run(), name="oo-writer")
        return await future

    async def exclusive(self, work: Callable[[sqlite3.Connection], Any]) -> None:
        async with self._turn:
            await self._in_thread(lambda: work(self._raw))

    async def finish(self) -> None:
        while self._running is not None and not self._running.done():
            await self._running

    def close(self) -> None:
        self._disk.shutdown()
        self._connection.close()

    async def _run(self) -> None:
        while self._waiting:
            async with self._turn:
                size = min(len(self._waiting), GROUP)
                group = [self._waiting.popleft() for _ in range(size)]
                try:
                    done = await self._commit(group)
                except Exception:  # the group was lost: each unit is run again, alone, to find whose fault it is
                    await self._one_by_one(group)
                else:
                    _settle(done)

    async def _commit(
        self, group: list[tuple[Callable[[Transaction], Any], asyncio.Future[Any]]]
    ) -> list[tuple[asyncio.Future[Any], Any, BaseException | None]]:
        """Run every unit in its savepoint and commit once; raises when the database lost the whole transaction."""
        raw = self._raw
        outcomes: list[tuple[asyncio.Future[Any], Any, BaseException | None]] = []
        raw.execute("BEGIN IMMEDIATE")
        try:
            for unit, future in group:
                if future.cancelled():
                    continue
                raw.execute("SAVEPOINT unit")
                try:
                    value = value_of(unit(self._transaction))
                except Exception as error:
                    if not raw.in_transaction:  # disk full, out of memory, interrupted: SQLite rolled everything back
                        raise
                    raw.execute("ROLLBACK TO unit")
                    outcomes.append((future, None, error))
                else:
                    outcomes.append((future, value, None))
                raw.execute("RELEASE unit")
            await self._in_thread(lambda: raw.execute("COMMIT"))
        except BaseException:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raise
        return outcomes

    async def _one_by_one(self, group: list[tuple[Callable[[Transaction], Any], asyncio.Future[Any]]]) -> None:
        for entry in group:
            try:
                done = await self._commit([entry])
            except Exception as error:
                done = [(entry[1], None, error)]
            _settle(done)

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)


def sqlite_engine(path: Path) -> Engine:
    """An engine with oO's settings for one file."""
    engine = create_engine(
        f"sqlite+pysqlite:///{path}",
        poolclass=NullPool,
        connect_args={"check_same_thread": False, "timeout": 5, "isolation_level": None},
        execution_options={"isolation_level": "AUTOCOMMIT"},
    )
    # SQLite has no schemas. A schema_translate_map would say so too, but rewrites every statement at every execution,
    # which took two fifths of a look-up; the preparer says it once, when a statement is compiled.
    engine.dialect.identifier_preparer.schema_for_object = _no_schema  # type: ignore[assignment]

    @event.listens_for(engine, "connect")
    def _settings(raw: sqlite3.Connection, _record: object) -> None:
        # With pysqlite's own transactions two SELECTs of one read saw different data; here every BEGIN is written out.
        raw.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "journal_size_limit=4194304",
        ):
            raw.execute(f"PRAGMA {pragma}")

    return engine


def _no_schema(_of: object) -> None:
    return None


def _raw(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _settle(outcomes: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for future, value, error in outcomes:
        if future.cancelled():
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(value)
