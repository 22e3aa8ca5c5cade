"""Says what this person's work clusters around now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from oo.contracts.agents import Inferred, Kit, Snippet, Value
from oo.contracts.decisions import UserView
from oo.contracts.features import UserHistory

TOP = 2
RECENT = 30
"""The last completions that say what is in focus."""
LEAST = 3
"""Completions of a project below which it isn't a focus."""
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
        """An open task of an area that is under way, with the others of it as evidence; silence without one."""
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
        return None

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


plugin = FocusArea()
"""The agent `focus_area`."""
