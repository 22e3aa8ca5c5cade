"""What the notifier remembers: addresses and names sealed; of moments and deliveries only references and numbers."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

from oo.kernel.db import Instant

metadata = MetaData(schema="notifier")

devices = Table(
    "devices",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("digest", String(32), nullable=False, unique=True),  # of the channel and the address's key
    Column("address", LargeBinary, nullable=False),  # the values as JSON, sealed
    Column("name", LargeBinary, nullable=False),
    Column("zone", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("since", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("reached_at", Instant),
    Column("failures", Integer, nullable=False),  # in a row
    Column("problem", String(40), nullable=False),
    Index("devices_user", "user_id"),
)

wishes = Table(
    "wishes",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("a_day", Integer, nullable=False),
    Column("quiet", String(12), nullable=False),  # `22:00-07:00`, `inferred` or `none`
    Column("silent_in", String(40), nullable=False),  # contexts, separated by commas
    Column("at", Instant, nullable=False),
)

presences = Table(
    "presences",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("zone", String(40), nullable=False),  # that a device said last; nothing when none did
    Column("zones", Text, nullable=False),  # those of the last two days, each with when it ended, as JSON
    Column("day_ends_at", String(5), nullable=False),
    Column("seen_at", Instant),
    Column("seen_tip", String(26), nullable=False),  # the tip that was on a screen last
    Column("since", Instant, nullable=False),
    Column("active_day", Integer, nullable=False),  # the person's day of the last activity
    Column("planned_day", Integer, nullable=False),  # the person's day whose slots are planned
    Column("due_at", Instant, nullable=False),  # when moments are looked for next
    Index("presences_due", "due_at"),
)
"""Where and when a person was last here, and when their moments are looked for next."""

tempers = Table(
    "tempers",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("price", Float, nullable=False),
    Column("dose", Float, nullable=False),
    Column("learnt", LargeBinary, nullable=False),  # mean and covariance, sealed
    Column("through", String(26), nullable=False),  # the last point learnt from
    Column("at", Instant, nullable=False),
)
"""What was learnt of when interrupting a person is worth it."""

points = Table(
    "points",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("mark", String(60), nullable=False),  # what it is about, so that it is one point however often it is told
    Column("state", String(10), nullable=False),  # due, decided
    Column("due_at", Instant, nullable=False),
    Column("at", Instant),
    Column("day", Integer, nullable=False),
    Column("arm", String(10), nullable=False),
    Column("sent", Boolean, nullable=False),
    Column("reason", String(24), nullable=False),
    Column("probability", Float, nullable=False),
    Column("moment", Text, nullable=False),  # the whole Send and the moment's numbers, as JSON
    Column("value", Float),  # of the best tip, when one was looked at
    Column("tip_id", String(26)),
    Column("reward", Float),
    Column("learnt", Boolean, nullable=False),
    Index("points_mark", "user_id", "kind", "mark", unique=True),
    Index("points_due", "state", "due_at"),
    Index("points_user", "user_id", "at"),
)
"""Decision points, sent or not: the silence ledger."""

pushes = Table(
    "pushes",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("point_id", String(26), nullable=False),
    Column("tip_id", String(26), nullable=False),
    Column("ref", String(200), nullable=False),
    Column("topic", String(12), nullable=False),
    Column("arm", String(10), nullable=False),
    Column("state", String(10), nullable=False),  # planned, sent, dropped, withdrawn
    Column("reason", String(24), nullable=False),
    Column("at", Instant, nullable=False),
    Column("sent_at", Instant),  # of the first claim: from then on it counts
    Column("expires_at", Instant, nullable=False),
    Column("verb", String(10)),  # the first reaction
    Column("reacted_at", Instant),
    Index("pushes_user", "user_id", "sent_at"),
    Index("pushes_tip", "user_id", "tip_id"),
    Index("pushes_ref", "user_id", "ref"),
    Index("pushes_state", "state", "expires_at"),
)
"""Messages to a person, each counted once however many devices it goes to."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("push_id", String(26), nullable=False),
    Column("user_id", String(26), nullable=False),
    Column("device_id", String(26), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("tip_id", String(26), nullable=False),  # nothing for a test
    Column("kind", String(10), nullable=False),
    Column("state", String(10), nullable=False),  # planned, claimed, sent, failed, unknown, dropped, withdrawn
    Column("reason", String(40), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("claimed_at", Instant),
    Column("claim", String(26)),
    Column("settled_at", Instant),
    Column("expires_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("token", String(64)),  # the digest of the number that its tokens are made of
    Column("used", String(10)),  # the verb that it was used for
    Index("deliveries_due", "state", "due_at"),
    Index("deliveries_push", "push_id"),
    Index("deliveries_user", "user_id", "claimed_at"),
    Index("deliveries_device", "device_id", "claimed_at"),
    Index("deliveries_token", "token", unique=True),
)
"""The delivery log: a due-table, and what became of every message to every device."""

optouts = Table(
    "optouts",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("at", Instant, nullable=False),
    Column("what", String(12), nullable=False),  # dial, device, stop
    Column("after", Integer, nullable=False),  # pushes to the person in the 24 hours before it
    Index("optouts_user", "user_id", "at"),
)
