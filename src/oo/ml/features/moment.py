"""The context features: what is going on now, from the view of a decision; computed when asked, never kept."""

from __future__ import annotations

from math import cos, pi, sin

from oo.contracts.decisions import Topic, UserView
from oo.contracts.zones import zone_of
from oo.engine.candidates import topic
from oo.engine.when import meetings, today


def hour_sin(view: UserView) -> float | None:
    """The hour on a circle of 24, its sine."""
    return sin(2 * pi * view.context.hour / 24)


def hour_cos(view: UserView) -> float | None:
    """The hour on a circle of 24, its cosine."""
    return cos(2 * pi * view.context.hour / 24)


def weekday_sin(view: UserView) -> float | None:
    """The weekday on a circle of seven, its sine."""
    return sin(2 * pi * view.context.weekday / 7)


def weekday_cos(view: UserView) -> float | None:
    """The weekday on a circle of seven, its cosine."""
    return cos(2 * pi * view.context.weekday / 7)


def open_tasks(view: UserView) -> float | None:
    """Tasks that are open."""
    return float(sum(facts.state == "open" for facts in view.facts))


def overdue_tasks(view: UserView) -> float | None:
    """Open tasks whose date is past."""
    return _of_topic(view, "overdue")


def due_today(view: UserView) -> float | None:
    """Open tasks that are due before the person's day ends, and not overdue."""
    return _of_topic(view, "today")


def free_minutes(view: UserView) -> float | None:
    """Minutes until the next meeting, or until the day ends; 0 in a meeting."""
    if view.context.meeting_until is not None:
        return 0.0
    until = view.context.free_until or view.context.day_end
    return max(0.0, (until - view.context.now).total_seconds() / 60)


def meeting_minutes(view: UserView) -> float | None:
    """Minutes of the person's day that meetings take, overlapping ones counted once."""
    start, end = view.context.day_start, view.context.day_end
    spans = ((max(first, start), min(last, end)) for first, last in meetings(view.busy))
    return sum(max(0.0, (last - first).total_seconds() / 60) for first, last in spans)


def _of_topic(view: UserView, wanted: Topic) -> float:
    zone, day = zone_of(view.context.zone), today(view.context)
    return float(sum(facts.state == "open" and topic(facts, view.context, zone, day) == wanted for facts in view.facts))
