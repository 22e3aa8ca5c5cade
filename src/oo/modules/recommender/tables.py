"""What the recommender remembers; words are sealed with the person's key, decisions hold references only."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

from oo.kernel.db import Instant

metadata = MetaData(schema="recommender")

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("at", Instant, nullable=False),
    Column("policy", String(80), nullable=False),
    Column("chosen", String(200)),
    Column("propensity", Float, nullable=False),
    Column("silence", String(40)),
    Column("row", Text, nullable=False),
    Column("latency_us", Integer, nullable=False),
    Index("decisions_user", "user_id", "at"),
)

tips = Table(
    "tips",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("state", String(12), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("topic", String(12), nullable=False),
    Column("ref", String(200), nullable=False),
    Column("version", String(80), nullable=False),
    Column("series", String(200)),
    Column("served_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("undo_seconds", Integer, nullable=False),
    Column("considered", Integer, nullable=False),
    Column("words", LargeBinary),
    Index("tips_standing", "user_id", "state"),
    Index("tips_ref", "user_id", "ref"),
)

reactions = Table(
    "reactions",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("tip_id", String(26), nullable=False),
    Column("action", String(12), nullable=False),
    Column("scope", String(12)),
    Column("until", Instant),
    Column("dwell_ms", Integer),
    Column("at", Instant, nullable=False),
    Column("undo_until", Instant),
    Column("undone_at", Instant),
    Index("reactions_tip", "tip_id"),
)

holds = Table(
    "holds",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("reason", String(12), nullable=False),
    Column("scope", String(12), nullable=False),
    Column("target", String(200), nullable=False),
    Column("version", String(80)),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    Column("tip_id", String(26), nullable=False),
    Column("for_now", Integer, nullable=False, server_default="0"),
    Index("holds_user", "user_id"),
    Index("holds_tip", "tip_id"),
)

views = Table(
    "views",
    metadata,
    Column("tip_id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("surface", String(20), nullable=False),
    Column("at", Instant, nullable=False),
    Index("views_user", "user_id"),
)

rewards = Table(
    "rewards",
    metadata,
    Column("tip_id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("value", Float, nullable=False),
    Column("weight", Float, nullable=False),
    Column("why", String(30), nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("burden", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("rewards_user", "user_id", "seq", unique=True),
)
"""What each tip was worth, as far as it is known; `seq` is the person's order of learning."""

lessons = Table(
    "lessons",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("decision_id", String(26), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("shown", Text, nullable=False),
    Column("done", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
"""What a day of life taught beside its tips: of a decision's candidates without those that were `shown` that day, which
were `done`; references, in the same order of learning as rewards.
"""

outcomes = Table(
    "outcomes",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("ref", String(200), primary_key=True),
    Column("at", Instant, primary_key=True),
)

states = Table(
    "states",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("policy", String(80), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("through", Integer, nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", LargeBinary, nullable=False),
)
"""What a policy has learnt of a person from the rewards `through` a seq, a revision each; a stale one holds a reward
that is another now, and only decisions made with it are computed from it again.
"""

baselines = Table(
    "baselines",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("shares", LargeBinary, nullable=False),
)

unlearnt = Table(
    "unlearnt",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("through", Integer),
)
"""People who took back that their past is learnt from; once they allow it anew, what came `through` a seq stays out."""

lineups = Table(
    "lineups",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("setting", String(80), nullable=False),
    Column("champion", String(80), nullable=False),
    Column("challenger", String(80)),
    Column("share", Float, nullable=False),
    Column("former", String(80)),
    Column("kept_back", Float, nullable=False),
    Column("trial", String(26), nullable=False),
)
"""Who decides for whom; the last row counts, as long as OO_POLICY is still what it was then."""

agent_outputs = Table(
    "agent_outputs",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("agent", String(40), primary_key=True),
    Column("version", String(20), nullable=False),
    Column("digest", String(24), nullable=False),
    Column("why_not", String(80)),  # why it was not asked, or could not say
    Column("said", LargeBinary),  # the snippet as JSON, sealed; none for silence
    Column("until", Instant, nullable=False),
    Column("at", Instant, nullable=False),  # when it last said something else than before
)

hearings = Table(
    "hearings",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("due_at", Instant, nullable=False),  # when the agents are to be asked outside of a round
    Column("inferred_on", Integer, nullable=False, server_default="0"),  # the person's day of the last inference
    Column("heard_at", Instant),  # when something last called for that
    Index("hearings_due", "due_at"),
)

rounds = Table(
    "rounds",
    metadata,
    Column("upto", String(26), primary_key=True),
    Column("after", String(26), nullable=False),
    Column("at", Instant, nullable=False),
)
"""Of whom, by their ids, all were asked in one round, and when it began: what they said and say still counts from then
on, and no row of theirs is written for it.
"""

refusals = Table(
    "refusals",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("model", String(80), nullable=False),
    Column("prompt_version", String(40), nullable=False),
    Column("prompt_hash", String(16), nullable=False),
    Column("text", LargeBinary),  # what the model said, sealed; none after a day
    Index("refusals_user", "user_id", "at"),
)
"""What a model said that nobody saw, and why."""

prints = Table(
    "prints",
    metadata,
    Column("tip_id", String(26), primary_key=True),
    Column("user_id", String(26), nullable=False),
    Column("at", Instant, nullable=False),
    Column("print", LargeBinary, nullable=False),
    Index("prints_user", "user_id", "at"),
)
"""Fingerprints of what a model said that somebody saw, sealed, so that it isn't said again within fourteen days."""

prompt_contexts = Table(
    "prompt_contexts",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("due_at", Instant, nullable=False),  # when it is to be looked at next
    Column("digest", String(32)),  # of what a model would be told
    Column("written_digest", String(32)),  # of what it was told when it wrote what lies in `written`, or had nothing
    Column("until", Instant),  # how long that counts
    Column("tries", Integer, nullable=False, server_default="0"),  # how often the model failed since
    Column("why", String(40)),  # why it wrote nothing
    Column("made_at", Instant),
    Column("context", LargeBinary),  # what a model would be told, as JSON, sealed; none after a day
    Index("prompt_contexts_due", "due_at"),
)
"""What a model would be told of a person, and how far it has been."""

written = Table(
    "written",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("ref", String(200), primary_key=True),
    Column("version", String(80), nullable=False),
    Column("topic", String(12), nullable=False),
    Column("language", String(12), nullable=False),
    Column("until", Instant, nullable=False),
    Column("said", LargeBinary, nullable=False),  # the candidate as JSON, sealed
)
"""What a model wrote of a task, ready to be chosen as long as the task is the same."""
