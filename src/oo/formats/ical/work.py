"""How much work a reading may spend on recurrences: a rule of one line can ask for more than there is time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import prod

from oo.formats.ical.components import Component

MOST_STEPS = 200_000
"""Steps that a rule may take from its start to the end of the span."""
MOST_OCCURRENCES = 5_000
MOST_IN_ALL = 1_000_000
"""Steps of one file; the library takes some seven microseconds for each."""
_MOST_DEAD_ENDS = 10
_DAYS = frozenset({"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"})
_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")
_DAY = 86_400
_SECONDS = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600, "DAILY": _DAY}
_COARSE = {"WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}


class TooMuch(Exception):
    """This recurrence asks for more work than an honest one."""


@dataclass(slots=True)
class Work:
    """What one reading has left to spend; rules that lead nowhere are remembered and counted."""

    steps: float = MOST_IN_ALL
    dead_ends: int = 0
    known: dict[str, bool] = field(default_factory=dict)

    def allow(self, component: Component, start: datetime, stop: datetime) -> None:
        """Raise `TooMuch` when the component's rules would cost too much within the span, or `ValueError`."""
        begins = component.when("DTSTART") or component.when("DUE")
        if begins is None:
            return
        first = _midnight(begins)
        reach = stop.replace(tzinfo=None) + _distance(component)
        for rule in component.all("RRULE"):
            text = rule.to_ical().decode()
            parts = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
            step = _step(parts)
            steps = max((reach - first).total_seconds(), 0) / step
            self.steps -= steps
            if step <= 0 or not self._leads_somewhere(text, parts, first):
                raise TooMuch(f"A {component.kind} whose recurrence leads nowhere.")
            if steps > MOST_STEPS or (stop - start + _length(component)).total_seconds() / step > MOST_OCCURRENCES:
                raise TooMuch(f"A {component.kind} that recurs too often to be followed.")
            if self.steps < 0:
                raise TooMuch(f"A {component.kind} whose recurrence is not followed; there are too many in this file.")

    def _leads_somewhere(self, text: str, parts: dict[str, str], first: datetime) -> bool:
        """Whether the pattern gives at least one day; the library would look for one until the year 9999."""
        if not (_DAYS & parts.keys() or "BYSETPOS" in parts):
            return True
        if text not in self.known:
            self.known[text] = self.dead_ends < _MOST_DEAD_ENDS and _gives_a_day(parts, first)
            self.dead_ends += not self.known[text]
        return self.known[text]


def _step(parts: dict[str, str]) -> float:
    """The shortest average distance between two occurrences, in seconds; 0 or less when it never moves on."""
    freq, interval = parts.get("FREQ", ""), int(parts.get("INTERVAL", "1"))
    within = prod(parts[name].count(",") + 1 for name in _TIMES if name in parts)
    if freq in _COARSE:
        return _COARSE[freq] * _DAY * interval / (within * (_COARSE[freq] if _DAYS & parts.keys() else 1))
    return _SECONDS.get(freq, 1) * interval / within


def _gives_a_day(parts: dict[str, str], first: datetime) -> bool:
    """Ask the rule; one that is finer than days is asked about its days alone."""
    from dateutil.rrule import rrulestr

    freq = parts.get("FREQ", "")
    if freq in ("SECONDLY", "MINUTELY"):
        return False
    if freq in ("HOURLY", "DAILY"):
        if "BYSETPOS" in parts:
            return False
        parts = {"FREQ": "YEARLY"} | {name: value for name, value in parts.items() if name in _DAYS}
    text = ";".join(f"{name}={value}" for name, value in parts.items() if name not in ("UNTIL", "COUNT"))
    return next(iter(rrulestr(text, dtstart=first)), None) is not None


def _length(component: Component) -> timedelta:
    """How long one occurrence lasts: a span that many of them touch holds more of them."""
    begins, ends, length = component.when("DTSTART"), component.when("DTEND"), component.span("DURATION")
    if begins is not None and ends is not None:
        return abs(_midnight(ends) - _midnight(begins))
    return abs(length) if length is not None else timedelta(0)


def _distance(component: Component) -> timedelta:
    """How far this occurrence was moved: the library looks that much further."""
    begins, original = component.when("DTSTART"), component.when("RECURRENCE-ID")
    return timedelta(0) if begins is None or original is None else abs(_midnight(begins) - _midnight(original))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - only differences of days count
