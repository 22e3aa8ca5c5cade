"""Generated from contracts/events by `make contracts`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """`integrations.connection.changed`: a connection was made, works, fails or was ended."""

    connection: str = ""
    connector: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class PrefSet:
    """`profile.pref.set`: a preference has another value."""

    scope: str = ""
    key: str = ""
    value: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class TaskAdded:
    """`signals.task.added`: a task appeared in a source."""

    ref: str = ""
    version: str = ""
    project: str = ""
    priority: int = 0
    due: str = ""
    series: str = ""


@dataclass(frozen=True, slots=True)
class TaskChanged:
    """`signals.task.changed`: a task has another version than before."""

    ref: str = ""
    version: str = ""
    project: str = ""
    priority: int = 0
    due: str = ""
    series: str = ""


@dataclass(frozen=True, slots=True)
class TaskCompleted:
    """`signals.task.completed`: a task was finished in its source."""

    ref: str = ""
    version: str = ""
    project: str = ""
    series: str = ""
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TaskReopened:
    """`signals.task.reopened`: a finished task is open once more."""

    ref: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class TaskDeleted:
    """`signals.task.deleted`: a task is gone from its source, or was dropped there."""

    ref: str = ""


@dataclass(frozen=True, slots=True)
class BusyChanged:
    """`signals.busy.changed`: the busy times of a connection are others than before."""

    connection: str = ""
    blocks: int = 0


@dataclass(frozen=True, slots=True)
class TipServed:
    """`tips.tip.served`: a decision chose a tip."""

    tip: str = ""
    kind: str = ""
    topic: str = ""
    ref: str = ""
    propensity: float = 0.0
    policy: str = ""


@dataclass(frozen=True, slots=True)
class SilenceKept:
    """`tips.silence.kept`: a decision chose to say nothing."""

    decision: str = ""
    reason: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class TipSeen:
    """`tips.tip.seen`: the tip was on a screen for the first time."""

    tip: str = ""
    surface: str = ""


@dataclass(frozen=True, slots=True)
class TipReacted:
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
class UndoHeld:
    """`tips.undo.held`: the person is looking at "undo", which stays open until then."""

    tip: str = ""
    undo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RewardAssigned:
    """`tips.reward.assigned`: a number from a reaction and from what happened later; the last one for a tip counts."""

    tip: str = ""
    value: float = 0.0
    weight: float = 0.0
    reason: str = ""
    provisional: bool = False


Event: TypeAlias = (
    ConnectionChanged
    | PrefSet
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
    "integrations.connection.changed": ConnectionChanged,
    "profile.pref.set": PrefSet,
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
