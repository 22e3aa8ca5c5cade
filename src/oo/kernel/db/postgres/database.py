"""The database: reads at once or in threads, writes in one thread, a connection of its own for each."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from oo.kernel.db.postgres.kept import Kept
from oo.kernel.db.postgres.reader import Reader
from oo.kernel.db.postgres.server import is_near, postgres_engine
from oo.kernel.db.postgres.writer import Writer
from oo.kernel.db.unit import ReadTooLong, Transaction

T = TypeVar("T")
K = TypeVar("K", bound=Kept)

CONNECTIONS = 8
"""Reads that run at the same time, each on a connection of its own; there is one more that writes."""
READ_SECONDS = 2.0
WRITE_SECONDS = 30.0
AT_ONCE_SECONDS = 0.01
"""How long a read of a server on this machine may keep the event loop before it goes to a thread."""


class PostgresDatabase:
    """A database that other processes use too; make it inside a running event loop."""

    def __init__(
        self,
        url: str,
        *,
        connections: int = CONNECTIONS,
        read_seconds: float = READ_SECONDS,
        near: bool | None = None,
    ) -> None:
        """With `near` a short read is asked for on the event loop; by default when the server is on this machine."""
        snapshot = ("default_transaction_isolation=repeatable read", "default_transaction_read_only=on")
        self._reading = postgres_engine(url, *snapshot, _timeout(read_seconds))
        writing = postgres_engine(url, "default_transaction_isolation=serializable", _timeout(WRITE_SECONDS))
        self._writer = Writer(writing)
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="oo-read")
        self._local = threading.local()
        self._opened: list[Kept] = []
        self._several: dict[object, bool] = {}
        self._read_seconds = read_seconds
        at_once = postgres_engine(url, *snapshot, _timeout(AT_ONCE_SECONDS))
        near = is_near(url) if near is None else near
        self._here = self._kept(Reader(at_once, AT_ONCE_SECONDS, self._several)) if near else None
        self._closed = False

    async def read(self, unit: Callable[[Transaction], T], *, aside: bool = False) -> T:
        """Run a unit on one snapshot, read-only; see `Database.read`."""
        if self._here is not None and not aside:
            try:
                return self._here.run(unit)
            except ReadTooLong:
                pass
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, unit)

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit with those that wait beside it; see `Database.write`."""
        return await self._writer.run(unit)

    async def checkpoint(self) -> None:
        """Do nothing: words that Postgres still holds of deleted rows are sealed with a key that is gone."""

    async def close(self) -> None:
        """Finish what runs, then close every connection."""
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._threads.shutdown)
            await asyncio.to_thread(self._writer.finish)
            for kept in self._opened:
                kept.close()

    def _read(self, unit: Callable[[Transaction], T]) -> T:
        if not hasattr(self._local, "reader"):
            self._local.reader = self._kept(Reader(self._reading, self._read_seconds, self._several))
        reader: Reader = self._local.reader
        return reader.run(unit)

    def _kept(self, kept: K) -> K:
        self._opened.append(kept)
        return kept


def _timeout(seconds: float) -> str:
    return f"statement_timeout={max(int(seconds * 1000), 1)}"
