"""Connections, what is known of their items and times, and what is to be written back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_05_integrations_sources"
down_revision = "2026_11_21_04_profile_prefs"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "busy_blocks",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("connection_id", sa.String(length=26), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "connection_id", "starts_at", "ends_at", "all_day"),
        schema="integrations",
    )
    op.create_table(
        "completions",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("connection_id", sa.String(length=26), nullable=False),
        sa.Column("project", sa.String(length=32), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "item"),
        schema="integrations",
    )
    op.create_index("completions_at", "completions", ["user_id", "at"], unique=False, schema="integrations")
    op.create_table(
        "connections",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("connector", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=True),
        sa.Column("trusted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.LargeBinary(), nullable=True),
        sa.Column("unread", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="integrations",
    )
    op.create_index(
        "connections_place", "connections", ["user_id", "connector", "place"], unique=True, schema="integrations"
    )
    op.create_table(
        "documents",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("connection_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "connection_id", "name"),
        schema="integrations",
    )
    op.create_table(
        "items",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("connection_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=True),
        sa.Column("project", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("named_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "ref"),
        schema="integrations",
    )
    op.create_index("items_connection", "items", ["connection_id"], unique=False, schema="integrations")
    op.create_index(
        "items_named",
        "items",
        ["named_at"],
        unique=False,
        schema="integrations",
        sqlite_where=sa.text("named_at IS NOT NULL"),
        postgresql_where=sa.text("named_at IS NOT NULL"),
    )
    op.create_index("items_open", "items", ["user_id", "state"], unique=False, schema="integrations")
    op.create_table(
        "writebacks",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("connection_id", sa.String(length=26), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="integrations",
    )
    op.create_index("writebacks_due", "writebacks", ["state", "due_at"], unique=False, schema="integrations")
    op.create_index("writebacks_user", "writebacks", ["user_id"], unique=False, schema="integrations")
