"""What people's open tasks are about, sealed, by consent only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_40_features_themes"
down_revision = "2026_11_21_37_recommender_ready"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "themes",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("through", sa.Integer(), server_default="0", nullable=False),
        sa.Column("prints", sa.LargeBinary(), nullable=True),
        sa.Column("groups", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        schema="features",
    )
    op.create_index("themes_at", "themes", ["at"], schema="features")
