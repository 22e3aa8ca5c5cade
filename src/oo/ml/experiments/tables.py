"""What experiments remember: shadows' choices, coins of interruptions, who did what, and simulations."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text

from oo.kernel.db import Instant

metadata = MetaData(schema="experiments")

shadows = Table(
    "shadows",
    metadata,
    Column("decision_id", String(26), primary_key=True),
    Column("policy", String(80), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("at", Instant, nullable=False),
    Column("choice", Integer),
    Column("probability", Float, nullable=False),
    Column("direct", Float, nullable=False),
    Column("fitted", Float, nullable=False),
    Column("latency_us", Integer, nullable=False),
    Column("failed", Boolean, nullable=False),
    Index("shadows_user", "user_id"),
    Index("shadows_policy", "policy", "decision_id"),
)
"""What a policy would have done with a decision that another made: its own best choice, its probability of what was
served, and what a model expects of it and of what was served.
"""

coins = Table(
    "coins",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("at", Instant, nullable=False),
    Column("probability", Float, nullable=False),
    Column("sent", Boolean, nullable=False),
    Column("done", Integer, nullable=False),
    Index("coins_user", "user_id", "at"),
)

quits = Table(
    "quits",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("at", Instant, primary_key=True),
)
"""When somebody wanted less, soon after a push."""

audits = Table(
    "audits",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("at", Instant, nullable=False),
    Column("what", String(40), nullable=False),
    Column("policy", String(80), nullable=False),
    Column("detail", Text, nullable=False),
)

marks = Table(
    "marks",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("after", String(26), nullable=False),
)

sim_runs = Table(
    "sim_runs",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("settings", Text, nullable=False),
    Column("summary", Text, nullable=False),
)

sim_events = Table(
    "sim_events",
    metadata,
    Column("run_id", String(26), primary_key=True),
    Column("policy", String(80), primary_key=True),
    Column("persona", Integer, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("tips", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("snoozed", Integer, nullable=False),
    Column("dismissed", Integer, nullable=False),
    Column("ignored", Integer, nullable=False),
    Column("silent", Integer, nullable=False),
    Column("interruptions", Integer, nullable=False),
    Column("alone", Integer, nullable=False),
    Column("value", Float, nullable=False),
    Column("best", Float, nullable=False),
    Column("random", Float, nullable=False),
)
"""A day of a simulated person under one policy: what happened, and what the tips were worth beside the best and a
random one of the moment. `alone` counts tasks done without a tip.
"""
