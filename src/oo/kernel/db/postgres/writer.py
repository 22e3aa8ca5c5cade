"""Writes: units that wait together commit together, one serializable transaction, each unit in its savepoint.

Side by side they were slower: Postgres tells rows of a small table apart by their page only, so units of different
people undid each other (docs/adr/0011).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from oo.kernel.db.postgres.kept import Kept, Straight, say, state_of
from oo.kernel.db.unit import Transaction, UnitBroken, value_of

T = TypeVar("T")

GROUP = 64
"""Units in one transaction at most, so that nobody waits long behind a burst."""
TRIES = 12
"""How often a unit is run that lost against another process; one of the two always wins, so somebody gets on."""
_LOST = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: the whole transaction is undone."""
_PAUSE_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class _Asked:
    """A unit that somebody waits for."""

    unit: Callable[[Transaction], Any]
    future: asyncio.Future[Any]


Outcome = tuple[_Asked, Any, BaseException | None]


class Writer(Kept):
    """The one connection of this process that writes, in a thread of its own."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="oo-write")
        self._waiting: deque[_Asked] = deque()

    async def run(self, unit: Callable[[Transaction], T]) -> T:
        """The unit's value after its commit."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append(_Asked(unit, future))
        self._thread.submit(self._next, loop)
        return await future

    def finish(self) -> None:
        """Run what waits, then close."""
        self._thread.shutdown()
        self.close()

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        """Commit all that waits now; a unit that an earlier call took along leaves nothing to do."""
        group: list[_Asked] = []
        while self._waiting and len(group) < GROUP:
            group.append(self._waiting.popleft())
        if not group:
            return
        try:
            done = self._commit(group)
        except _Undone:  # the transaction was lost: each unit is run again, alone, to find whose fault it is
            done = [outcome for one in group for outcome in self._alone(one)]
        except BaseException as error:
            done = [(one, None, error) for one in group]
        loop.call_soon_threadsafe(_settle, done)

    def _alone(self, one: _Asked) -> Sequence[Outcome]:
        for tries in range(1, TRIES + 1):
            try:
                return self._commit([one])
            except _Undone as undone:
                if tries == TRIES:
                    return [(one, None, undone.error)]
                time.sleep(_PAUSE_SECONDS * tries)
            except BaseException as error:
                return [(one, None, error)]
        raise AssertionError("unreachable")

    def _commit(self, group: Sequence[_Asked]) -> list[Outcome]:
        """Run every unit and commit once.

        Raises `_Undone` when Postgres undid all of it and it may be run again.
        """
        try:
            connection, driver = self._open()
            transaction = Transaction(connection, Straight(driver))
            say(driver, b"BEGIN")
            outcomes = [self._one(one, transaction, driver) for one in group]
        except BaseException as error:
            if self._is_undone(error):
                raise _Undone(error) from error
            raise
        try:
            say(driver, b"COMMIT")
        except psycopg.Error as error:
            if error.sqlstate in _LOST:
                raise _Undone(error) from error
            self._is_lost()  # whether it was committed nobody knows: the caller is told, and asks again with its key
            raise
        return outcomes

    def _one(self, one: _Asked, transaction: Transaction, driver: psycopg.Connection[Any]) -> Outcome:
        say(driver, b"SAVEPOINT unit")
        try:
            value = value_of(one.unit(transaction))
            if driver.info.transaction_status is TransactionStatus.INERROR:
                raise UnitBroken("a unit caught an error of the database, which has undone all of it; use upsert")
        except Exception as error:
            if driver.closed or state_of(error) in _LOST:
                raise
            say(driver, b"ROLLBACK TO unit")
            return one, None, error
        say(driver, b"RELEASE unit")
        return one, value, None

    def _is_undone(self, error: BaseException) -> bool:
        """Roll back; True when no unit did anything wrong, and they may be run again."""
        if self._is_lost():
            return isinstance(error, DBAPIError | psycopg.Error)
        if self._connection is not None:
            _, driver = self._open()
            say(driver, b"ROLLBACK")
        return state_of(error) in _LOST


class _Undone(Exception):
    """A transaction was undone through no fault of its units."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


def _settle(done: Sequence[Outcome]) -> None:
    for one, value, error in done:
        if one.future.cancelled():
            continue
        if error is not None:
            one.future.set_exception(error)
        else:
            one.future.set_result(value)
