"""What days of life taught."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_13_recommender_lessons"
down_revision = "2026_11_21_12_recommender_hearing"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "lessons",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "seq"),
        schema="recommender",
    )
