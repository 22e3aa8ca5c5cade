"""Says what this person's work clusters around now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from oo.contracts.agents import Inferred, Kit, Snippet, Value
from oo.contracts.decisions import UserView
from oo.contracts.features import UserHistory
from oo.contracts.ids import Ref

TOP = 2
RECENT = 30
"""The last completions that say what is in focus."""
LEAST = 3
"""Completions of a project, or open tasks about the same, below which it isn't a focus."""
_MOVING = 1.0
"""Momentum, in completions that fade over a week, above which a project is under way."""


class FocusArea:
    """The projects in which this person finishes most.

    >>> from datetime import UTC, date, datetime
    >>> from oo.contracts.features import Activity
    >>> day = date(2026, 11, 21).toordinal()
    >>> past = tuple(Activity(datetime(2026, 11, 1, tzinfo=UTC), "completed", day - 5, 9.0, project=project)
    ...              for project in ("flat", "flat", "thesis", "thesis", "thesis", "flat", "flat", "tax"))
    >>> history = UserHistory("u", datetime(2026, 11, 21, tzinfo=UTC), "UTC", day, past)
    >>> FocusArea().infer(history)["preferred_areas"].value
    ('flat', 'thesis')
    """

    async def compute(self, view: UserView, kit: Kit) -> Snippet | None:
        """An open task of an area that is under way, else of what many titles are about; silence without either."""
        areas = kit.parameters["preferred_areas"]
        assert isinstance(areas, tuple)
        momentum = view.task_features.get("project_momentum", {})
        t = kit.voice.t
        for area in areas:
            tasks = [one.ref for one in view.facts if one.project == area and momentum.get(one.ref, 0.0) >= _MOVING]
            if tasks:
                text = t("{e1.title} belongs to what is in focus these weeks.")
                named: dict[str, Value] = {"area": str(area), "open": float(len(tasks))}
                why = t("it belongs to what is in focus these weeks")
                return Snippet(text, named, tuple(sorted(tasks)[:3]), 0.7, why)
        return _of_a_theme(view, kit)

    def infer(self, history: UserHistory) -> Mapping[str, Inferred]:
        """The two projects with the most of the last 30 completions that have a project."""
        recent = [one.project for one in history.of("completed") if one.project is not None][-RECENT:]
        counts = sorted(Counter(recent).items(), key=lambda pair: (-pair[1], pair[0]))
        areas = tuple(project for project, count in counts[:TOP] if count >= LEAST)
        if not areas:
            return {}
        share = sum(count for project, count in counts if project in areas)
        seen = {"of_these": float(share), "last": float(len(recent))}
        return {"preferred_areas": Inferred(areas, len(recent), round(share / len(recent), 2), seen)}


def _of_a_theme(view: UserView, kit: Kit) -> Snippet | None:
    """An open task of the largest group that is about the same, where it is large enough to be a focus."""
    number = view.task_features.get("theme", {})
    groups: dict[float, list[Ref]] = defaultdict(list)
    for one in view.facts:
        if one.ref in number:
            groups[number[one.ref]].append(one.ref)
    largest = max(groups.values(), key=len, default=[])
    if len(largest) < LEAST:
        return None
    text = kit.voice.t("{e1.title} is one of {n} open things that are about the same.", n=len(largest))
    why = kit.voice.t("other open things are about the same")
    return Snippet(text, {"together": float(len(largest))}, tuple(sorted(largest)[:3]), 0.5, why)


plugin = FocusArea()
"""The agent `focus_area`."""
