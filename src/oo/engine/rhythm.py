"""The hours at which a person usually begins a day and an evening, from when they answered tips; pure.

Somebody who answers at ten past six on working days means six by "tomorrow morning", not half past eight.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from statistics import median_low

DAYS = timedelta(days=28)
"""How far back answers count."""
ENOUGH = 7
"""Days with an answer at that time of day before it says anything."""
HALF = 30
_MORNINGS = (time(5), time(12))
_EVENINGS = (time(17), time(23))
_EARLIEST, _LATEST = time(6), time(11)
_EARLY_EVENING, _LATE_EVENING = time(18), time(21, 30)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Local times; the defaults are those of somebody of whom nothing is known."""

    morning: time = time(8, 30)
    evening: time = time(19, 0)


USUAL = Rhythm()


def rhythm(answers: Iterable[datetime], zone: tzinfo) -> Rhythm:
    """The median of the first answers of the mornings and of the evenings, at the half hour at or before it.

    `answers` are aware instants. Fewer than seven days with one leave the usual time.
    """
    local = [instant.astimezone(zone) for instant in answers]
    return Rhythm(
        _usual(local, _MORNINGS, (_EARLIEST, _LATEST)) or USUAL.morning,
        _usual(local, _EVENINGS, (_EARLY_EVENING, _LATE_EVENING)) or USUAL.evening,
    )


def _usual(local: Iterable[datetime], part: tuple[time, time], limits: tuple[time, time]) -> time | None:
    first: dict[date, time] = {}
    for at in local:
        clock = at.time()
        if part[0] <= clock < part[1]:
            day = at.date()
            first[day] = min(clock, first.get(day, clock))
    if len(first) < ENOUGH:
        return None
    usual = median_low(first.values())
    return min(max(time(usual.hour, usual.minute // HALF * HALF), limits[0]), limits[1])
