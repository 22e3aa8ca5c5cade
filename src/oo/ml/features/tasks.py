"""The task features: one task, in the moment and in the light of the person's past."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from oo.contracts.decisions import Context
from oo.contracts.ids import Ref
from oo.contracts.items import Facts, When
from oo.contracts.zones import zone_of
from oo.engine.candidates import topic
from oo.engine.when import days_since, today
from oo.ml.features.fold import States
from oo.ml.features.grouping import Theme
from oo.ml.features.reducers import tasks as past


@dataclass(frozen=True, slots=True)
class Here:
    """What the task features of one moment share."""

    context: Context
    states: States
    themes: Mapping[Ref, Theme]
    since: Callable[[When], float]
    """Days since a `when`."""
    today: int


def here(context: Context, states: States, themes: Mapping[Ref, Theme]) -> Here:
    """The moment, ready for any number of tasks."""
    return Here(context, states, themes, days_since(context), today(context).toordinal())


def task_age_days(facts: Facts, at: Here) -> float | None:
    """Days since the task was added."""
    return None if facts.added is None else max(0.0, at.since(facts.added))


def priority(facts: Facts, at: Here) -> float | None:
    """0 none to 3 high."""
    return float(facts.priority)


def due_distance_days(facts: Facts, at: Here) -> float | None:
    """Days until the task is due; below 0 it is past."""
    return None if facts.due is None else -at.since(facts.due)


def is_overdue(facts: Facts, at: Here) -> float | None:
    """1 when its date is past, else 0."""
    return float(topic(facts, at.context, zone_of(at.context.zone), today(at.context)) == "overdue")


def project_momentum(facts: Facts, at: Here) -> float | None:
    """Completions in its project, each counting half after a week; None without a project."""
    return None if facts.project is None else past.momentum(at.states["tasks"], facts.project, at.today)


def same_task_times(facts: Facts, at: Here) -> float | None:
    """How often this recurring task was finished; None for one that does not recur."""
    return None if facts.series is None else float(_series(facts, at)[0])


def same_task_gap_ratio(facts: Facts, at: Here) -> float | None:
    """Days since this recurring task was finished, over its usual gap: above 1 it slips."""
    _, last, usual = _series(facts, at)
    return None if last is None or not usual else max(0, at.today - last) / usual


def times_snoozed(facts: Facts, at: Here) -> float | None:
    """How often a tip for it was put off."""
    return float(at.states["tasks"]["snoozed"].get(facts.ref, 0))


def theme(facts: Facts, at: Here) -> float | None:
    """The number of the group of open tasks that it belongs to by its title; None when it stands alone."""
    found = at.themes.get(facts.ref)
    return None if found is None else float(found.number)


def theme_size(facts: Facts, at: Here) -> float | None:
    """How many open tasks are about the same, itself among them; None when it stands alone."""
    found = at.themes.get(facts.ref)
    return None if found is None else float(found.size)


def _series(facts: Facts, at: Here) -> tuple[int, int | None, float | None]:
    kept = at.states["tasks"]["series"].get(facts.series)
    return (0, None, None) if kept is None else (kept[0], kept[1], kept[2])
