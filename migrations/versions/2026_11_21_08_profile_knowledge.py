"""Consents, and what oO thinks it knows of a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_08_profile_knowledge"
down_revision = "2026_11_21_07_recommender_learning"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "consents",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key"),
        schema="profile",
    )
    op.create_table(
        "contexts",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("context", sa.String(length=10), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("rule", sa.String(length=80), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "context"),
        schema="profile",
    )
    op.create_table(
        "knowledge",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "scope", "key"),
        schema="profile",
    )
