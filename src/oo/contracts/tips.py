"""What `recommender` promises: the tip, reactions to it, and the reasons for silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from oo.contracts.decisions import Kind, Topic
from oo.contracts.ids import DecisionId, HoldId, Ref, UserId
from oo.contracts.writing import NOTHING_LEFT, Egress

ActionName: TypeAlias = Literal["done", "snooze", "dismiss", "undo"]
Scope: TypeAlias = Literal["now", "item", "kind"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a tip rests on."""

    source: str
    ref: Ref
    title: str


@dataclass(frozen=True, slots=True)
class Tip:
    """The one thing, in words."""

    id: DecisionId
    kind: Kind
    content: str
    """At most 110 characters."""
    why: str
    """One true line, at most 90 characters."""
    evidence: tuple[Evidence, ...]
    expires_at: datetime
    topic: Topic
    source_name: str
    """As in "Open in {source}"."""
    where: str | None = None
    at: datetime | None = None
    """The hour of a reminder."""
    model: str = ""
    """Which model wrote its words; empty for the composer's."""
    egress: Egress = NOTHING_LEFT
    """What left this host for its words."""


@dataclass(frozen=True, slots=True)
class SilenceView:
    """Nothing now, in words."""

    reason: str
    detail: str
    """One true line that says why."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """A reaction that can still be taken back."""

    tip: DecisionId
    action: ActionName
    kind: Kind
    open_until: datetime
    """The last instant at which undo works; `hold_undo` moves it."""
    source_name: str
    writable: bool
    """True when "done" is written to the source once undo is over; otherwise oO alone remembers it."""
    moment: datetime | None = None
    """When a snoozed tip comes back."""
    scope: Scope | None = None
    """How far a dismissal goes."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The answer to "what now?": a tip or a silence, never both."""

    tip: Tip | None
    silence: SilenceView | None
    considered: int


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a person did with a tip; the same key twice is the same reaction."""

    key: str
    tip: DecisionId
    action: ActionName
    until: datetime | None = None
    """The moment of a snooze, aware."""
    scope: Scope | None = None
    """Of a dismissal; `now` when left out."""
    dwell_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a reaction: what can be undone (None after undo and on repeats past their time)."""

    action: ActionName
    undoable: Undoable | None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """A true moment to come back at."""

    id: Literal["after-meeting", "evening", "morning", "next-week"]
    at: datetime
    """Aware UTC, in the future."""


@dataclass(frozen=True, slots=True)
class HoldView:
    """Something turned away, as its owner sees it: an item's words, an agent's name, or a kind."""

    id: HoldId
    scope: Literal["item", "kind"]
    topic: Topic | None
    title: str | None
    since: datetime
    until: datetime | None
    lapses: bool = True
    """Whether it ends early, as soon as the item changes."""


class Tips(Protocol):
    """Recommends, and takes reactions."""

    async def recommend(self, *, user: UserId) -> Recommendation:
        """The standing tip, or a fresh decision, logged with its propensities; silence included."""

    async def react(self, *, user: UserId, reaction: Reaction) -> Outcome:
        """Store a reaction at once.

        Raises `NotFound` for a missing or foreign tip, `TooLate` for an undo past its time, `Conflict` when another
        reaction stands, `Overtaken` when its task was finished or deleted elsewhere, `Invalid` for a snooze without a
        future moment.
        """

    async def hold_undo(self, *, user: UserId, tip: DecisionId) -> Undoable:
        """Keep undo open a little longer while the person looks at it; at most 80 s after the reaction."""

    async def undoable(self, *, user: UserId, tip: DecisionId) -> Undoable | None:
        """What can still be taken back of the reaction to this tip, or None."""

    async def seen(self, *, user: UserId, tip: DecisionId, surface: str) -> None:
        """Note that the tip was on a screen; the first time counts."""

    async def moments(self, *, user: UserId) -> list[Moment]:
        """The true moments to snooze to, soonest first."""

    async def held(self, *, user: UserId) -> list[HoldView]:
        """What the person turned away (items and kinds) and can take back."""

    async def allow(self, *, user: UserId, hold: HoldId) -> None:
        """Take back a dismissal; raises `NotFound`."""
