"""The registry: every feature there is, declared once. A feature that isn't here isn't anywhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from math import isfinite
from typing import TypeVar

from oo.contracts.decisions import UserView
from oo.contracts.features import FeatureKind, FeatureView, Verb
from oo.contracts.ids import Ref
from oo.contracts.items import Facts
from oo.ml.features import moment, profile, tasks
from oo.ml.features.fold import At, States
from oo.ml.features.grouping import Theme
from oo.ml.features.reducers import REDUCERS

HABITS = "mood_habits"
"""The consent to learn from a person's past."""
CALENDAR = "calendar_times"
TITLES = "task_titles"
"""The consent to read what tasks are called."""
EVENTS: Mapping[str, Verb] = {
    "signals.task.completed": "completed",
    "tips.tip.served": "served",
}
"""Event types that tell of one verb; `tips.tip.reacted` tells of done, snoozed, dismissed and undone."""
TASKS = tuple(f"signals.task.{verb}" for verb in ("added", "changed", "completed", "reopened", "deleted"))
"""Event types after which titles are looked at again."""
REACTED = "tips.tip.reacted"
_PROMISE_SECONDS = 60

T = TypeVar("T", "Profile", "Moment", "Task")


@dataclass(frozen=True, slots=True)
class Profile:
    """A declared profile feature."""

    view: FeatureView
    value: Callable[[States, At], float | None]


@dataclass(frozen=True, slots=True)
class Moment:
    """A declared context feature."""

    view: FeatureView
    value: Callable[[UserView], float | None]


@dataclass(frozen=True, slots=True)
class Task:
    """A declared task feature."""

    view: FeatureView
    value: Callable[[Facts, tasks.Here], float | None]


def profile_values(states: States, at: At, names: Collection[str] | None = None) -> dict[str, float]:
    """The profile features that have a value, of all or of those named."""
    return _known((name, one.value(states, at)) for name, one in PROFILE.items() if names is None or name in names)


def moment_values(view: UserView, names: Collection[str] | None = None) -> dict[str, float]:
    """The context features that have a value, of all or of those named."""
    return _known((name, one.value(view)) for name, one in MOMENT.items() if names is None or name in names)


def task_values(
    view: UserView, states: States, themes: Mapping[Ref, Theme], names: Collection[str]
) -> dict[str, dict[str, float]]:
    """The named task features of every open task of the view, by feature and ref."""
    at = tasks.here(view.context, states, themes)
    facts = [one for one in view.facts if one.state == "open"]
    return {name: _known((one.ref, TASK[name].value(one, at)) for one in facts) for name in TASK if name in names}


def _known(values: Iterable[tuple[str, float | None]]) -> dict[str, float]:
    return {name: value for name, value in values if value is not None and isfinite(value)}


def _view(
    call: Callable[..., float | None], kind: FeatureKind, unit: str, inputs: tuple[str, ...], consent: str | None
) -> FeatureView:
    about = (call.__doc__ or "").split("\n")[0]
    return FeatureView(call.__name__, kind, unit, about, inputs, (), 0, consent)


def _profile(call: Callable[[States, At], float | None], unit: str, *reducers: str) -> Profile:
    view = _view(call, "profile", unit, reducers, HABITS)
    return Profile(replace(view, invalidated_by=_events(reducers), fresh_seconds=_PROMISE_SECONDS), call)


def _moment(call: Callable[[UserView], float | None], unit: str, *inputs: str, consent: str | None = None) -> Moment:
    return Moment(_view(call, "context", unit, inputs, consent), call)


def _task(call: Callable[[Facts, tasks.Here], float | None], unit: str, *inputs: str) -> Task:
    consent = HABITS if set(inputs) & set(REDUCERS) else TITLES if "titles" in inputs else None
    return Task(replace(_view(call, "task", unit, inputs, consent), invalidated_by=_events(inputs)), call)


