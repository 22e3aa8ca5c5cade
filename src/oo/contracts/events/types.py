"""Generated from contracts/events by `make contracts`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from oo.contracts.events.wire import Wire


@dataclass(frozen=True, slots=True)
class SnippetComputed(Wire):
    """`agents.snippet.computed`: an agent looked, and wants one thing known, or nothing."""

    agent: str = ""
    version: str = ""
    snippet: str = ""
    digest: str = ""
    evidence: tuple[str, ...] = ()
    computed_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UserUpdated(Wire):
    """`features.user.updated`: features of a person have other values than before."""

    version: str = ""
    features: tuple[str, ...] = ()
    computed_at: datetime | None = None
    fresh_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConnectionChanged(Wire):
    """`integrations.connection.changed`: a connection was made, works, fails or was ended."""

    connection: str = ""
    connector: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryChanged(Wire):
    """`notifier.delivery.changed`: a delivery has another state."""

    delivery: str = ""
    tip: str = ""
    channel: str = ""
    state: str = ""
    reason: str = ""
    tries: int = 0


@dataclass(frozen=True, slots=True)
class PrefSet(Wire):
    """`profile.pref.set`: a preference has another value."""

    scope: str = ""
    key: str = ""
    value: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class PrefInferred(Wire):
    """`profile.pref.inferred`: an agent inferred a value from the person's history; one that they set themselves stays."""

    scope: str = ""
    key: str = ""
    value: str = ""
    agent: str = ""
    version: str = ""
    observations: int = 0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsentChanged(Wire):
    """`profile.consent.changed`: a consent was given or taken back."""

    key: str = ""
    granted: bool = False
    version: str = ""


@dataclass(frozen=True, slots=True)
class ContextChanged(Wire):
    """`profile.context.changed`: a context began or ended."""

    context: str = ""
    active: bool = False
    source: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TaskAdded(Wire):
    """`signals.task.added`: a task appeared in a source."""

    ref: str = ""
    version: str = ""
    project: str = ""
    priority: int = 0
    due: str = ""
    series: str = ""


@dataclass(frozen=True, slots=True)
class TaskChanged(Wire):
    """`signals.task.changed`: a task has another version than before."""

    ref: str = ""
    version: str = ""
    project: str = ""
    priority: int = 0
    due: str = ""
    series: str = ""


@dataclass(frozen=True, slots=True)
class TaskCompleted(Wire):
    """`signals.task.completed`: a task was finished in its source."""

    ref: str = ""
    version: str = ""
    project: str = ""
    series: str = ""
    due: str = ""
    added: str = ""
    priority: int = 0
    past: bool = False
    day_only: bool = False
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TaskReopened(Wire):
    """`signals.task.reopened`: a finished task is open once more."""

    ref: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class TaskDeleted(Wire):
    """`signals.task.deleted`: a task is gone from its source, or was dropped there."""

    ref: str = ""


@dataclass(frozen=True, slots=True)
class BusyChanged(Wire):
    """`signals.busy.changed`: the busy times of a connection are others than before."""

    connection: str = ""
    blocks: int = 0


@dataclass(frozen=True, slots=True)
class TipServed(Wire):
    """`tips.tip.served`: a decision chose a tip."""

    tip: str = ""
    kind: str = ""
    topic: str = ""
    ref: str = ""
    propensity: float = 0.0
    policy: str = ""


@dataclass(frozen=True, slots=True)
class SilenceKept(Wire):
    """`tips.silence.kept`: a decision chose to say nothing."""

    decision: str = ""
    reason: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class TipSeen(Wire):
    """`tips.tip.seen`: the tip was on a screen for the first time."""

    tip: str = ""
    surface: str = ""


@dataclass(frozen=True, slots=True)
class TipReacted(Wire):
    """`tips.tip.reacted`: done, snooze or dismiss, or the undo of one of them."""

    tip: str = ""
    action: str = ""
    ref: str = ""
    version: str = ""
    scope: str = ""
    until: datetime | None = None
    undo_until: datetime | None = None
    dwell_ms: int | None = None


@dataclass(frozen=True, slots=True)
class UndoHeld(Wire):
    """`tips.undo.held`: the person is looking at "undo", which stays open until then."""

    tip: str = ""
    undo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RewardAssigned(Wire):
    """`tips.reward.assigned`: a number from a reaction and from what happened later; the last one for a tip counts."""

    tip: str = ""
    value: float = 0.0
    weight: float = 0.0
    reason: str = ""
    provisional: bool = False


Event: TypeAlias = (
    SnippetComputed
    | UserUpdated
    | ConnectionChanged
    | DeliveryChanged
    | PrefSet
    | PrefInferred
    | ConsentChanged
    | ContextChanged
    | TaskAdded
    | TaskChanged
    | TaskCompleted
    | TaskReopened
    | TaskDeleted
    | BusyChanged
    | TipServed
    | SilenceKept
    | TipSeen
    | TipReacted
    | UndoHeld
    | RewardAssigned
)


EVENTS: Final[dict[str, type[Event]]] = {
    "agents.snippet.computed": SnippetComputed,
    "features.user.updated": UserUpdated,
    "integrations.connection.changed": ConnectionChanged,
    "notifier.delivery.changed": DeliveryChanged,
    "profile.pref.set": PrefSet,
    "profile.pref.inferred": PrefInferred,
    "profile.consent.changed": ConsentChanged,
    "profile.context.changed": ContextChanged,
    "signals.task.added": TaskAdded,
    "signals.task.changed": TaskChanged,
    "signals.task.completed": TaskCompleted,
    "signals.task.reopened": TaskReopened,
    "signals.task.deleted": TaskDeleted,
    "signals.busy.changed": BusyChanged,
    "tips.tip.served": TipServed,
    "tips.silence.kept": SilenceKept,
    "tips.tip.seen": TipSeen,
    "tips.tip.reacted": TipReacted,
    "tips.undo.held": UndoHeld,
    "tips.reward.assigned": RewardAssigned,
}
