"""Who leads, ticks and their runs, and kicks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_07_ops_jobs"
down_revision = "2026_11_21_07_events_mirror"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "leases",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("holder", sa.String(26), nullable=False),
        sa.Column("beat", sa.Integer, nullable=False),
        schema="ops",
    )
    op.create_table(
        "ticks",
        sa.Column("what", sa.String(60), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("upto", sa.String(26), nullable=False),
        sa.Column("shards", sa.Integer, nullable=False),
        sa.Column("planned", sa.Boolean, nullable=False, server_default=sa.false()),
        schema="ops",
    )
    op.create_table(
        "runs",
        sa.Column("what", sa.String(60), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("tick", sa.Integer, primary_key=True),
        sa.Column("shard", sa.Integer, primary_key=True),
        sa.Column("after", sa.String(26), nullable=False),
        sa.Column("upto", sa.String(26), nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("begun", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("worker", sa.String(26)),
        sa.Column("began_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("wrote", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(80)),
        schema="ops",
    )
    is_open = sa.text("state = 'open'")
    op.create_index(
        "runs_open",
        "runs",
        ["what", "tick", "shard"],
        schema="ops",
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table("kicks", sa.Column("what", sa.String(60), primary_key=True), schema="ops")
