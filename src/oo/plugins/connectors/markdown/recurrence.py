"""When a recurring task comes round again, in the words of Obsidian Tasks (`every 2 weeks on Friday when done`).

They are those of rrule.js. Day and month arithmetic is RFC 5545's, but that a month without such a day gives its last.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

_DAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*")
_DAYS = {name: at for at, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_MONTH = re.compile(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*")
_MONTHS = {name: at for at, name in enumerate("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec".split("|"), 1)}  # noqa: SIM905
_EVERY = re.compile(r"every\s+(?:(other|\d{1,3})\s+)?(day|weekday|week|month|year)s?\b")
_NTH = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?|first|second|third|fourth|fifth|(last))(?:\s+(last))?")
_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_WHEN_DONE = re.compile(r"\s+when\s+done$")
_HORIZON = 60
"""Years after which a rule without an occurrence has none."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Every `interval` units of `unit` (day, week, month, year), on these days and in these months only."""

    unit: str
    interval: int = 1
    weekdays: tuple[tuple[int, int], ...] = ()
    """Day of the week from Monday = 0, and which of its month: 1 the first, -1 the last, 0 every one."""
    monthdays: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    when_done: bool = False
    """Whether it counts from the day it was finished."""


def rule(text: str) -> Rule | None:
    """Read a recurrence; None when it is none.

    >>> rule("every 2 weeks on Friday when done")
    Rule(unit='week', interval=2, weekdays=((4, 0),), monthdays=(), months=(), when_done=True)
    """
    plain = " ".join(text.lower().split())
    rest = _WHEN_DONE.sub("", plain)
    when_done = rest != plain
    every = _EVERY.match(rest)
    if every is not None:
        unit, interval = every[2], 2 if every[1] == "other" else int(every[1] or 1)
        rest = rest[every.end() :].strip()
    elif rest.startswith("every "):
        unit, interval, rest = "", 1, "on " + rest.removeprefix("every ")
    else:
        return None
    if not interval:
        return None
    weekdays: list[tuple[int, int]] = [(at, 0) for at in range(5)] if unit == "weekday" else []
    monthdays: list[int] = []
    months: list[int] = []
    if not _limits(rest, weekdays, monthdays, months):
        return None
    if not unit:
        unit = "year" if months else "month" if monthdays or any(nth for _, nth in weekdays) else "week"
    elif unit == "weekday":
        unit = "week"
    return Rule(unit, interval, tuple(weekdays), tuple(monthdays), tuple(months), when_done)


def after(day: date, every: Rule) -> date | None:
    """The next day of the rule, counted from this one; None when there is none in our time."""
    try:
        if not (every.weekdays or every.monthdays or every.months):
            return _plain(day, every)
        return _limited(day, every)
    except (OverflowError, ValueError):
        return None


def _limits(rest: str, weekdays: list[tuple[int, int]], monthdays: list[int], months: list[int]) -> bool:
    """Read `on the 1st and 15th`, `on the last Friday`, `in January`; False when there is something else."""
    rest = re.sub(r"\bthe\b", " ", rest.replace(",", " and "))
    pending: int | None = None
    for word in _joined(rest.split()):
        if word in ("on", "in", "and", "of"):
            continue
        nth, day, month = _nth(word), _DAY.fullmatch(word), _MONTH.fullmatch(word)
        if day is not None:
            weekdays.append((_DAYS[day[1]], pending or 0))
            pending = None
            continue
        if pending is not None:
            monthdays.append(pending)
            pending = None
        if nth is not None:
            pending = nth
        elif month is not None:
            months.append(_MONTHS[month[1]])
        else:
            return False
    if pending is not None:
        monthdays.append(pending)
    return all(1 <= abs(day) <= 31 for day in monthdays) and all(abs(nth) <= 5 for _, nth in weekdays)


def _joined(words: list[str]) -> list[str]:
    """`2nd last` as one word."""
    joined: list[str] = []
    for word in words:
        if word == "last" and joined and re.fullmatch(r"\d{1,2}(st|nd|rd|th)", joined[-1]):
            joined[-1] += " last"
        else:
            joined.append(word)
    return joined


def _nth(word: str) -> int | None:
    match = _NTH.fullmatch(word)
    if match is None:
        return None
    if match[2]:
        return -1
    count = int(match[1]) if match[1] else _WORDS[word.split()[0]]
    return -count if match[3] else count


def _plain(day: date, every: Rule) -> date:
    if every.unit in ("day", "week"):
        return day + timedelta(days=every.interval * (7 if every.unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + every.interval * (12 if every.unit == "year" else 1)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _limited(day: date, every: Rule) -> date | None:
    from dateutil import rrule

    units: dict[str, Literal[0, 1, 2, 3]] = {
        "day": rrule.DAILY,
        "week": rrule.WEEKLY,
        "month": rrule.MONTHLY,
        "year": rrule.YEARLY,
    }
    made = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)
    start = datetime.combine(day, time())
    found = rrule.rrule(
        units[every.unit],
        interval=every.interval,
        dtstart=start,
        until=start.replace(year=min(day.year + _HORIZON, date.max.year), day=min(day.day, 28)),
        byweekday=[made[at](nth) if nth else made[at] for at, nth in every.weekdays] or None,
        bymonthday=every.monthdays or None,
        bymonth=every.months or None,
    ).after(start)
    return found.date() if found is not None else None
