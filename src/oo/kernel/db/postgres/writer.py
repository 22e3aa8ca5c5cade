"""Writes: a serializable transaction for each unit, run again when it lost against another."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import DBAPIError

from oo.kernel.db.postgres.kept import Kept, Straight, say, state_of
from oo.kernel.db.unit import Transaction, UnitBroken, value_of

T = TypeVar("T")

TRIES = 12
"""How often a unit is run that lost against another; one of the two always wins, so somebody gets on each time."""
_LOST = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: the whole unit is undone."""
_PAUSE_SECONDS = 0.001


class Writer(Kept):
    """One connection that writes: a serializable transaction for each unit, run again when it lost against another."""

    def run(self, unit: Callable[[Transaction], T]) -> T:
        """The unit's value after its commit."""
        tries = 0
        while True:
            tries += 1
            try:
                return self._commit(unit)
            except _Again as lost:
                if tries == TRIES:
                    raise lost.error from None
                time.sleep(_PAUSE_SECONDS * tries)

    def _commit(self, unit: Callable[[Transaction], T]) -> T:
        try:
            connection, driver = self._open()
            say(driver, b"BEGIN")
            value = value_of(unit(Transaction(connection, Straight(driver))))
            if driver.info.transaction_status is TransactionStatus.INERROR:
                raise UnitBroken("a unit caught an error of the database, which has undone all of it; use upsert")
        except BaseException as error:
            if self._is_undone(error):
                raise _Again(error) from error
            raise
        try:
            say(driver, b"COMMIT")
        except psycopg.Error as error:
            if error.sqlstate in _LOST:
                raise _Again(error) from error
            self._is_lost()  # whether it was committed nobody knows: the caller is told, and asks again with its key
            raise
        return value

    def _is_undone(self, error: BaseException) -> bool:
        """Roll back; True when the unit did nothing wrong, and may do it again."""
        if self._is_lost():
            return isinstance(error, DBAPIError | psycopg.Error)
        if self._connection is not None:
            _, driver = self._open()
            say(driver, b"ROLLBACK")
        return state_of(error) in _LOST


class _Again(Exception):
    """A unit was undone through no fault of its own."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error
