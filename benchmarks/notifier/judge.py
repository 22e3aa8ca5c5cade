"""An oracle of its own: it knows no rule of the engine, and judges what arrived, when, from what really was."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from benchmarks.notifier.people import Traveller
from oo.contracts.deliveries import Quiet
from oo.contracts.items import Busy


@dataclass(frozen=True, slots=True)
class Shown:
    """A message that came to light on a device."""

    push: int
    tip: int
    device: int
    true: datetime
    """When it was sent, by a clock that is right."""
    sent: datetime
    """The same by the server's clock."""
    at: datetime
    """When the device had it: later than `sent` where its service held it."""
    zone: str
    """Of the person, as their devices said last."""
    device_zone: str
    zones: tuple[str, ...]
    """Every zone that the person was in during the two days before."""
    honest: bool
    """Whether the server's clock was right."""


@dataclass(slots=True)
class Year:
    """What really happened to one person."""

    shown: list[Shown] = field(default_factory=list)
    busy: list[Busy] = field(default_factory=list)
    silent: list[tuple[datetime, datetime]] = field(default_factory=list)
    visits: list[datetime] = field(default_factory=list)
    ended: dict[int, tuple[datetime, str]] = field(default_factory=dict)
    """Tips with when and how they ended: done, snoozed, dismissed, over."""
    seen: dict[int, datetime] = field(default_factory=dict)
    answered: dict[int, datetime] = field(default_factory=dict)
    """Pushes with when they were answered or taken back."""
    no_tasks: set[int] = field(default_factory=set)
    """Tips that are advice or an insight."""
    quiet_drops: dict[str, int] = field(default_factory=dict)
    """Quiet times in which something was dropped, each with how many fresh decisions followed it."""


def violations(who: Traveller, year: Year, limit: int, between: timedelta) -> Counter[str]:
    """How often each rule was broken: of the wall clock by the server's, all others by what happened in truth."""
    found: Counter[str] = Counter()
    by_push: dict[int, list[Shown]] = {}
    visits, busy, silent = sorted(year.visits), sorted(year.busy, key=_start), sorted(year.silent)
    for one in year.shown:
        by_push.setdefault(one.push, []).append(one)
        found["quiet hours"] += _quiet(one.at, one.zone, who.quiet) or _quiet(one.at, one.device_zone, who.quiet)
        found["meeting"] += any(
            not block.all_day and block.start <= one.at < block.end for block in _around(busy, one.at, key=_start)
        )
        found["context"] += any(start <= one.sent < end for start, end in _around(silent, one.sent, key=_first))
        found["on screen"] += any(
            0 <= (one.true - visit).total_seconds() < 300 for visit in _around(visits, one.true, key=_itself)
        )
        found["no task"] += one.tip in year.no_tasks
        found["seen before"] += one.tip in year.seen and year.seen[one.tip] < one.true
        ended = year.ended.get(one.tip)
        if ended is not None and ended[0] <= one.true:
            found[ended[1]] += 1
    found["doubled"] += sum(len(some) - len({one.device for one in some}) for some in by_push.values())
    pushes = sorted((min(one.true for one in some), push, some[0]) for push, some in by_push.items())
    tips = Counter(one.tip for _, _, one in pushes)
    found["the same tip twice"] += sum(many - 1 for many in tips.values())
    for number, (at, _, one) in enumerate(pushes):
        before = [other.sent for _, _, other in pushes[max(number - 20, 0) : number + 1]]
        # Only pushes that are close enough to share a day are looked at in every zone.
        crowded = number >= who.a_day and at - pushes[number - who.a_day][0] < timedelta(hours=72)
        for zone in {one.zone, *one.zones} if crowded else ():
            day = _day(one.sent, zone, who.day_ends_at)
            if sum(_day(then, zone, who.day_ends_at) == day for then in before) > who.a_day:
                found["daily budget"] += 1
                break
        if number:
            last_at, last, _ = pushes[number - 1]
            over = year.answered.get(last)
            found["two unanswered"] += over is None or last_at <= at < over
    devices: dict[int, list[datetime]] = {}
    for one in sorted(year.shown, key=lambda one: one.sent):
        had = devices.setdefault(one.device, [])
        zone = one.device_zone or one.zone
        if len(had) >= limit and one.sent - had[-limit] < timedelta(hours=72):
            day = _day(one.sent, zone, who.day_ends_at)
            found["device limit"] += (
                sum(_day(then, zone, who.day_ends_at) == day for then in had[-2 * limit :]) >= limit
            )
        found["device gap"] += bool(had) and timedelta(0) <= one.sent - had[-1] < between
        had.append(one.sent)
    found["queued, or no fresh decision"] += sum(many != 1 for many in year.quiet_drops.values())
    return found


def while_wrong(who: Traveller, year: Year) -> Counter[str]:
    """What was broken in truth by messages that went while the server's clock was wrong: it could not know."""
    wrong = [one for one in year.shown if not one.honest]
    found = Counter({"messages": len(wrong)})
    found["quiet hours"] = sum(_quiet(one.true, one.zone, who.quiet) for one in wrong)
    found["meeting"] = sum(
        any(not block.all_day and block.start <= one.true < block.end for block in year.busy) for one in wrong
    )
    return found


def _quiet(at: datetime, zone: str, quiet: Quiet | None) -> bool:
    if quiet is None or not zone:
        return False
    clock = at.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    start, end = f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}"
    return start <= clock < end if start < end else clock >= start or clock < end


def _day(at: datetime, zone: str, ends: time) -> int:
    """The day's number by the wall clock; where the boundary itself is skipped, the day begins when the clock is on."""
    wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return (wall - timedelta(hours=ends.hour, minutes=ends.minute)).toordinal()


T = TypeVar("T")


def _start(block: Busy) -> datetime:
    return block.start


def _first(span: tuple[datetime, datetime]) -> datetime:
    return span[0]


def _itself(at: datetime) -> datetime:
    return at


def _around(sorted_: Sequence[T], at: datetime, *, key: Callable[[T], datetime]) -> Sequence[T]:
    """What begins within a day and a half of an instant."""
    span = timedelta(hours=36)
    return sorted_[bisect_left(sorted_, at - span, key=key) : bisect_right(sorted_, at + span, key=key)]
