"""How well interruptions do: shares with intervals that hold for few of them, and a difference of two shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from oo.contracts.deliveries import Arm, Rate

_Z = 1.959963984540054
ACTED = frozenset({"done"})
JUST_IN_TIME = timedelta(minutes=30)
IGNORED = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A push and what came of it."""

    arm: Arm
    sent_at: datetime
    verb: str | None = None
    reacted_at: datetime | None = None


def rate(count: int, of: int) -> Rate:
    """A share with its 95 % interval (Wilson 1927); no number for none.

    >>> found = rate(3, 10)
    >>> found.value, round(found.low, 3), round(found.high, 3)
    (0.3, 0.108, 0.603)
    """
    if of <= 0:
        return Rate(count, of)
    p, spread = count / of, _Z**2 / of
    middle = (p + spread / 2) / (1 + spread)
    half = _Z * sqrt(p * (1 - p) / of + spread / (4 * of)) / (1 + spread)
    return Rate(count, of, p, max(0.0, middle - half), min(1.0, middle + half))


def false_alarms(outcomes: Iterable[Outcome], now: datetime) -> Rate:
    """Dismissed, or without a reaction for 24 hours; younger ones without one are not known yet."""
    wrong = known = 0
    for one in outcomes:
        if one.verb is None and now - one.sent_at < IGNORED:
            continue
        known += 1
        late = one.reacted_at is None or one.reacted_at - one.sent_at >= IGNORED
        wrong += late or one.verb == "dismiss"
    return rate(wrong, known)


def just_in_time(outcomes: Iterable[Outcome], now: datetime, arm: Arm | None = None) -> Rate:
    """Acted on within 30 minutes, of those that are as old."""
    known = [one for one in outcomes if now - one.sent_at >= JUST_IN_TIME and arm in (None, one.arm)]
    return rate(sum(_in_time(one) for one in known), len(known))


def lift(one: Rate, other: Rate) -> tuple[float, float, float] | None:
    """The first share less the second with its 95 % interval (Newcombe 1998, method 10); None where one is unknown.

    >>> tuple(round(number, 3) for number in lift(rate(56, 70), rate(48, 80)))
    (0.2, 0.052, 0.334)
    """
    if one.value is None or other.value is None or one.low is None or other.low is None:
        return None
    assert one.high is not None and other.high is not None
    value = one.value - other.value
    low = value - sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    high = value + sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return value, low, high


def _in_time(one: Outcome) -> bool:
    if one.reacted_at is None or one.verb not in ACTED:
        return False
    return timedelta(0) <= one.reacted_at - one.sent_at <= JUST_IN_TIME
