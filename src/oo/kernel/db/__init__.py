"""The database: plain functions of a `Transaction`, run by `await db.read(fn)` or `await db.write(fn)`.

Rules of a unit (docs/adr/0002): it may be run again, so ids, time and effects stay outside; it can't await,
begin, commit or roll back; it never catches IntegrityError (use `upsert`); it returns values, never cursors; at most
500 rows.
"""

from oo.kernel.db.among import among
from oo.kernel.db.lock import DataInUse, DataLock
from oo.kernel.db.prepared import Prepared
from oo.kernel.db.sqlite import SqliteDatabase
from oo.kernel.db.types import Instant
from oo.kernel.db.unit import Database, ReadTooLong, Transaction, UnitBroken, insert_new, upsert

__all__ = [
    "DataInUse",
    "DataLock",
    "Database",
    "Instant",
    "Prepared",
    "ReadTooLong",
    "SqliteDatabase",
    "Transaction",
    "UnitBroken",
    "among",
    "insert_new",
    "upsert",
]
