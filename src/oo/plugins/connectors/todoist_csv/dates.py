"""Dates as Todoist's CSV has them: what is surely a date, and nothing that would have to be guessed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from oo.contracts.items import When

_TIME = (
    r"(?:(?:[T ]|\s+at\s+|,\s*)(?P<hour>\d{1,2})(?::(?P<minute>\d\d)(?::\d\d(?:\.\d+)?)?)?"
    r"\s*(?P<half>am|pm)?(?P<utc>Z)?)?"
)
_MONTH = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_FORMS = tuple(
    re.compile(form + _TIME, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+{_MONTH},?\s+(?P<year>\d{{4}})",
        rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
    )
)
_MONTHS = {name: at for at, name in enumerate("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec".split("|"), 1)}  # noqa: SIM905
# `every` and `every!`, and the same in the languages of Todoist.
_EVERY = re.compile(
    r"(every|ev|jede[nrsm]?|chaque|tous|toutes|cada|todos|todas|ogni|elke|iedere|co|każd\w+|кажд\w+|varje|hver|毎|매|每)\b",
    re.IGNORECASE,
)
_YEARS = range(1900, 2201)


def when(text: str, zone: str) -> When | None:
    """`2026-11-21`, `2026-11-21 17:00`, `21 Nov 2026 5pm`, `Nov 21, 2026`; None for any other form, or no date.

    A time is in `zone` (IANA), and floating without one; raises `ValueError` for a zone that isn't there.
    """
    match = next((found for form in _FORMS if (found := form.fullmatch(text.strip()))), None)
    if match is None:
        return None
    month = _MONTHS[match["name"].lower()] if "name" in match.groupdict() else int(match["month"])
    try:
        day = date(int(match["year"]), month, int(match["day"]))
        if day.year not in _YEARS:
            return None
        if match["hour"] is None:
            return day
        hour = _hour(int(match["hour"]), match)
        # Floating until the zone is known.
        at = datetime(day.year, day.month, day.day, hour, int(match["minute"] or 0))  # noqa: DTZ001
    except ValueError:
        return None
    if match["utc"]:
        return at.replace(tzinfo=UTC)
    return at.replace(tzinfo=_zone(zone)).astimezone(UTC) if zone else at


def repeats(text: str) -> bool:
    """Whether a date's text says that it comes round again (`every monday`)."""
    return _EVERY.match(text.strip()) is not None


def _hour(hour: int, match: re.Match[str]) -> int:
    """The hour of the day; raises `ValueError` for `13 pm`, and for an hour alone (`2026-11-21 17`)."""
    half = (match["half"] or "").lower()
    if not half:
        if match["minute"] is None:
            raise ValueError("an hour alone is none")
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no hour of half a day")
    return hour % 12 + (12 if half == "pm" else 0)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError("no such zone") from error
