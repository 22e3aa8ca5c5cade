"""Whose fault an error in a unit is: the database's, which is away or full, or that of whoever wrote the unit."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

_OF_THE_STATEMENT = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG}
)


def is_database_at_fault(error: BaseException) -> bool:
    """Whether the same unit may go through later: full, locked, away, lost to another process; not a wrong statement.

    >>> is_database_at_fault(ValueError("no"))
    False
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF not in _OF_THE_STATEMENT
    # psycopg is not imported by whoever keeps the data in a file; the DB-API's names are the same everywhere.
    return any(
        kind.__module__.startswith("psycopg") and kind.__name__ == "OperationalError" for kind in type(cause).__mro__
    )
