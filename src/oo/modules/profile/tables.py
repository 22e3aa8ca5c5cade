"""What profile remembers: preferences and consents, which are names and switches; what was inferred is sealed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, LargeBinary, MetaData, String, Table

from oo.kernel.db import Instant

metadata = MetaData(schema="profile")

prefs = Table(
    "prefs",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("scope", String(40), primary_key=True),
    Column("key", String(40), primary_key=True),
    Column("value", String(80), nullable=False),
    Column("source", String(10), nullable=False),
    Column("at", Instant, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("key", String(40), primary_key=True),
    Column("granted", Boolean, nullable=False),
    Column("version", String(20), nullable=False),
    Column("origin", String(10), nullable=False),
    Column("at", Instant, nullable=False),
)

contexts = Table(
    "contexts",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("context", String(10), primary_key=True),
    Column("by_hand", Boolean),  # none leaves it to the rule
    Column("until", Instant),
    Column("rule", String(80)),  # weekdays, times and what of the calendar, as JSON
    Column("at", Instant, nullable=False),
)

knowledge = Table(
    "knowledge",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("scope", String(40), primary_key=True),
    Column("key", String(40), primary_key=True),
    Column("source", String(10), nullable=False),  # inferred, user, or deleted: a tombstone, so that it stays away
    Column("said", LargeBinary),  # value, n, confidence and evidence as JSON, sealed
    Column("at", Instant, nullable=False),
)

SAID = "knowledge.said"
