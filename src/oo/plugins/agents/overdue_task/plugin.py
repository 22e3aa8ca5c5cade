"""Says what is late beyond what this person tolerates, the one that matters most first."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from oo.contracts.agents import Inferred, Kit, Snippet
from oo.contracts.decisions import UserView
from oo.contracts.features import Activity, UserHistory
from oo.contracts.items import Facts

NAMED = 3
"""How many late tasks are evidence."""
FEWEST_OF_A_PROJECT = 5
_GENTLEST, _STRICTEST = 0.25, 4.0


class OverdueTask:
    """Late tasks, weighed by how real this person's dates are.

    >>> from datetime import UTC, date, datetime
    >>> history = UserHistory("u", datetime(2026, 11, 21, tzinfo=UTC), "UTC", date(2026, 11, 21).toordinal(), tuple(
    ...     Activity(datetime(2026, 11, day, tzinfo=UTC), "completed", date(2026, 11, day).toordinal(), 9.0,
    ...              due=date(2026, 11, day - 2)) for day in range(3, 15)))
    >>> OverdueTask().infer(history)["lateness_tolerance_days"].value
    2.0
    """

    async def compute(self, view: UserView, kit: Kit) -> Snippet | None:
        """What is late by more than the tolerance of its project; silence when nothing is."""
        tolerance, realness = kit.parameters["lateness_tolerance_days"], kit.parameters["project_realness"]
        assert isinstance(tolerance, float) and isinstance(realness, Mapping)
        overdue, distance = view.task_features.get("is_overdue", {}), view.task_features.get("due_distance_days", {})
        late = {
            facts.ref: (-distance[facts.ref], _weight(facts, realness))
            for facts in view.facts
            if overdue.get(facts.ref) and facts.ref in distance
        }
        worst = sorted(late, key=lambda ref: (-(late[ref][0] - tolerance) * late[ref][1], ref))
        beyond = [ref for ref in worst if late[ref][0] > tolerance / late[ref][1]]
        if not beyond:
            return None
        days = int(late[beyond[0]][0])
        t = kit.voice.t
        text = t.plural("{e1.title} is {count} day past its date", "{e1.title} is {count} days past its date", days)
        if tolerance >= 1:
            text += t.plural("; a day is usual here", "; {count} days are usual here", int(tolerance))
        named = {"days": float(days), "tolerance_days": float(int(tolerance)), "beyond": float(len(beyond))}
        return Snippet(text + ".", named, tuple(beyond[:NAMED]), confidence=min(1.0, 0.5 + 0.1 * (days - tolerance)))

    def infer(self, history: UserHistory) -> Mapping[str, Inferred]:
        """The median lateness of what was finished, and of each project against it."""
        dated = [(one, one.days_after(one.due)) for one in history.of("completed") if one.due is not None]
        if not dated:
            return {}
        all_of = [late for _, late in dated]
        usual = max(0.0, median(all_of))
        tolerance = Inferred(round(usual, 1), len(dated), _sure(all_of), {"tasks": float(len(dated))})
        found = {"lateness_tolerance_days": tolerance}
        if realness := _realness(dated, usual):
            found["project_realness"] = Inferred(realness, len(dated), tolerance.confidence)
        return found


def _realness(dated: list[tuple[Activity, float]], usual: float) -> dict[str, float]:
    """Of each project that was finished in often enough, how much earlier than usual its tasks are done: above 1 its
    dates are more real.
    """
    projects: dict[str, list[float]] = {}
    for one, late in dated:
        if one.project is not None:
            projects.setdefault(one.project, []).append(late)
    return {
        project: round(min(max((usual + 1) / (max(0.0, median(late)) + 1), _GENTLEST), _STRICTEST), 2)
        for project, late in sorted(projects.items())
        if len(late) >= FEWEST_OF_A_PROJECT
    }


def _weight(facts: Facts, realness: Mapping[str, float]) -> float:
    return realness.get(facts.project, 1.0) if facts.project is not None else 1.0


def _sure(values: list[float]) -> float:
    """More with more of them, less when they scatter."""
    middle = median(values)
    scatter = median(abs(value - middle) for value in values)
    return round(len(values) / (len(values) + 10) / (1 + scatter / 7), 2)


plugin = OverdueTask()
"""The agent `overdue_task`."""
