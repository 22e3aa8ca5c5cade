"""Shadows, coins, the audit, and simulations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_10_experiments_watch"
down_revision = "2026_11_21_09_features_activities"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "shadows",
        sa.Column("decision_id", sa.String(length=26), nullable=False),
        sa.Column("policy", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("choice", sa.Integer(), nullable=True),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("direct", sa.Float(), nullable=False),
        sa.Column("fitted", sa.Float(), nullable=False),
        sa.Column("latency_us", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "policy"),
        schema="experiments",
    )
    op.create_index("shadows_user", "shadows", ["user_id"], unique=False, schema="experiments")
    op.create_index("shadows_policy", "shadows", ["policy", "decision_id"], unique=False, schema="experiments")
    op.create_table(
        "coins",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="experiments",
    )
    op.create_index("coins_user", "coins", ["user_id", "at"], unique=False, schema="experiments")
    op.create_table(
        "audits",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("policy", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="experiments",
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("after", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        schema="experiments",
    )
    op.create_table(
        "sim_runs",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="experiments",
    )
    counts = ("tips", "done", "snoozed", "dismissed", "ignored", "silent", "interruptions", "alone")
    op.create_table(
        "sim_events",
        sa.Column("run_id", sa.String(length=26), nullable=False),
        sa.Column("policy", sa.String(length=80), nullable=False),
        sa.Column("persona", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("value", "best", "random")),
        sa.PrimaryKeyConstraint("run_id", "policy", "persona", "day"),
        schema="experiments",
    )
