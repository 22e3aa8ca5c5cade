"""How long a person looks at a tip before reacting."""

from __future__ import annotations

from dataclasses import dataclass

from oo.contracts.features import Activity, Verb
from oo.ml.features.reducers.reducer import State

KEPT = 50
QUICK_MS = 2000
"""A dismissal faster than this is a burden, not a choice (engine.md 4.5)."""
LONGEST_MS = 600_000
"""Ten minutes: beyond it the page was left open, nobody looked."""


@dataclass(frozen=True, slots=True)
class Looking:
    """The last dwell times in seconds, and how many dismissals were made at once. State: `dwell` (50), `quick`, `n`."""

    name: str = "looking"
    version: int = 1
    hears: frozenset[Verb] = frozenset({"done", "snoozed", "dismissed"})

    def start(self) -> State:
        """Nothing yet."""
        return {"dwell": [], "quick": 0, "n": 0}

    def step(self, state: State, activity: Activity) -> None:
        """Keep its dwell time, where one was measured."""
        if activity.dwell_ms is None:
            return
        state["n"] += 1
        state["quick"] += activity.verb == "dismissed" and activity.dwell_ms < QUICK_MS
        if activity.dwell_ms <= LONGEST_MS:
            state["dwell"].append(round(max(activity.dwell_ms, 0) / 1000, 2))
            del state["dwell"][:-KEPT]
