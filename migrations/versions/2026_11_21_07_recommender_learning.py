"""Rewards, what is learnt from them, what would have been anyway, and who decides for whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_07_recommender_learning"
down_revision = "2026_11_21_07_ops_jobs"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rewards",
        sa.Column("tip_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("why", sa.String(length=30), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("burden", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tip_id"),
        schema="recommender",
    )
    op.create_index("rewards_user", "rewards", ["user_id", "seq"], unique=True, schema="recommender")
    op.create_table(
        "outcomes",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "ref", "at"),
        schema="recommender",
    )
    op.create_table(
        "states",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("policy", sa.String(length=80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("through", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "policy", "revision"),
        schema="recommender",
    )
    op.create_table(
        "baselines",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("shares", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        schema="recommender",
    )
    op.create_table(
        "lineups",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("setting", sa.String(length=80), nullable=False),
        sa.Column("champion", sa.String(length=80), nullable=False),
        sa.Column("challenger", sa.String(length=80), nullable=True),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("former", sa.String(length=80), nullable=True),
        sa.Column("kept_back", sa.Float(), nullable=False),
        sa.Column("trial", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="recommender",
    )
