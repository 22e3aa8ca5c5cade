"""Contexts: what puts each on, until when. Pure, given the moment, the rule and the calendar."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal

from oo.contracts.contexts import ContextRule
from oo.contracts.errors import Invalid
from oo.contracts.items import Busy

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Situation:
    """Whether a context is on, by what, and until when."""

    on: bool
    by: Literal["person", "schedule", "calendar", ""] = ""
    until: datetime | None = None


def situation(
    now: datetime,
    zone: tzinfo,
    by_hand: bool | None,
    until: datetime | None,
    rule: ContextRule | None,
    busy: Sequence[Busy],
) -> Situation:
    """What the person said goes first, as long as it lasts; then the schedule, then the calendar."""
    if by_hand is not None and (until is None or now < until):
        return Situation(by_hand, "person" if by_hand else "", until)
    if rule is None:
        return Situation(False)
    end = _scheduled(now, zone, rule)
    if end is not None:
        return Situation(True, "schedule", end)
    blocks = [one for one in busy if one.start <= now < one.end and one.all_day == (rule.calendar == "all-day")]
    if rule.calendar and blocks:
        return Situation(True, "calendar", max(one.end for one in blocks))
    return Situation(False)


def rule_text(rule: ContextRule | None) -> str | None:
    """A rule as it is kept."""
    if rule is None:
        return None
    return json.dumps([list(rule.days), f"{rule.start:%H:%M}", f"{rule.end:%H:%M}", rule.calendar])


def rule_of(text: str | None) -> ContextRule | None:
    """Read what `rule_text` wrote."""
    if text is None:
        return None
    days, start, end, calendar = json.loads(text)
    return ContextRule(tuple(days), time.fromisoformat(start), time.fromisoformat(end), calendar)


def checked(rule: ContextRule) -> ContextRule:
    """The rule with its weekdays in order; raises `Invalid` with one sentence when it says nothing, or nonsense."""
    if any(day not in range(7) for day in rule.days):
        raise Invalid("A weekday is a number from 0, Monday, to 6, Sunday.")
    if not rule.days and not rule.calendar:
        raise Invalid("A rule needs weekdays, or the calendar; choose one of them.")
    if rule.days and rule.start == rule.end:
        raise Invalid("A rule that begins when it ends is never on; give it two different times.")
    return ContextRule(tuple(sorted(set(rule.days))), rule.start, rule.end, rule.calendar)


def _scheduled(now: datetime, zone: tzinfo, rule: ContextRule) -> datetime | None:
    """The end of the scheduled span that covers now, or None; one over midnight belongs to the day it begins on."""
    local = now.astimezone(zone)
    for day in (local.date(), local.date() - _DAY):
        if day.weekday() not in rule.days:
            continue
        start = datetime.combine(day, rule.start, zone)
        last = day if rule.end > rule.start else day + _DAY
        end = datetime.combine(last, rule.end, zone)
        # Compared as instants: aware times of one zone would be compared by their wall clocks, whatever the offset.
        if start.timestamp() <= now.timestamp() < end.timestamp():
            return end.astimezone(now.tzinfo)
    return None
