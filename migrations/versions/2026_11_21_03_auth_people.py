"""People, one-time links, sessions and what was accepted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_03_auth_people"
down_revision = "2026_11_21_02_recommender_tips"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "acceptances",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "version"),
        schema="auth",
    )
    op.create_table(
        "links",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token_digest"),
        schema="auth",
    )
    op.create_index("links_expiry", "links", ["expires_at"], unique=False, schema="auth")
    op.create_index("links_user", "links", ["user_id"], unique=False, schema="auth")
    op.create_table(
        "people",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("name_digest", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("name_digest"),
        schema="auth",
    )
    op.create_index(
        "people_owner",
        "people",
        ["role"],
        unique=True,
        schema="auth",
        sqlite_where=sa.text("role = 'owner'"),
        postgresql_where=sa.text("role = 'owner'"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("previous_digest", sa.String(length=64), nullable=True),
        sa.Column("previous_until", sa.BigInteger(), nullable=True),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("rotated_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_digest"),
        schema="auth",
    )
    op.create_index("sessions_previous", "sessions", ["previous_digest"], unique=False, schema="auth")
    op.create_index("sessions_user", "sessions", ["user_id"], unique=False, schema="auth")
