"""When what happened last."""

from __future__ import annotations

from dataclasses import dataclass

from oo.contracts.features import Activity, Verb
from oo.ml.features.reducers.reducer import State


@dataclass(frozen=True, slots=True)
class Recent:
    """The last instant of each verb. State: {verb: seconds since 1970, UTC}."""

    name: str = "recent"
    version: int = 1
    hears: frozenset[Verb] = frozenset({"completed", "served", "done", "snoozed", "dismissed"})

    def start(self) -> State:
        """Nothing yet."""
        return {}

    def step(self, state: State, activity: Activity) -> None:
        """Keep the later one: a source may tell late of what was finished long ago."""
        at = activity.at.timestamp()
        if at > state.get(activity.verb, float("-inf")):
            state[activity.verb] = at
