"""What a model is told of a person, and what it wrote."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_37_recommender_ready"
down_revision = "2026_11_21_36_recommender_refusals"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "prompt_contexts",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=True),
        sa.Column("written_digest", sa.String(length=32), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("context", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("user_id"),
        schema="recommender",
    )
    op.create_index("prompt_contexts_due", "prompt_contexts", ["due_at"], unique=False, schema="recommender")
    op.create_table(
        "written",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("topic", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "ref"),
        schema="recommender",
    )
