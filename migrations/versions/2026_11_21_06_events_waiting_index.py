"""The index of waiting events in the words that SQLite's query has: in others it is not used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_06_events_waiting_index"
down_revision = "2026_11_21_05_integrations_sources"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the index again; Postgres sees that both words mean the same."""
    if op.get_context().dialect.name == "sqlite":
        op.drop_index("outbox_waiting", "outbox", schema="events")
        op.create_index("outbox_waiting", "outbox", ["id"], schema="events", sqlite_where=sa.text("sent = 0"))
