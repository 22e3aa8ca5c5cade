"""What JetStream took is found by the making of its stream and the place in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_11_events_mirror_index"
down_revision = "2026_11_21_10_experiments_watch"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "outbox_mirror",
        "outbox",
        ["epoch", "js_seq"],
        schema="events",
        sqlite_where=sa.text("epoch IS NOT NULL"),
        postgresql_where=sa.text("epoch IS NOT NULL"),
    )
