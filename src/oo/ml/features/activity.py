"""Between events and activities: what of an event is kept, and how it is written down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from oo.contracts.events import Event, TaskCompleted, TipReacted, TipServed
from oo.contracts.features import Activity, Verb
from oo.contracts.items import parse_when, when_text
from oo.contracts.zones import zone_of
from oo.engine.when import day_of

REACTIONS: Mapping[str, Verb] = {"done": "done", "snooze": "snoozed", "dismiss": "dismissed", "undo": "undone"}
_TEXTS = ("tip", "task", "project", "series", "topic", "dwell_ms", "timed")


@dataclass(frozen=True, slots=True)
class Place:
    """Where and by which day boundary a person lived when something happened."""

    zone: str = "UTC"
    day_ends_at: time = time(0)

    def day(self, at: datetime) -> int:
        """The person's own day of an instant."""
        return day_of(at, zone_of(self.zone), self.day_ends_at).toordinal()

    def hour(self, at: datetime) -> float:
        """The local hour of an instant."""
        local = at.astimezone(zone_of(self.zone))
        return local.hour + local.minute / 60


@dataclass(frozen=True, slots=True)
class Noted:
    """An activity before anybody knows the person's day: its verb, its instant, and the rest."""

    verb: Verb
    at: datetime
    data: Mapping[str, Any]


def noted(event: Event, at: datetime) -> Noted | None:
    """What is kept of an event that happened at an instant; None for one that features don't follow."""
    match event:
        case TaskCompleted():
            task: dict[str, str | bool] = {
                **_task(event.ref, event.project, event.series, event.due, event.added),
                **({"timed": False} if event.day_only else {}),
            }
            return Noted("completed", event.finished_at or at, task)
        case TipServed():
            return Noted("served", at, {"tip": event.tip, "topic": event.topic, "task": event.ref})
        case TipReacted() if event.action in REACTIONS:
            data: dict[str, str | int] = {"tip": event.tip, "task": event.ref}
            if event.dwell_ms is not None:
                data["dwell_ms"] = event.dwell_ms
            return Noted(REACTIONS[event.action], at, data)
    return None


def written(data: Mapping[str, Any]) -> bytes:
    """The rest of an activity as it is sealed."""
    return json.dumps(data, separators=(",", ":")).encode()


def activity(
    verb: Verb, at: datetime, data: bytes, place: Place | None = None, *, day: int = 0, hour: float = 0.0
) -> Activity:
    """An activity from what was written; its day and hour are given, or those of a place."""
    known = json.loads(data)
    return Activity(
        at=at.astimezone(UTC),
        verb=verb,
        day=day if place is None else place.day(at),
        hour=hour if place is None else place.hour(at),
        due=parse_when(known.get("due")),
        added=parse_when(known.get("added")),
        **{name: known[name] for name in _TEXTS if name in known},
    )


def _task(ref: str, project: str, series: str, due: str, added: str) -> dict[str, str]:
    named = {"task": ref, "project": project, "series": series, "due": _valid(due), "added": _valid(added)}
    return {name: value for name, value in named.items() if value}


def _valid(when: str) -> str:
    """A `When` that can be read again, else nothing: a date from a foreign event is data, and may be anything."""
    try:
        return when_text(parse_when(when or None)) or ""
    except ValueError:
        return ""
