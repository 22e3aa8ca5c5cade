"""How many of what happened on each of the last days."""

from __future__ import annotations

from dataclasses import dataclass

from oo.contracts.features import Activity, Verb
from oo.ml.features.reducers.reducer import State

KEPT_DAYS = 63
"""Nine weeks: what a 28-day baseline and its trend need, with room for a late reader."""
COUNTED: tuple[Verb, ...] = ("completed", "served", "done", "snoozed", "dismissed")
_PLACE = {verb: place for place, verb in enumerate(COUNTED)}
_REACTIONS = frozenset({"done", "snoozed", "dismissed"})
_UNDOABLE = 20


@dataclass(frozen=True, slots=True)
class Days:
    """Counts by the person's own day; an undone reaction is taken back from the day on which it was made.

    State: `days` {day: counts in the order of `COUNTED`}, `last` [[tip, verb, day], …] that an undo may still name,
    `first` the first day on which anything happened.
    """

    name: str = "days"
    version: int = 1
    hears: frozenset[Verb] = frozenset({*COUNTED, "undone"})

    def start(self) -> State:
        """Nothing yet."""
        return {"days": {}, "last": [], "first": None}

    def step(self, state: State, activity: Activity) -> None:
        """Count it."""
        if activity.verb == "undone":
            _take_back(state, activity.tip)
            return
        if state["first"] is None or activity.day < state["first"]:  # a source may tell late of what was long ago
            state["first"] = activity.day
        counts = _counts(state, activity.day)
        counts[_PLACE[activity.verb]] += 1
        if activity.verb in _REACTIONS:
            last = state["last"]
            last.append([activity.tip, activity.verb, activity.day])
            del last[:-_UNDOABLE]


def window(state: State, verb: Verb, today: int, days: int, skip: int = 0) -> list[int]:
    """The counts of a verb on each of the `days` days that end `skip` days before today, oldest first.

    `skip` of 1 leaves today out, which isn't over. Days before the first activity are left out, too.
    """
    first = state["first"]
    if first is None:
        return []
    end = today - skip
    place, kept = _PLACE[verb], state["days"]
    return [kept[key][place] if (key := str(day)) in kept else 0 for day in range(max(end - days + 1, first), end + 1)]


def _counts(state: State, day: int) -> list[int]:
    days: dict[str, list[int]] = state["days"]
    key = str(day)  # JSON has texts as keys
    counts = days.get(key)
    if counts is None:
        counts = days[key] = [0] * len(COUNTED)
        if len(days) > KEPT_DAYS:
            del days[min(days, key=int)]
    return counts


def _take_back(state: State, tip: str) -> None:
    for place in range(len(state["last"]) - 1, -1, -1):
        named, verb, day = state["last"][place]
        if named == tip:
            del state["last"][place]
            counts = state["days"].get(str(day))
            if counts is not None and counts[_PLACE[verb]] > 0:
                counts[_PLACE[verb]] -= 1
            return
