"""When somebody wanted less, soon after a push: a guardrail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_31_experiments_quits"
down_revision = "2026_11_21_30_notifier_deliveries"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "quits",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "at"),
        schema="experiments",
    )
