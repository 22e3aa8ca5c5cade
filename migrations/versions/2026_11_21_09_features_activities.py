"""What happened to a person, as numbers and references, and what was folded of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_09_features_activities"
down_revision = "2026_11_21_08_profile_knowledge"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "activities",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("verb", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.Column("hour", sa.Float(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "seq"),
        schema="features",
    )
    op.create_index("activities_at", "activities", ["verb", "at"], unique=False, schema="features")
    op.create_index(
        "activities_waiting",
        "activities",
        ["user_id"],
        unique=False,
        schema="features",
        sqlite_where=sa.text("day IS NULL"),
        postgresql_where=sa.text("day IS NULL"),
    )
    op.create_table(
        "folded",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("states", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        schema="features",
    )
