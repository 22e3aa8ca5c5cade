"""When people were asked in a round, in one row for many; and each of them when it was outside of one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_20_recommender_rounds"
down_revision = "2026_11_21_14_recommender_unlearnt"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the table, and the column beside."""
    op.create_table(
        "rounds",
        sa.Column("upto", sa.String(length=26), nullable=False),
        sa.Column("after", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("upto"),
        schema="recommender",
    )
    # An ALTER TABLE says the schema whatever the dialect's preparer thinks of it.
    schema = None if op.get_context().dialect.name == "sqlite" else "recommender"
    op.add_column("hearings", sa.Column("heard_at", sa.BigInteger(), nullable=True), schema=schema)
