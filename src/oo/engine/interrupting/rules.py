"""The hard rules, each with a name: no probability, price or reward can outweigh one.

Rules of the moment say whether a person may be interrupted at all, rules of the tip whether by this, rules of the
device whether there. They are asked when a moment is decided, and again when a message is about to go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from functools import lru_cache

from oo.contracts.decisions import WITHOUT_TASK
from oo.contracts.zones import zone_of
from oo.engine.interrupting.nights import is_quiet, next_quiet
from oo.engine.interrupting.situation import Offer, Reach, Situation
from oo.engine.when import day_of, day_start, meetings

HERE = timedelta(minutes=5)
"""Somebody who had oO on a screen this lately sees the tip there."""
LONGEST = timedelta(hours=4)
"""A message is not worth anything longer than a tip is."""


@dataclass(frozen=True, slots=True)
class MomentRule:
    """A named rule about the person now."""

    name: str
    forbids: Callable[[Situation], bool]


@dataclass(frozen=True, slots=True)
class TipRule:
    """A named rule about what would be sent."""

    name: str
    forbids: Callable[[Situation, Offer], bool]


@dataclass(frozen=True, slots=True)
class DeviceRule:
    """A named rule about where it would go."""

    name: str
    forbids: Callable[[Situation, Reach], bool]


def _quiet(now: Situation) -> bool:
    return is_quiet(now.now, _zone(now.zone), now.quiet)


def _over_budget(now: Situation) -> bool:
    """Counted from the beginning of the day in every zone that the person was in: flying resets nothing."""
    if not 0 < now.a_day <= len(now.sent):
        return False
    start = min(day_began(now.now, zone, now.day_ends_at) for zone in {now.zone, *now.zones})
    return sum(one.at >= start for one in now.sent) >= now.a_day


def _meeting(now: Situation) -> bool:
    return any(not block.all_day and block.start <= now.now < block.end for block in now.busy)


def _open(now: Situation) -> bool:
    return any(one.open and one.expires_at > now.now for one in now.sent)


def _here(now: Situation) -> bool:
    return now.here_at is not None and abs(now.now - now.here_at) < HERE


MOMENT_RULES: tuple[MomentRule, ...] = (
    MomentRule("switched-off", lambda now: now.a_day <= 0),
    MomentRule("clock", lambda now: not now.steady),
    MomentRule("quiet-hours", _quiet),
    MomentRule("context", lambda now: bool(now.contexts & now.silent_in)),
    MomentRule("meeting", _meeting),
    MomentRule("here", _here),
    MomentRule("budget", _over_budget),
    MomentRule("one-open", _open),
)
"""In the order in which they are told."""


def _in_state(state: str) -> Callable[[Situation, Offer], bool]:
    return lambda now, offer: offer.state == state


TIP_RULES: tuple[TipRule, ...] = (
    TipRule("done", _in_state("done")),
    TipRule("dismissed", _in_state("dismissed")),
    TipRule("snoozed", _in_state("snoozed")),
    TipRule(
        "overtaken",
        lambda now, offer: offer.state == "overtaken" or (offer.expires_at is not None and offer.expires_at <= now.now),
    ),
    TipRule("on-screen", lambda now, offer: offer.seen),
    TipRule("no-task", lambda now, offer: offer.kind in WITHOUT_TASK),
)


def _device_quiet(now: Situation, device: Reach) -> bool:
    return bool(device.zone) and is_quiet(now.now, _zone(device.zone), now.quiet)


def _device_full(now: Situation, device: Reach) -> bool:
    start = day_began(now.now, device.zone or now.zone, now.day_ends_at)
    return sum(at >= start for at in device.messages) >= device.a_day


def _device_just_written_to(now: Situation, device: Reach) -> bool:
    return any(abs(now.now - at) < device.between for at in device.messages)


DEVICE_RULES: tuple[DeviceRule, ...] = (
    DeviceRule("device-quiet", _device_quiet),
    DeviceRule("device-limit", _device_full),
    DeviceRule("device-gap", _device_just_written_to),
    DeviceRule("channel-limit", lambda now, device: device.over_channel >= device.channel_a_day),
)


def forbidden(now: Situation, rules: Sequence[MomentRule] = MOMENT_RULES) -> str | None:
    """The first rule that forbids interrupting the person now, or None."""
    return next((rule.name for rule in rules if rule.forbids(now)), None)


def unfit(now: Situation, offer: Offer, rules: Sequence[TipRule] = TIP_RULES) -> str | None:
    """The first rule that forbids this tip, or None."""
    return next((rule.name for rule in rules if rule.forbids(now, offer)), None)


def out_of_reach(now: Situation, device: Reach, rules: Sequence[DeviceRule] = DEVICE_RULES) -> str | None:
    """The first rule that forbids this device, or None."""
    return next((rule.name for rule in rules if rule.forbids(now, device)), None)


def lives_for(now: Situation, offer: Offer, device: Reach) -> timedelta:
    """How long a service may hold a message for a device that is off: it must not come to light in quiet hours, in a
    meeting, or when its tip is over. Nothing is "now or never".
    """
    ends = [now.now + LONGEST]
    if offer.expires_at is not None:
        ends.append(offer.expires_at)
    for name in {now.zone, device.zone or now.zone}:
        quiet = next_quiet(now.now, _zone(name), now.quiet)
        if quiet is not None:
            ends.append(quiet)
    ends.extend(start for start, end in meetings(now.busy) if end > now.now)
    return max(min(ends) - now.now, timedelta(0))


def day_began(now: datetime, zone: str, day_ends_at: time) -> datetime:
    """The instant at which the day of now began, in a zone and by the person's day boundary."""
    place = _zone(zone)
    return day_start(day_of(now, place, day_ends_at), place, day_ends_at)


@lru_cache(512)
def _zone(name: str) -> tzinfo:
    return zone_of(name or "UTC")
