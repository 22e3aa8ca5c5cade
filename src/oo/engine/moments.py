"""True moments to come back at: only those that exist and lie ahead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from oo.contracts.decisions import Context
from oo.contracts.items import Busy
from oo.contracts.tips import Moment
from oo.engine.rhythm import USUAL, Rhythm
from oo.engine.when import instant, meetings, today, zone_of

EVENING_UNTIL = 18.0


def moments(context: Context, busy: Sequence[Busy] = (), usual: Rhythm = USUAL) -> list[Moment]:
    """At most four moments after now, soonest first, no instant twice.

    After the meeting that is on or comes next today, this evening (before 18:00), tomorrow morning, Monday morning; an
    evening and a morning begin when this person's usually do.
    """
    zone, day = zone_of(context.zone), today(context)
    found: list[Moment] = []
    for start, end in meetings(busy):
        if end > context.now and start < context.day_end:
            found.append(Moment("after-meeting", end))
            break
    if context.now.astimezone(zone).date() == day and context.hour < EVENING_UNTIL:
        found.append(Moment("evening", instant(datetime.combine(day, usual.evening), zone)))
    found.append(Moment("morning", instant(datetime.combine(day + timedelta(days=1), usual.morning), zone)))
    monday = day + timedelta(days=7 - day.weekday())
    found.append(Moment("next-week", instant(datetime.combine(monday, usual.morning), zone)))
    seen: set[datetime] = set()
    return [
        moment
        for moment in sorted(found, key=lambda moment: moment.at)
        if moment.at > context.now and not (moment.at in seen or seen.add(moment.at))  # type: ignore[func-returns-value]
    ]
