"""What agents said of people, and when they are asked next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_12_recommender_hearing"
down_revision = "2026_11_21_11_events_mirror_index"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "agent_outputs",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=24), nullable=False),
        sa.Column("why_not", sa.String(length=80), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "agent"),
        schema="recommender",
    )
    op.create_table(
        "hearings",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("inferred_on", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        schema="recommender",
    )
    op.create_index("hearings_due", "hearings", ["due_at"], unique=False, schema="recommender")
