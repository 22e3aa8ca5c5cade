"""What profile remembers: one row per preference. Values are names, times and switches, never free text."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, String, Table

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
