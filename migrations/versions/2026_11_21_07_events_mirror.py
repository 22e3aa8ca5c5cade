"""Where JetStream has an event, how often it was sent again, and how often a failing one was tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_07_events_mirror"
down_revision = "2026_11_21_06_events_waiting_index"
branch_labels = depends_on = None


def upgrade() -> None:
    """Add the columns; what was set aside before is set aside."""
    # An ALTER TABLE says the schema whatever the dialect's preparer thinks of it.
    schema = None if op.get_context().dialect.name == "sqlite" else "events"
    for column in (
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("epoch", sa.String(length=60), nullable=True),
        sa.Column("js_seq", sa.BigInteger(), nullable=True),
        sa.Column("redelivered", sa.Integer(), server_default=sa.text("0"), nullable=False),
    ):
        op.add_column("outbox", column, schema=schema)
    op.add_column(
        "parked", sa.Column("tries", sa.Integer(), server_default=sa.text("5"), nullable=False), schema=schema
    )
    op.create_index("parked_user", "parked", ["user_id", "consumer"], schema="events")
