"""What integrations remembers: connections and the derivatives of what they hold; all words are sealed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, false

from oo.kernel.db import Instant

metadata = MetaData(schema="integrations")

connections = Table(
    "connections",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("connector", String(40), nullable=False),
    Column("place", String(32), nullable=False),  # keyed hash of the path: one connection per connector and place
    Column("name", LargeBinary, nullable=False),
    Column("path", LargeBinary),
    Column("trusted", Boolean, nullable=False, server_default=false()),
    Column("state", String(12), nullable=False),
    Column("cursor", Text),
    Column("read_at", Instant),
    Column("tried_at", Instant),
    Column("next_at", Instant, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("problem", LargeBinary),
    Column("unread", LargeBinary),
    Column("created_at", Instant, nullable=False),
    Column("quiet", Integer, nullable=False, server_default="0"),  # reads in a row that brought nothing
    Column("history", String(40)),  # how far what was done before it was connected is read: "", or "read"
    Index("connections_place", "user_id", "connector", "place", unique=True),
)

items = Table(
    "items",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("ref", String(200), primary_key=True),
    Column("connection_id", String(26), nullable=False),
    Column("state", String(8), nullable=False),
    Column("facts", Text, nullable=False),  # JSON of `items.facts_row`: no words
    Column("title", LargeBinary),
    Column("project", LargeBinary),
    Column("address", LargeBinary),
    Column("named_at", Instant),  # when a read last gave the words; they go a day later
    Index("items_open", "user_id", "state"),
    Index("items_connection", "connection_id"),
)
Index(
    "items_named",
    items.c.named_at,
    sqlite_where=items.c.named_at.is_not(None),
    postgresql_where=items.c.named_at.is_not(None),
)

busy_blocks = Table(
    "busy_blocks",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("connection_id", String(26), primary_key=True),
    Column("starts_at", Instant, primary_key=True),
    Column("ends_at", Instant, primary_key=True),
    Column("all_day", Boolean, primary_key=True),
)

completions = Table(
    "completions",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("item", String(32), primary_key=True),  # keyed hash of the ref
    Column("connection_id", String(26), nullable=False),
    Column("project", String(32)),
    Column("at", Instant, nullable=False),
    Index("completions_at", "user_id", "at"),
)

writebacks = Table(
    "writebacks",
    metadata,
    Column("id", String(26), primary_key=True),  # the tip's: one reaction, one write
    Column("user_id", String(26), nullable=False),
    Column("connection_id", String(26), nullable=False),
    Column("ref", String(200), nullable=False),
    Column("version", String(80), nullable=False),
    Column("state", String(8), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("claimed_at", Instant),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("problem", LargeBinary),
    Column("created_at", Instant, nullable=False),
    Index("writebacks_due", "state", "due_at"),
    Index("writebacks_user", "user_id"),
)

documents = Table(
    "documents",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("connection_id", String(26), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("connection_id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("secret", LargeBinary, nullable=False),  # tokens, or address, user and password; bound to this row
    Column("number", Integer, nullable=False),  # counts up with every new secret
    Column("expires_at", Instant),
    Column("renewing_until", Instant),  # one process at a time asks for new tokens
    Column("account", String(32)),  # keyed hash of the account at the provider, for webhooks
    Column("watch", String(60)),
    Column("watch_until", Instant),
    Index("grants_user", "user_id"),
    Index("grants_account", "account"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("state", String(64), primary_key=True),  # hash of what came along, or the connection's place
    Column("user_id", String(26), nullable=False),
    Column("session", String(64), nullable=False),
    Column("connector", String(40), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("tickets_user", "user_id"),
)

revocations = Table(
    "revocations",
    metadata,
    Column("id", String(26), primary_key=True),  # also the name of the key that seals it: the person's may be gone
    Column("connector", String(40), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Index("revocations_due", "due_at"),
)
