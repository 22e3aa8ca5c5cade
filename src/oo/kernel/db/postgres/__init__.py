"""Postgres: the units of SQLite, from any number of processes.

A read is one snapshot, a write one serializable transaction: units were written as if they ran alone, and the ones that
lose against another are run again. Traps found by measuring: each BEGIN and ROLLBACK is a round trip, so a read of one
statement goes without; psycopg forgets every prepared statement when it sees a ROLLBACK, so it is shown none.
"""

from oo.kernel.db.postgres.database import PostgresDatabase

__all__ = ["PostgresDatabase"]
