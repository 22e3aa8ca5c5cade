"""Ways in: identities at providers, passkeys, sign-ins on their way, and the audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_23_auth_ways"
down_revision = "2026_11_21_20_recommender_rounds"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "identities",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("subject_digest", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("subject_digest"),
        schema="auth",
    )
    op.create_index("identities_user", "identities", ["user_id"], unique=False, schema="auth")
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("credential_digest", sa.String(length=32), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential_digest"),
        schema="auth",
    )
    op.create_index("passkeys_user", "passkeys", ["user_id"], unique=False, schema="auth")
    op.create_table(
        "attempts",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("back", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=True),
        sa.Column("session", sa.String(length=26), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        schema="auth",
    )
    op.create_index("attempts_expiry", "attempts", ["expires_at"], unique=False, schema="auth")
    op.create_index("attempts_user", "attempts", ["user_id"], unique=False, schema="auth")
    op.create_table(
        "entries",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="auth",
    )
    op.create_index("entries_at", "entries", ["at"], unique=False, schema="auth")
    op.create_index("entries_user", "entries", ["user_id"], unique=False, schema="auth")