def _events(inputs: Iterable[str]) -> tuple[str, ...]:
    heard = {verb for name in inputs if name in REDUCERS for verb in REDUCERS[name].hears}
    told = {kind for kind, verb in EVENTS.items() if verb in heard}
    return tuple(sorted(told | ({REACTED} if heard & {"done", "snoozed", "dismissed", "undone"} else set())))


def _by_name(*features: T) -> dict[str, T]:
    return {feature.view.name: feature for feature in features}


PROFILE = _by_name(
    _profile(profile.completion_rate, "share", "days"),
    _profile(profile.dismiss_rate, "share", "days"),
    _profile(profile.snooze_rate, "share", "days"),
    _profile(profile.reactions, "reactions", "days"),
    _profile(profile.dwell_seconds, "s", "looking"),
    _profile(profile.quick_dismissals, "share", "looking"),
    _profile(profile.tips_per_day, "tips/day", "days"),
    _profile(profile.completions_today, "tasks", "days"),
    _profile(profile.completions_per_day, "tasks/day", "days"),
    _profile(profile.completions_spread, "tasks/day", "days"),
    _profile(profile.engagement_trend, "tasks/day", "days"),
    _profile(profile.active_days, "days", "days"),
    _profile(profile.preferred_hour, "h", "hours"),
    _profile(profile.daily_cycle, "ratio", "hours"),
    _profile(profile.weekly_cycle, "ratio", "hours"),
    _profile(profile.hours_since_tip, "h", "recent"),
    _profile(profile.hours_since_completion, "h", "recent"),
    _profile(profile.hours_since_reaction, "h", "recent"),
    _profile(profile.lateness_days, "days", "lateness"),
    _profile(profile.lifetime_days, "days", "lateness"),
)
"""Features of a person's past, by name."""

MOMENT = _by_name(
    _moment(moment.hour_sin, "", "clock"),
    _moment(moment.hour_cos, "", "clock"),
    _moment(moment.weekday_sin, "", "clock"),
    _moment(moment.weekday_cos, "", "clock"),
    _moment(moment.open_tasks, "tasks", "tasks open"),
    _moment(moment.overdue_tasks, "tasks", "tasks open"),
    _moment(moment.due_today, "tasks", "tasks open"),
    _moment(moment.free_minutes, "min", "clock", "calendar", consent=CALENDAR),
    _moment(moment.meeting_minutes, "min", "calendar", consent=CALENDAR),
)
"""Features of the moment, by name."""

TASK = _by_name(
    _task(tasks.task_age_days, "days", "task"),
    _task(tasks.priority, "", "task"),
    _task(tasks.due_distance_days, "days", "task"),
    _task(tasks.is_overdue, "", "task"),
    _task(tasks.project_momentum, "tasks", "tasks"),
    _task(tasks.same_task_times, "times", "tasks"),
    _task(tasks.same_task_gap_ratio, "ratio", "tasks"),
    _task(tasks.times_snoozed, "times", "tasks"),
    _task(tasks.theme, "", "titles"),
    _task(tasks.theme_size, "tasks", "titles"),
)
"""Features of one task, by name."""

FEATURES: Mapping[str, FeatureView] = {
    **{name: one.view for name, one in sorted(PROFILE.items())},
    **{name: one.view for name, one in sorted(MOMENT.items())},
    **{name: one.view for name, one in sorted(TASK.items())},
}
"""Everything that the registry holds."""

FRESH = timedelta(seconds=_PROMISE_SECONDS)
"""How long a profile feature is fresh for sure."""
REGISTRY = " ".join(f"{name}/{reducer.version}" for name, reducer in sorted(REDUCERS.items()))
"""The definitions that profile features follow from, by their versions."""


def features_of(verbs: Collection[Verb]) -> tuple[str, ...]:
    """The profile features that may have another value after these happened, by name."""
    heard = {name for name, reducer in REDUCERS.items() if reducer.hears & set(verbs)}
    return tuple(name for name, one in sorted(PROFILE.items()) if heard & set(one.view.inputs))
