"""What a model said that nobody saw, and fingerprints of what it said that somebody did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_36_recommender_refusals"
down_revision = "2026_11_21_31_experiments_quits"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "refusals",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("prompt_version", sa.String(length=40), nullable=False),
        sa.Column("prompt_hash", sa.String(length=16), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="recommender",
    )
    op.create_index("refusals_user", "refusals", ["user_id", "at"], schema="recommender")
    op.create_table(
        "prints",
        sa.Column("tip_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("print", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tip_id"),
        schema="recommender",
    )
    op.create_index("prints_user", "prints", ["user_id", "at"], schema="recommender")
