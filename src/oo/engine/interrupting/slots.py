"""Which moments of a person's day are worth a decision; never the hour alone: each is only a question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from oo.contracts.deliveries import Arm, Quiet
from oo.contracts.items import Busy
from oo.engine.interrupting.nights import is_quiet
from oo.engine.sampling import unit
from oo.engine.when import day_start, instant, meetings

RANDOM_DAYS = 0.15
"""The share of a person's days whose moments are random slots, for as long as oO runs."""
RANDOM_SLOTS = 4
LIKED = 3
"""Slots that a person likes, at most, in a day."""
SPREAD_MINUTES = 40.0
"""A liked hour is not the same minute each day."""
AFTER_MEETING = timedelta(minutes=2)


def arm_of(day_seed: int) -> Arm:
    """Whether a person's day goes as learnt or by random slots; follows from one number a person and day."""
    return "random" if unit(day_seed ^ 0x5EED) < RANDOM_DAYS else "learnt"


def liked_slots(day: date, zone: tzinfo, hours: Sequence[float], day_seed: int) -> list[datetime]:
    """Instants of a day at the hours (0 to 24, local) that a person likes, each some minutes into it."""
    found = []
    for hour in sorted(dict.fromkeys(int(hour) % 24 for hour in hours[:LIKED])):
        minutes = int(unit(day_seed + hour + 1) * SPREAD_MINUTES)
        found.append(instant(datetime.combine(day, time(hour, minutes)), zone))
    return found


def random_slots(
    day: date, zone: tzinfo, day_ends_at: time, quiet: Quiet | None, day_seed: int, count: int = RANDOM_SLOTS
) -> list[datetime]:
    """Instants of a day outside quiet hours, evenly at random, in order."""
    start = day_start(day, zone, day_ends_at)
    length = day_start(day + timedelta(days=1), zone, day_ends_at) - start
    drawn = (start + length * unit(day_seed + 1000 + number) for number in range(count * 12))
    return sorted([at for at in drawn if not is_quiet(at, zone, quiet)][:count])


def meeting_ends(busy: Sequence[Busy], since: datetime, until: datetime) -> list[datetime]:
    """The moments just after meetings (adjacent ones are one) that end in a span."""
    ends = (end + AFTER_MEETING for _, end in meetings(busy))
    return [end for end in ends if since <= end < until]
