"""What auth remembers: names and devices sealed with the person's key, secrets only as digests."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, MetaData, String, Table

from oo.kernel.db import Instant

metadata = MetaData(schema="auth")

people = Table(
    "people",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("name", LargeBinary, nullable=False),
    Column("name_digest", String(32), nullable=False, unique=True),
    Column("role", String(10), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("joined_at", Instant),
)
# One owner per instance, also when two calls want to make the first.
Index(
    "people_owner",
    people.c.role,
    unique=True,
    sqlite_where=people.c.role == "owner",
    postgresql_where=people.c.role == "owner",
)

links = Table(
    "links",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("purpose", String(10), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Index("links_user", "user_id"),
    Index("links_expiry", "expires_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("previous_digest", String(64)),
    Column("previous_until", Instant),
    Column("csrf", String(64), nullable=False),
    Column("device", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("rotated_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("sessions_previous", "previous_digest"),
    Index("sessions_user", "user_id"),
)

acceptances = Table(
    "acceptances",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("version", String(20), primary_key=True),
    Column("at", Instant, nullable=False),
)
