"""Devices, wishes, moments to decide at, and the delivery log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_30_notifier_deliveries"
down_revision = "2026_11_21_26_integrations_grants"
branch_labels = depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("reached_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        schema="notifier",
    )
    op.create_index("devices_user", "devices", ["user_id"], unique=False, schema="notifier")
    op.create_table(
        "wishes",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("a_day", sa.Integer(), nullable=False),
        sa.Column("quiet", sa.String(length=12), nullable=False),
        sa.Column("silent_in", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        schema="notifier",
    )
    op.create_table(
        "presences",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("zones", sa.Text(), nullable=False),
        sa.Column("day_ends_at", sa.String(length=5), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("seen_tip", sa.String(length=26), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("active_day", sa.Integer(), nullable=False),
        sa.Column("planned_day", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        schema="notifier",
    )
    op.create_index("presences_due", "presences", ["due_at"], unique=False, schema="notifier")
    op.create_table(
        "tempers",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("price", sa.Float(), nullable=False),
        sa.Column("dose", sa.Float(), nullable=False),
        sa.Column("learnt", sa.LargeBinary(), nullable=False),
        sa.Column("through", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        schema="notifier",
    )
    op.create_table(
        "points",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("mark", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("arm", sa.String(length=10), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("moment", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("tip_id", sa.String(length=26), nullable=True),
        sa.Column("reward", sa.Float(), nullable=True),
        sa.Column("learnt", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="notifier",
    )
    op.create_index("points_due", "points", ["state", "due_at"], unique=False, schema="notifier")
    op.create_index("points_mark", "points", ["user_id", "kind", "mark"], unique=True, schema="notifier")
    op.create_index("points_user", "points", ["user_id", "at"], unique=False, schema="notifier")
    op.create_table(
        "pushes",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("point_id", sa.String(length=26), nullable=False),
        sa.Column("tip_id", sa.String(length=26), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=12), nullable=False),
        sa.Column("arm", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("verb", sa.String(length=10), nullable=True),
        sa.Column("reacted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="notifier",
    )
    op.create_index("pushes_ref", "pushes", ["user_id", "ref"], unique=False, schema="notifier")
    op.create_index("pushes_state", "pushes", ["state", "expires_at"], unique=False, schema="notifier")
    op.create_index("pushes_tip", "pushes", ["user_id", "tip_id"], unique=False, schema="notifier")
    op.create_index("pushes_user", "pushes", ["user_id", "sent_at"], unique=False, schema="notifier")
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("push_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("device_id", sa.String(length=26), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("tip_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("claim", sa.String(length=26), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=True),
        sa.Column("used", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="notifier",
    )
    op.create_index("deliveries_device", "deliveries", ["device_id", "claimed_at"], unique=False, schema="notifier")
    op.create_index("deliveries_due", "deliveries", ["state", "due_at"], unique=False, schema="notifier")
    op.create_index("deliveries_push", "deliveries", ["push_id"], unique=False, schema="notifier")
    op.create_index("deliveries_token", "deliveries", ["token"], unique=True, schema="notifier")
    op.create_index("deliveries_user", "deliveries", ["user_id", "claimed_at"], unique=False, schema="notifier")
    op.create_table(
        "optouts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="notifier",
    )
    op.create_index("optouts_user", "optouts", ["user_id", "at"], unique=False, schema="notifier")
