"""What became of projects, of recurring tasks and of tasks that were put off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oo.contracts.features import Activity, Verb
from oo.ml.features.reducers.reducer import State

PROJECTS = 60
SERIES = 120
SNOOZED = 120
MOMENTUM_HALF_LIFE_DAYS = 7.0
_GAP_WEIGHT = 0.3
"""Of the newest gap in a series' usual gap."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """Momentum by project, rhythm by series, and how often an open task was put off.

    State: `projects` {project: [weight, day]}, weights halving in a week; `series` {series: [times, last day, usual gap
    in days]}; `snoozed` {task: times}. Each holds its last so many.
    """

    name: str = "tasks"
    version: int = 1
    hears: frozenset[Verb] = frozenset({"completed", "snoozed"})

    def start(self) -> State:
        """Nothing yet."""
        return {"projects": {}, "series": {}, "snoozed": {}}

    def step(self, state: State, activity: Activity) -> None:
        """Count it for its project, its series, or as put off."""
        if activity.verb == "snoozed":
            if activity.task:
                _put(state["snoozed"], activity.task, state["snoozed"].pop(activity.task, 0) + 1, SNOOZED)
            return
        state["snoozed"].pop(activity.task, None)
        if activity.project is not None:
            weight, day = state["projects"].pop(activity.project, (0.0, activity.day))
            today = max(day, activity.day)  # a source may tell late of what was finished long ago
            weight = weight * _fading(today - day) + _fading(today - activity.day)
            _put(state["projects"], activity.project, [round(weight, 4), today], PROJECTS)
        if activity.series is not None:
            times, last, usual = state["series"].pop(activity.series, (0, None, None))
            if last is not None and activity.day > last:
                gap = float(activity.day - last)
                usual = gap if usual is None else round((1 - _GAP_WEIGHT) * usual + _GAP_WEIGHT * gap, 3)
            day = activity.day if last is None else max(last, activity.day)
            _put(state["series"], activity.series, [times + 1, day, usual], SERIES)


def momentum(state: State, project: str, today: int) -> float:
    """Completions in a project as of today, each counting half after a week."""
    weight, day = state["projects"].get(project, (0.0, today))
    return float(weight * _fading(max(0, today - day)))


def _fading(days: int) -> float:
    return float(2.0 ** (-days / MOMENTUM_HALF_LIFE_DAYS))


def _put(kept: dict[str, Any], key: str, value: Any, most: int) -> None:
    """Put it last, letting go of the one that was touched longest ago."""
    kept[key] = value
    if len(kept) > most:
        del kept[next(iter(kept))]
