"""Preferences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_04_profile_prefs"
down_revision = "2026_11_21_03_auth_people"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "prefs",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "scope", "key"),
        schema="profile",
    )
