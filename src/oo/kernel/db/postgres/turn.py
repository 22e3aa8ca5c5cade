"""Who hands on the events of a database: one process at a time, by an advisory lock; the others wait for their turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg

from oo.kernel.db.postgres.advisory import _NOTICED_SOON, RELAY
from oo.kernel.db.postgres.server import connect
from oo.kernel.log import get_logger

_POLL_SECONDS = 1.0

log = get_logger("relay")


class Turn:
    """Runs work while this process holds the lock; Postgres frees it when the connection or the process ends."""

    def __init__(self, url: str, name: tuple[int, int] = RELAY) -> None:
        self._url, self._name = url, name

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work whenever it is this process's turn, until cancelled; it is cancelled when the lock is lost.

        The old holder may be at its last batch when the next one begins: what both do has one effect.
        """
        while True:
            connection = await self._asked()
            if connection is None:
                await asyncio.sleep(_POLL_SECONDS)
                continue
            log.info("relay.turn")
            working = asyncio.ensure_future(work())
            try:
                while not working.done() and await asyncio.to_thread(_is_held, connection):
                    await asyncio.wait([working], timeout=_POLL_SECONDS)
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
                with contextlib.suppress(psycopg.Error):
                    connection.close()

    async def _asked(self) -> psycopg.Connection[Any] | None:
        """A connection that has the lock, None when another has it; let go of when nobody waits for it any more."""
        taking = asyncio.ensure_future(asyncio.to_thread(self._take))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            taken = await taking
            if taken is not None:
                taken.close()
            raise

    def _take(self) -> psycopg.Connection[Any] | None:
        try:
            connection = connect(self._url, *_NOTICED_SOON)
        except psycopg.OperationalError:
            return None
        with contextlib.suppress(psycopg.Error):
            if connection.execute("SELECT pg_try_advisory_lock(%s, %s)", self._name).fetchone() == (True,):
                return connection
        with contextlib.suppress(psycopg.Error):
            connection.close()
        return None


def _is_held(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True
