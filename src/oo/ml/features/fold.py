"""Folding: a person's activities into states, and states into the features of a moment. Pure, the same everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from oo.contracts.features import Activity, Verb
from oo.ml.features.reducers import REDUCERS, Reducer, State

Step = Callable[[State, Activity], None]
States = dict[str, State]
"""The state of every reducer, by its name."""


@dataclass(frozen=True, slots=True)
class At:
    """The moment at which features are asked for."""

    seconds: float
    """Since 1970, UTC."""
    today: int
    """The person's day (`date.toordinal`)."""


def start(reducers: Mapping[str, Reducer] = REDUCERS) -> States:
    """The states before anything happened."""
    return {name: reducer.start() for name, reducer in reducers.items()}


def fold(states: States, activities: Iterable[Activity], reducers: Mapping[str, Reducer] = REDUCERS) -> States:
    """Fold activities into the states, which are changed in place, and return them."""
    hearing = _hearing(reducers)
    for activity in activities:
        for name, step in hearing.get(activity.verb, ()):
            step(states[name], activity)
    return states


def dump(states: States, reducers: Mapping[str, Reducer] = REDUCERS) -> bytes:
    """Write states as JSON, with the versions of their reducers."""
    rows = {name: [reducers[name].version, state] for name, state in states.items()}
    return json.dumps(rows, separators=(",", ":")).encode()


def load(data: bytes, reducers: Mapping[str, Reducer] = REDUCERS) -> States | None:
    """Read what `dump` wrote; None when a reducer has another version or is new, so that all is folded anew."""
    rows = json.loads(data)
    if any(name not in rows or rows[name][0] != reducer.version for name, reducer in reducers.items()):
        return None
    return {name: rows[name][1] for name in reducers}


def _hearing(reducers: Mapping[str, Reducer]) -> dict[Verb, list[tuple[str, Step]]]:
    hearing: dict[Verb, list[tuple[str, Step]]] = {}
    for name, reducer in reducers.items():
        for verb in sorted(reducer.hears):
            hearing.setdefault(verb, []).append((name, reducer.step))
    return hearing
