"""Quiet hours by the wall clock of a zone, on days of 23, 24 and 25 hours alike."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

from oo.contracts.deliveries import Quiet

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_LONGEST = timedelta(hours=27)
"""A day of the wall clock with the largest change there was in years, of two hours, and one to spare."""


def is_quiet(now: datetime, zone: tzinfo, quiet: Quiet | None) -> bool:
    """Whether the zone's wall clock shows a quiet time; a time that comes twice is quiet twice.

    >>> from zoneinfo import ZoneInfo
    >>> night = Quiet(time(22), time(7), "person")
    >>> is_quiet(datetime(2026, 11, 21, 5, 59, tzinfo=UTC), ZoneInfo("Europe/Berlin"), night)
    True
    """
    return quiet is not None and _within(now.astimezone(zone).time(), quiet)


def quiet_until(now: datetime, zone: tzinfo, quiet: Quiet | None) -> datetime | None:
    """The instant at which the quiet time that covers now is over, or None; rounded up to the minute."""
    if not is_quiet(now, zone, quiet):
        return None
    assert quiet is not None
    return _first(now, zone, quiet, quiet.end, wanted=False)


def next_quiet(now: datetime, zone: tzinfo, quiet: Quiet | None) -> datetime | None:
    """The next instant that is quiet: now, or when quiet hours begin; None when there are none."""
    if quiet is None:
        return None
    return now if is_quiet(now, zone, quiet) else _first(now, zone, quiet, quiet.start, wanted=True)


def _within(clock: time, quiet: Quiet) -> bool:
    if quiet.start < quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end


def _first(now: datetime, zone: tzinfo, quiet: Quiet, clock: time, *, wanted: bool) -> datetime:
    """The first instant after now that is quiet, or not; by arithmetic unless the zone changes its offset meanwhile."""
    local = now.astimezone(zone)
    if local.utcoffset() == (now + _LONGEST).astimezone(zone).utcoffset():
        wall = local.replace(tzinfo=None)
        then = datetime.combine(wall.date(), clock)
        return (now + ((then - wall) % _DAY or _DAY)).astimezone(UTC)
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    for _ in range(int(_LONGEST / _MINUTE)):
        minute += _MINUTE
        if is_quiet(minute, zone, quiet) == wanted:
            return minute
    return minute
