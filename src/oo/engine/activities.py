"""A history's completions as activities: what features are folded from and agents infer from, in replay as live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from oo.contracts.features import Activity, UserHistory
from oo.contracts.ids import UserId
from oo.contracts.zones import zone_of
from oo.engine.history import DAY_ENDS_AT, History
from oo.engine.when import day_of


def activities(past: History, events: Iterable[Mapping[str, Any]]) -> Iterator[Activity]:
    """What was completed, in order; `past` is a history in which nothing has happened, and takes the events in."""
    zone = zone_of(past.offset)
    for event in events:
        if event["event"] == "done":
            day = day_of(event["at"], zone, DAY_ENDS_AT).toordinal()
            yield _completed(past, event, event["at"].astimezone(zone), day)
        past.apply(event)


def history_until(past: History, events: Iterable[Mapping[str, Any]], now: datetime) -> UserHistory:
    """What was known at an instant: everything strictly before it."""
    known = tuple(activities(past, (event for event in events if event["at"] < now)))
    today = day_of(now, zone_of(past.offset), DAY_ENDS_AT).toordinal()
    return UserHistory(UserId("history"), now, past.offset, today, known)


def _completed(past: History, event: Mapping[str, Any], local: datetime, day: int) -> Activity:
    """A completion, with what was known of its task before: a task may be logged after the fact."""
    facts = past.facts.get(event["task"])
    return Activity(
        at=event["at"],
        verb="completed",
        day=day,
        hour=local.hour + local.minute / 60,
        task=event["task"],
        project=event.get("project") or (facts.project if facts else None),
        series=facts.series if facts else None,
        due=event["due"] or (facts.due if facts else None),
        added=facts.added if facts else None,
        timed=not past.day_only,
    )
