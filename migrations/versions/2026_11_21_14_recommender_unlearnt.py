"""People who took back that their past is learnt from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_14_recommender_unlearnt"
down_revision = "2026_11_21_13_recommender_lessons"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "unlearnt",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("through", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("user_id"),
        schema="recommender",
    )
