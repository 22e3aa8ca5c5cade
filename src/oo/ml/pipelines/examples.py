"""What was known just before each tip, and what came after: the rows of tables. Pure, and done in children."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from oo.contracts.features import Activity
from oo.ml.features.fold import At, fold, start
from oo.ml.features.registry import PROFILE, profile_values
from oo.ml.pipelines.pasts import Past, read

Row: TypeAlias = dict[str, str | int | float | None]
FEATURES: tuple[str, ...] = tuple(sorted(PROFILE))
"""The columns of features, in their order."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of three tables; instants are seconds since 1970."""

    moments: list[Row] = field(default_factory=list)
    """A tip that was shown: person, tip, task, topic, at, day, weekday, hour, and every profile feature then."""
    reactions: list[Row] = field(default_factory=list)
    """An answer to a tip that was not taken back: person, tip, verb, at, dwell_ms."""
    completions: list[Row] = field(default_factory=list)
    """A task that was finished in its app: person, task, at, day, weekday, hour, timed."""


def rows_of(lines: Sequence[str]) -> Rows:
    """The rows of people's pasts, each a line of `pasts.write`; a function of a module, so that a child can do it."""
    rows = Rows()
    for line in lines:
        add(rows, read(line))
    return rows


def add(rows: Rows, past: Past) -> None:
    """Add a person's rows. The features of a moment follow from what happened before it, and from nothing else."""
    states = start()
    undone = _undone(past.activities)
    for place, one in enumerate(past.activities):
        row: Row = {"person": past.person, "at": one.at.timestamp()}
        calendar: Row = {"day": one.day, "weekday": one.weekday, "hour": one.hour}
        if one.verb == "served":
            known = profile_values(states, At(one.at.timestamp(), one.day))
            features: Row = {name: known.get(name) for name in FEATURES}
            rows.moments.append({**row, "tip": one.tip, "task": one.task, "topic": one.topic, **calendar, **features})
        elif one.verb == "completed":
            rows.completions.append({**row, "task": one.task, **calendar, "timed": one.timed})
        elif one.verb != "undone" and place not in undone:
            rows.reactions.append({**row, "tip": one.tip, "verb": one.verb, "dwell_ms": one.dwell_ms})
        fold(states, (one,))


def _undone(activities: Iterable[Activity]) -> frozenset[int]:
    """The places of reactions that were taken back: the last one to the tip before each undo."""
    last: dict[str, int] = {}
    found: set[int] = set()
    for place, one in enumerate(activities):
        if one.verb == "undone":
            if one.tip in last:
                found.add(last.pop(one.tip))
        elif one.verb in ("done", "snoozed", "dismissed"):
            last[one.tip] = place
    return frozenset(found)
