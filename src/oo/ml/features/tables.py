"""What the features room remembers: what happened as numbers, what was folded of it, and what titles are about.

All of it is sealed with the person's key.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, String, Table

from oo.kernel.db import Instant

metadata = MetaData(schema="features")

activities = Table(
    "activities",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("seq", Integer, primary_key=True),  # the event's place in the person's order
    Column("at", Instant, nullable=False),
    Column("verb", String(10), nullable=False),
    Column("day", Integer),  # the person's own day and hour; none before it is folded
    Column("hour", Float),
    Column("data", LargeBinary, nullable=False),
    Index("activities_at", "verb", "at"),
)
Index(
    "activities_waiting",
    activities.c.user_id,
    sqlite_where=activities.c.day.is_(None),
    postgresql_where=activities.c.day.is_(None),
)

folded = Table(
    "folded",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("states", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
)

themes = Table(
    "themes",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("seq", Integer, nullable=False),  # the last event that changed a task, and the last that was looked at
    Column("through", Integer, nullable=False, server_default="0"),
    Column("prints", LargeBinary),
    Column("groups", LargeBinary),
    Column("at", Instant, nullable=False),  # when a task changed, or was looked at, last
    Index("themes_at", "at"),
)

ACTIVITY = "activities.data"
STATES = "folded.states"
PRINTS = "themes.prints"
GROUPS = "themes.groups"
