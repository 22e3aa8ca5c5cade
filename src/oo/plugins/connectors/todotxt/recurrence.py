"""`rec:` of todo.txt: `rec:1w` counts from the day it was finished, `rec:+1w` strictly from the day it was due."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_REPEAT = re.compile(r"(\+?)(\d{1,4})([dbwmy])", re.IGNORECASE)
_WEEKEND = 5


@dataclass(frozen=True, slots=True)
class Repeat:
    """Every `count` units of `d` days, `b` business days, `w` weeks, `m` months or `y` years."""

    strict: bool
    count: int
    unit: str


def repeat(text: str) -> Repeat | None:
    """Read the value of `rec:`; None when it is none.

    >>> repeat("+2w")
    Repeat(strict=True, count=2, unit='w')
    """
    match = _REPEAT.fullmatch(text)
    if match is None or int(match[2]) == 0:
        return None
    return Repeat(strict=bool(match[1]), count=int(match[2]), unit=match[3].lower())


def after(day: date, every: Repeat) -> date:
    """The day one repeat later; a month that is too short ends it on its last day. Raises `OverflowError` past 9999.

    >>> after(date(2027, 1, 31), Repeat(strict=True, count=1, unit="m"))
    datetime.date(2027, 2, 28)
    """
    if every.unit == "b":
        return _business_days(day, every.count)
    if every.unit in "dw":
        return day + timedelta(days=every.count * (7 if every.unit == "w" else 1))
    months = day.year * 12 + day.month - 1 + every.count * (12 if every.unit == "y" else 1)
    year, month = months // 12, months % 12 + 1
    if year > date.max.year:
        raise OverflowError("The next occurrence is past the year 9999.")
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _business_days(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < _WEEKEND
    return day
