"""Folding: a person's activities into states, and states into the features of a moment. Pure, the same everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
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
    """Write states as lines of a name, a version and JSON each, so that a reader need not read them all."""
    return "\n".join(
        f"{name} {reducers[name].version} {json.dumps(state, separators=(',', ':'))}" for name, state in states.items()
    ).encode()


def load(
    data: bytes, reducers: Mapping[str, Reducer] = REDUCERS, names: Collection[str] | None = None
) -> States | None:
    """Read what `dump` wrote, of all reducers or of those named.

    None when a reducer has another version or is new, so that all is folded anew.
    """
    lines = {name: (version, text) for name, version, text in _lines(data)}
    if any(name not in lines or lines[name][0] != str(reducer.version) for name, reducer in reducers.items()):
        return None
    return {name: json.loads(lines[name][1]) for name in reducers if names is None or name in names}


def shown(data: bytes) -> Mapping[str, object]:
    """What `dump` wrote as its owner may read it."""
    return {name: json.loads(text) for name, _, text in _lines(data)}


def _lines(data: bytes) -> list[list[str]]:
    """The lines in their parts; none of those that were written otherwise, before."""
    return [parts for line in data.decode().split("\n") if len(parts := line.split(" ", 2)) == 3]


def _hearing(reducers: Mapping[str, Reducer]) -> dict[Verb, list[tuple[str, Step]]]:
    hearing: dict[Verb, list[tuple[str, Step]]] = {}
    for name, reducer in reducers.items():
        for verb in sorted(reducer.hears):
            hearing.setdefault(verb, []).append((name, reducer.step))
    return hearing
