"""The nouns of the decision: context, view, candidate, hold, decision. Values only; `engine` computes with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from oo.contracts.ids import DecisionId, HoldId, Ref, UserId
from oo.contracts.items import Busy, Facts
from oo.contracts.thoughts import Thought

Kind: TypeAlias = Literal["task", "advice", "insight", "reminder"]
Topic: TypeAlias = Literal["overdue", "today", "soon", "important", "undated", "later", "advice", "insight"]
"""The sort of candidate that a person can turn away as a whole: overdue tasks, tasks due today, due within a week,
marked important, without a date, due later; and what is no task: advice, insights.
"""

WITHOUT_TASK: frozenset[Kind | Topic] = frozenset({"advice", "insight"})
"""The kinds, and so the topics, of what is no task."""

HoldReason: TypeAlias = Literal["done", "snoozed", "dismissed"]
HoldScope: TypeAlias = Literal["item", "series", "kind"]
SilenceReason: TypeAlias = Literal["meeting", "nothing-connected", "all-done", "all-later", "nothing-right", "stale"]


@dataclass(frozen=True, slots=True)
class Context:
    """The moment of a decision, as policies see it. All instants are aware UTC."""

    now: datetime
    zone: str
    """IANA name of the person's time zone."""
    day_start: datetime
    day_end: datetime
    """Bounds of the person's day, by their own day boundary."""
    hour: float
    """Local hour of day, 0 to 24."""
    weekday: int
    """Day of the person's week, Monday 0; before the day boundary it is still yesterday."""
    meeting_until: datetime | None = None
    """End of the timed busy block that covers now."""
    free_until: datetime | None = None
    """Start of the next timed busy block before the day ends."""
    last_project: str | None = None
    """Project token of what was finished last."""
    profile: Mapping[str, float] = field(default_factory=dict)
    """Features of the person that a policy may read, by name; without any text."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason for not showing something: it was finished, put off or turned away, in a scope, until an instant."""

    id: HoldId
    reason: HoldReason
    scope: HoldScope
    target: str
    """A ref, a series or a topic, by scope."""
    since: datetime
    until: datetime | None = None
    """None holds for good."""
    version: str | None = None
    """When set, the hold lapses as soon as the item has another version."""


@dataclass(frozen=True, slots=True)
class UserView:
    """What the pipeline may know of one person at one moment; parts and agents see nothing else."""

    user: UserId
    context: Context
    facts: tuple[Facts, ...] = ()
    """Every task known, whatever its state."""
    busy: tuple[Busy, ...] = ()
    holds: tuple[Hold, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    """Features of the person and the moment that have a value, by name."""
    task_features: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Features of open tasks, by name and ref."""
    known: Mapping[Ref, Mapping[str, float]] = field(default_factory=dict)
    """What agents know of tasks, by ref and agent: how sure they are that it is worth knowing now, from 0 to 1."""
    thoughts: tuple[Thought, ...] = ()
    """What agents know that is about no task, the surest first."""
    language: str = "en"
    connected: int = 1
    """How many connections there are."""
    stale_since: datetime | None = None
    """Set when no connection could be read since then."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be the tip."""

    id: str
    """Stable within and across decisions: the ref of its task, or of its thought."""
    kind: Kind
    topic: Topic
    facts: Facts
    """Of its task; of a thought there is nothing but its ref and version."""
    also: tuple[Ref, ...] = ()
    """Other open items that this candidate stands for (same title and project, other occurrences of the series)."""
    source: str = "tasks"
    """The candidate source that made it."""
    known: Mapping[str, float] = field(default_factory=dict)
    """What agents know of it, by agent: how sure they are."""

    @property
    def has_task(self) -> bool:
        """False for advice and insights: there is nothing behind them that could be finished."""
        return self.kind not in WITHOUT_TASK


@dataclass(frozen=True, slots=True)
class Removed:
    """A candidate that a rule took out, and the rule's name."""

    id: str
    rule: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing now, with the reason and what is needed to say it."""

    reason: SilenceReason
    until: datetime | None = None
    looked_at: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """One choice with everything it followed from.

    The same inputs give the same decision, and a logged row can be replayed.
    """

    id: DecisionId
    context: Context
    candidates: tuple[Candidate, ...]
    """Those that every rule kept, in the order that `probabilities` and `estimates` follow."""
    removed: tuple[Removed, ...]
    probabilities: tuple[float, ...]
    """Propensities; they sum to 1 unless there are no candidates."""
    estimates: tuple[float, ...]
    """What the policy thinks of each candidate; higher is rather now."""
    chosen: int | None
    """Index of the tip, None for silence."""
    silence: Silence | None
    seed: int
    floor: float
    policy: str
    """`<id>@<content hash>` of the policy and its parameters."""
    considered: int
    notes: Mapping[str, Any] = field(default_factory=dict)
    """Versions, failed sources and the like; no text of the person."""

    @property
    def tip(self) -> Candidate | None:
        """The chosen candidate, or None for silence."""
        return None if self.chosen is None else self.candidates[self.chosen]

    @property
    def propensity(self) -> float:
        """The probability with which this outcome was chosen; 1 for a silence that the rules forced."""
        return 1.0 if self.chosen is None else self.probabilities[self.chosen]
