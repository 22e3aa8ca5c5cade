"""Events of Calendar v3 as entries of the house's truth table (`oo.contracts.calendars`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from oo.contracts.calendars import Answer, Entry

_ANSWERS: dict[str, Answer] = {"accepted": "accepted", "tentative": "tentative", "declined": "declined"}
"""`responseStatus`; whatever else it says is no answer."""


class Unreadable(ValueError):
    """An event with times that can't be read."""


def entry(event: Mapping[str, Any], zone: tzinfo) -> Entry:
    """An occurrence as Google gives it with `singleEvents=true`; the zone is the person's, for all-day events.

    Raises `Unreadable`. Words that Google may add to its lists one day count as their defaults.
    """
    start, whole = _time(event.get("start"), zone)
    end, _ = _time(event.get("end"), zone)
    kind = str(event.get("eventType", ""))
    return Entry(
        start,
        end,
        all_day=whole,
        cancelled=event.get("status") == "cancelled",
        answer=_answer(event.get("attendees")),
        shows_free=event.get("transparency") == "transparent",
        kind="place" if kind == "workingLocation" else "birthday" if kind == "birthday" else "event",
        tentative=event.get("status") == "tentative",
    )


def _answer(guests: Any) -> Answer | None:
    """The answer of the guest that Google marks as the owner of the calendar."""
    for guest in guests if isinstance(guests, list) else ():
        if isinstance(guest, Mapping) and guest.get("self") is True:
            return _ANSWERS.get(str(guest.get("responseStatus")), "none")
    return None


def _time(when: Any, zone: tzinfo) -> tuple[datetime, bool]:
    """The instant in UTC, and whether it is a whole day."""
    if not isinstance(when, Mapping):
        raise Unreadable("An event without times.")
    try:
        if "date" in when and "dateTime" not in when:
            day = date.fromisoformat(str(when["date"]))
            return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC), True
        at = datetime.fromisoformat(str(when["dateTime"]))
        if at.tzinfo is None:
            at = at.replace(tzinfo=_named(when.get("timeZone")) or zone)
        return at.astimezone(UTC), False
    except (ValueError, KeyError, OverflowError) as error:
        raise Unreadable("An event with times that can't be read.") from error


def _named(name: Any) -> tzinfo | None:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
