"""Decisions, tips, reactions, holds and views."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_02_recommender_tips"
down_revision = "2026_11_21_01_events_log"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.String(length=80), nullable=False),
        sa.Column("chosen", sa.String(length=200), nullable=True),
        sa.Column("propensity", sa.Float(), nullable=False),
        sa.Column("silence", sa.String(length=40), nullable=True),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("latency_us", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="recommender",
    )
    op.create_index("decisions_user", "decisions", ["user_id", "at"], unique=False, schema="recommender")
    op.create_table(
        "holds",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("tip_id", sa.String(length=26), nullable=False),
        sa.Column("for_now", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="recommender",
    )
    op.create_index("holds_tip", "holds", ["tip_id"], unique=False, schema="recommender")
    op.create_index("holds_user", "holds", ["user_id"], unique=False, schema="recommender")
    op.create_table(
        "reactions",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("tip_id", sa.String(length=26), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("dwell_ms", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undo_until", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "key"),
        schema="recommender",
    )
    op.create_index("reactions_tip", "reactions", ["tip_id"], unique=False, schema="recommender")
    op.create_table(
        "tips",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("topic", sa.String(length=12), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("series", sa.String(length=200), nullable=True),
        sa.Column("served_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("undo_seconds", sa.Integer(), nullable=False),
        sa.Column("considered", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="recommender",
    )
    op.create_index("tips_ref", "tips", ["user_id", "ref"], unique=False, schema="recommender")
    op.create_index("tips_standing", "tips", ["user_id", "state"], unique=False, schema="recommender")
    op.create_table(
        "views",
        sa.Column("tip_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("surface", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tip_id"),
        schema="recommender",
    )
    op.create_index("views_user", "views", ["user_id"], unique=False, schema="recommender")
