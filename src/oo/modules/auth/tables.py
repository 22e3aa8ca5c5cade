"""What auth remembers: names and devices sealed with the person's key, secrets only as digests."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, String, Table

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

identities = Table(
    "identities",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("provider", String(20), nullable=False),
    Column("subject_digest", String(32), nullable=False, unique=True),
    Column("subject", LargeBinary, nullable=False),
    Column("label", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
    Index("identities_user", "user_id"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("credential_digest", String(32), nullable=False, unique=True),
    Column("credential", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
    Index("passkeys_user", "user_id"),
)

# Sign-ins on their way: of what a browser or a provider is given only digests are kept, and a row is used once.
attempts = Table(
    "attempts",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("browser", String(64), nullable=False),
    Column("provider", String(20), nullable=False),
    Column("back", String(200), nullable=False),
    Column("user_id", String(26)),
    Column("session", String(26)),
    Column("expires_at", Instant, nullable=False),
    Index("attempts_expiry", "expires_at"),
    Index("attempts_user", "user_id"),
)

# Who came in how, who was refused and why, and what was changed about it; without addresses and without words.
entries = Table(
    "entries",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26)),
    Column("at", Instant, nullable=False),
    Column("what", String(30), nullable=False),
    Column("way", String(20), nullable=False),
    Column("why", String(30), nullable=False),
    Index("entries_at", "at"),
    Index("entries_user", "user_id"),
)
