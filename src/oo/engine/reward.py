"""The reward of a tip: what the person did with it, and what happened to its task later, less what would have anyway.

A number in [0, 1] with a weight. No reaction is not a failure, and what nobody saw teaches nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Literal, TypeAlias

from oo.contracts.decisions import Kind
from oo.contracts.tips import ActionName
from oo.engine.baseline import NOTHING_KNOWN, Baseline

DAY = timedelta(days=1)
HORIZON = timedelta(days=7)
"""Later news count no more; a reward is final then."""
CONSIDERED = (15_000, 120_000)
"""Milliseconds of looking between which "done" is a full yes: shorter may be a slip, longer may be done already."""
AT_ONCE = 2_000
"""A dismissal within so many milliseconds is a burden: the tip was in the way."""

Why: TypeAlias = Literal[
    "done",
    "helped",
    "snoozed",
    "dismissed",
    "dismissed-at-once",
    "completed-within-a-day",
    "completed-within-a-week",
    "undone",
]


@dataclass(frozen=True, slots=True)
class Scale:
    """What each outcome of a kind is worth; None where the kind has no task that could be completed later."""

    done: float
    done_otherwise: float
    """Done, but looked at for an unlikely time, or for an unknown one."""
    snoozed: float
    within_a_day: float | None = None
    within_a_week: float | None = None
    weight: float = 1.0
    """How much an outcome of this kind teaches beside one of a task."""


SCALES: Mapping[Kind, Scale] = MappingProxyType(
    {
        "task": Scale(1.0, 0.8, 0.3, 0.7, 0.4),
        "reminder": Scale(1.0, 0.8, 0.3, 0.7, 0.4),
        "advice": Scale(0.8, 0.6, 0.3, weight=0.5),
        "insight": Scale(0.6, 0.5, 0.3, weight=0.5),
    }
)
"""Proposals, not measurements: a task that is done is worth most, an insight that helped is worth something."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a tip at an instant."""

    kind: Kind
    seen: bool
    """It was on a screen, or reacted to. A tip made ahead that nobody saw is neither."""
    age: timedelta
    """Since the decision."""
    action: ActionName | None = None
    """The reaction that stands; an undone one is None."""
    dwell_ms: int | None = None
    completed_after: timedelta | None = None
    """From the decision until its task was completed in its source; None when it was not."""


@dataclass(frozen=True, slots=True)
class Reward:
    """What an outcome is worth to a learner."""

    value: float
    weight: float
    why: Why
    provisional: bool
    """True while later news may still replace it."""
    burden: bool = False
    """The tip was in the way."""


def reward(outcome: Outcome, baseline: Baseline = NOTHING_KNOWN) -> Reward | None:
    """The reward as far as it is known; None teaches nothing.

    What a task that is completed in its source is worth is lessened by what the same is worth on average where the
    task was not shown (`Baseline`), and never takes away from the reaction's own worth.

    >>> reward(Outcome("task", True, timedelta(0), "done", 30_000)).value
    1.0
    >>> later = Outcome("task", True, DAY, "snooze", completed_after=timedelta(hours=5))
    >>> round(reward(later, Baseline(day=0.1, week=0.2)).value, 2)
    0.59
    """
    if not outcome.seen:
        return None
    scale = SCALES[outcome.kind]
    later = _later(outcome, scale, baseline)
    if outcome.action is None or outcome.action == "undo":
        return later  # not reacted to: censored, unless the task was completed
    now = _at_once(outcome, scale)
    return now if later is None or later.value <= now.value else later


def settled(outcome: Outcome) -> bool:
    """Whether nothing that may still happen changes the reward."""
    known = reward(outcome)
    return outcome.age >= HORIZON or (known is not None and not known.provisional)


def _at_once(outcome: Outcome, scale: Scale) -> Reward:
    waits = scale.within_a_day is not None and outcome.age < HORIZON
    if outcome.action == "done":
        low, high = CONSIDERED
        considered = outcome.dwell_ms is not None and low <= outcome.dwell_ms <= high
        value = scale.done if considered else scale.done_otherwise
        return Reward(value, scale.weight, "done" if scale.within_a_day is not None else "helped", provisional=False)
    if outcome.action == "snooze":
        return Reward(scale.snoozed, scale.weight, "snoozed", provisional=waits)
    at_once = outcome.dwell_ms is not None and outcome.dwell_ms < AT_ONCE
    why: Why = "dismissed-at-once" if at_once else "dismissed"
    return Reward(0.0, scale.weight, why, provisional=waits, burden=at_once)


def _later(outcome: Outcome, scale: Scale, baseline: Baseline) -> Reward | None:
    after = outcome.completed_after
    if after is None or after > HORIZON or scale.within_a_day is None or scale.within_a_week is None:
        return None
    within_a_day = after <= DAY
    worth = scale.within_a_day if within_a_day else scale.within_a_week
    anyway = scale.within_a_day * baseline.day + scale.within_a_week * (baseline.week - baseline.day)
    why: Why = "completed-within-a-day" if within_a_day else "completed-within-a-week"
    return Reward(min(max(worth - anyway, 0.0), 1.0), scale.weight, why, provisional=False)
