"""Access to accounts and servers, how it is asked for and given back; how often a source has news, and its past."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_26_integrations_grants"
down_revision = "2026_11_21_23_auth_ways"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables, and the columns."""
    op.create_table(
        "grants",
        sa.Column("connection_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("renewing_until", sa.BigInteger(), nullable=True),
        sa.Column("account", sa.String(length=32), nullable=True),
        sa.Column("watch", sa.String(length=60), nullable=True),
        sa.Column("watch_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("connection_id"),
        schema="integrations",
    )
    op.create_index("grants_account", "grants", ["account"], unique=False, schema="integrations")
    op.create_index("grants_user", "grants", ["user_id"], unique=False, schema="integrations")
    op.create_table(
        "tickets",
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("connector", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("state"),
        schema="integrations",
    )
    op.create_index("tickets_user", "tickets", ["user_id"], unique=False, schema="integrations")
    op.create_table(
        "revocations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("connector", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="integrations",
    )
    op.create_index("revocations_due", "revocations", ["due_at"], unique=False, schema="integrations")
    # An ALTER TABLE says the schema whatever the dialect's preparer thinks of it.
    schema = None if op.get_context().dialect.name == "sqlite" else "integrations"
    quiet = sa.Column("quiet", sa.Integer(), server_default="0", nullable=False)
    op.add_column("connections", quiet, schema=schema)
    op.add_column("connections", sa.Column("history", sa.String(length=40), nullable=True), schema=schema)
