"""How late tasks with a due date are finished, and how long tasks live."""

from __future__ import annotations

from dataclasses import dataclass

from oo.contracts.features import Activity, Verb
from oo.ml.features.reducers.reducer import State

KEPT = 100
KEPT_OF_A_PROJECT = 20
PROJECTS = 40


@dataclass(frozen=True, slots=True)
class Lateness:
    """The last differences between finishing and being due, and between finishing and being added, in days.

    State: `all` the last 100, `projects` {project: the last 20}, of the 40 projects that were finished in last,
    `lived` the last 100.
    """

    name: str = "lateness"
    version: int = 1
    hears: frozenset[Verb] = frozenset({"completed"})

    def start(self) -> State:
        """Nothing yet."""
        return {"all": [], "projects": {}, "lived": []}

    def step(self, state: State, activity: Activity) -> None:
        """Keep its difference, when it was due and when it was added."""
        if activity.added is not None:
            _push(state["lived"], max(0.0, activity.days_after(activity.added)), KEPT)
        if activity.due is None:
            return
        late = activity.days_after(activity.due)
        _push(state["all"], late, KEPT)
        if activity.project is not None:
            projects = state["projects"]
            mine = projects.pop(activity.project, [])  # taken out and put back: the last one finished stands last
            _push(mine, late, KEPT_OF_A_PROJECT)
            projects[activity.project] = mine
            if len(projects) > PROJECTS:
                del projects[next(iter(projects))]


def _push(values: list[float], value: float, most: int) -> None:
    values.append(round(value, 3))
    del values[:-most]
