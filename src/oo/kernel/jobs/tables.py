"""Who leads, what was planned, and how far it is. Nobody is named: a shard is a span of joining times."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, false, text

from oo.kernel.db import Instant

metadata = MetaData(schema="ops")

leases = Table(
    "leases",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("holder", String(26), nullable=False),
    Column("beat", Integer, nullable=False),
)

ticks = Table(
    "ticks",
    metadata,
    Column("what", String(60), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("upto", String(26), nullable=False),
    Column("shards", Integer, nullable=False),
    Column("planned", Boolean, nullable=False, server_default=false()),
)

runs = Table(
    "runs",
    metadata,
    Column("what", String(60), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("tick", Integer, primary_key=True),
    Column("shard", Integer, primary_key=True),
    Column("after", String(26), nullable=False),
    Column("upto", String(26), nullable=False),
    Column("people", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("begun", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("worker", String(26)),
    Column("began_at", Instant),
    Column("ended_at", Instant),
    Column("wrote", Integer, nullable=False),
    Column("reason", String(80)),
)
_OPEN = text("state = 'open'")
Index("runs_open", runs.c.what, runs.c.tick, runs.c.shard, sqlite_where=_OPEN, postgresql_where=_OPEN)

kicks = Table("kicks", metadata, Column("what", String(60), primary_key=True))

OPEN, DONE, FAILED, DROPPED = "open", "done", "failed", "dropped"
"""States of a run: to be done, done, given up, and left to the next tick."""
