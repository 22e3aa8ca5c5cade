"""The calendars of a stand-in's account: events with versions, recurring ones with their instances."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

_FAR = timedelta(days=366)
"""How far an endless series is laid out where no window is asked for."""


@dataclass(slots=True)
class Calendar:
    """One calendar of the account; every change has the next version."""

    id: str
    role: str = "owner"
    primary: bool = False
    selected: bool = True
    hidden: bool = False
    zone: str = "Europe/Berlin"
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    version: int = 0
    oldest: int = 0
    """Tokens from before this version are too old."""

    def put(self, id: str, start: Any, end: Any, **more: Any) -> dict[str, Any]:
        """Add or change an event: instants (aware), or days."""
        event: dict[str, Any] = {
            "kind": "calendar#event",
            "id": id,
            "status": "confirmed",
            "summary": "Secret talk",
            "description": "<b>hidden</b>",
            "location": "Bunker",
            "iCalUID": f"{id}@google.com",
            "eventType": "default",
            "start": self._when(start),
            "end": self._when(end),
            **more,
        }
        self.events[id] = event
        return self._touch(id, event)

    def remove(self, id: str) -> None:
        """Delete an event: what stays is a tombstone."""
        self.events[id] = {"kind": "calendar#event", "id": id, "status": "cancelled"}
        self._touch(id, self.events[id])

    def forget_tokens(self) -> None:
        """From now on, every token given so far is too old."""
        self.oldest = self.version + 1
        self.version += 1

    def listed(self) -> dict[str, Any]:
        """Its entry in the list of calendars."""
        entry: dict[str, Any] = {
            "kind": "calendar#calendarListEntry",
            "id": self.id,
            "summary": "Mine",
            "timeZone": self.zone,
        }
        entry |= {"accessRole": self.role, "selected": self.selected}
        return entry | ({"primary": True} if self.primary else {}) | ({"hidden": True} if self.hidden else {})

    def masters(self, since: int | None) -> list[dict[str, Any]]:
        """Events as they are kept; with a version, those that changed after it, gone ones among them."""
        if since is None:
            return [one for one in self.events.values() if one["status"] != "cancelled"]
        return [self.events[key] for key, version in self.versions.items() if version > since]

    def instances(self, low: datetime | None, high: datetime | None) -> list[dict[str, Any]]:
        """Every occurrence that ends after `low` and begins before `high`."""
        moved = {
            (one["recurringEventId"], str(one["originalStartTime"])): one
            for one in self.events.values()
            if "recurringEventId" in one
        }
        found: list[dict[str, Any]] = []
        for event in self.events.values():
            if "recurringEventId" in event or "start" not in event:
                continue
            laid_out = self._laid_out(event, high)
            found += [moved.get((event["id"], str(one.get("originalStartTime"))), one) for one in laid_out]
        inside = [one for one in found if one["status"] != "cancelled" and self._touches(one, low, high)]
        return sorted(inside, key=lambda one: self._instant(one["start"]))

    def _laid_out(self, event: dict[str, Any], high: datetime | None) -> Iterator[dict[str, Any]]:
        rules = event.get("recurrence")
        if not rules:
            yield event
            return
        start, end = self._local(event["start"]), self._local(event["end"])
        stop = ((high or start.replace(tzinfo=UTC) + _FAR) + timedelta(days=1)).replace(tzinfo=None)
        whole = "date" in event["start"]
        for at in itertools.takewhile(lambda one: one < stop, rrulestr("\n".join(rules), dtstart=start)):
            begins = self._when(at.date() if whole else at.replace(tzinfo=ZoneInfo(self.zone)))
            ends_at = at + (end - start)
            ends = self._when(ends_at.date() if whole else ends_at.replace(tzinfo=ZoneInfo(self.zone)))
            one = {key: value for key, value in event.items() if key != "recurrence"}
            mark = (
                f"{at:%Y%m%d}" if whole else f"{at.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC):%Y%m%dT%H%M%SZ}"
            )
            own = {"id": f"{event['id']}_{mark}", "recurringEventId": event["id"], "originalStartTime": begins}
            yield one | own | {"start": begins, "end": ends}

    def _touches(self, event: Mapping[str, Any], low: datetime | None, high: datetime | None) -> bool:
        return (low is None or self._instant(event["end"]) > low) and (
            high is None or self._instant(event["start"]) < high
        )

    def _touch(self, id: str, event: dict[str, Any]) -> dict[str, Any]:
        self.version += 1
        self.versions[id] = self.version
        event["etag"] = f'"{self.version}"'
        return event

    def _when(self, when: Any) -> dict[str, str]:
        if isinstance(when, datetime):
            return {"dateTime": when.astimezone(ZoneInfo(self.zone)).isoformat(), "timeZone": self.zone}
        return {"date": when.isoformat()} if isinstance(when, date) else dict(when)

    def _local(self, when: Mapping[str, str]) -> datetime:
        if "date" in when:
            return datetime.combine(date.fromisoformat(when["date"]), datetime.min.time())
        return datetime.fromisoformat(when["dateTime"]).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def _instant(self, when: Mapping[str, str]) -> datetime:
        """What a test planted as nonsense counts as now and here, so that it is given out."""
        try:
            if "date" in when:
                return self._local(when).replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
            return datetime.fromisoformat(when["dateTime"])
        except (ValueError, OverflowError):
            return datetime.max.replace(tzinfo=UTC)
