"""Dates, floating times and instants, read in the person's own zone and by the person's own day boundary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from oo.contracts.decisions import Context
from oo.contracts.items import Busy, When
from oo.contracts.zones import zone_of as zone_of

MIDNIGHT = time(0, 0)
DAY = timedelta(days=1)
_LAST = datetime.max.replace(tzinfo=UTC) - 2 * DAY
_FIRST = datetime.min.replace(tzinfo=UTC) + 2 * DAY


def instant(when: When, zone: tzinfo, day_ends_at: time = MIDNIGHT) -> datetime:
    """The instant (aware UTC) at which `when` begins.

    A day begins at the person's day boundary. A wall time that a clock change skips is read with the offset before the
    change, one that comes twice is its first (RFC 5545, 3.3.5). What lies outside the calendar is brought to its edge.
    """
    if not isinstance(when, datetime):
        when = datetime.combine(when, day_ends_at, zone)
    elif when.tzinfo is None:
        when = when.replace(tzinfo=zone)
    try:
        return when.astimezone(UTC)
    except OverflowError:
        return _LAST if when.year > 5000 else _FIRST


def days_since(context: Context) -> Callable[[When], float]:
    """Gives the days since a `when` began, below 0 for the future; since a date they are days of the wall clock."""
    zone, now = zone_of(context.zone), context.now
    local = now.astimezone(zone)
    wall = local.toordinal() + (local.hour * 3600 + local.minute * 60 + local.second) / 86400

    def since(when: When) -> float:
        if isinstance(when, datetime):
            return (now - instant(when, zone)).total_seconds() / 86400
        return wall - when.toordinal()

    return since


def day_start(day: date, zone: tzinfo, day_ends_at: time = MIDNIGHT) -> datetime:
    """The instant at which the person's day begins."""
    return instant(day, zone, day_ends_at)


def day_of(now: datetime, zone: tzinfo, day_ends_at: time = MIDNIGHT) -> date:
    """The person's day at an instant: before the day boundary it is still yesterday."""
    day = now.astimezone(zone).date()
    return day if day_start(day, zone, day_ends_at) <= now else day - DAY


def today(context: Context) -> date:
    """The person's day that the context lies in."""
    return context.day_start.astimezone(zone_of(context.zone)).date()


def boundary(context: Context) -> time:
    """The local time at which the context's day began: the day boundary, moved only where a clock change skips it."""
    return context.day_start.astimezone(zone_of(context.zone)).time()


def meetings(busy: Iterable[Busy]) -> list[tuple[datetime, datetime]]:
    """Timed blocks in order, overlapping and adjacent ones merged; all-day and empty blocks are no meetings."""
    merged: list[tuple[datetime, datetime]] = []
    blocks = ((block.start, block.end) for block in busy if not block.all_day and block.start < block.end)
    for start, end in sorted(blocks):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def context(
    now: datetime,
    zone: str,
    day_ends_at: time = MIDNIGHT,
    busy: Sequence[Busy] = (),
    last_project: str | None = None,
) -> Context:
    """The moment of a decision; `now` is aware, the zone a name that `zone_of` knows."""
    place = zone_of(zone)
    now = now.astimezone(UTC)
    local = now.astimezone(place)
    day = day_of(now, place, day_ends_at)
    end = day_start(day + DAY, place, day_ends_at)
    until = following = None
    for first, last in meetings(busy):
        if first <= now < last:
            until = last
        elif now < first < end:
            following = first
            break
    return Context(
        now=now,
        zone=zone,
        day_start=day_start(day, place, day_ends_at),
        day_end=end,
        hour=local.hour + local.minute / 60 + local.second / 3600,
        weekday=day.weekday(),
        meeting_until=until,
        free_until=following,
        last_project=last_project,
    )
