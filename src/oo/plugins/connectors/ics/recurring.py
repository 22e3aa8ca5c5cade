"""Occurrences of a component within a span, with a bound on the work that a rule can ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from oo.contracts.items import When
from oo.plugins.connectors.ics.components import Component

MOST_STEPS = 200_000
"""Steps of its frequency that a rule may take from its start to the end of the span."""
MOST_OCCURRENCES = 5_000
_MOST_DEAD_ENDS = 10
_DAYS = frozenset({"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"})
_SECONDS = {
    "SECONDLY": 1,
    "MINUTELY": 60,
    "HOURLY": 3600,
    "DAILY": 86400,
    "WEEKLY": 7 * 86400,
    "MONTHLY": 28 * 86400,
    "YEARLY": 365 * 86400,
}


class TooMuch(Exception):
    """This recurrence asks for more work than an honest one."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which a component happens, with the properties that hold then."""

    start: When | None
    end: When | None
    """The end of an event, the due time of a to-do."""
    original: When
    """What the rule said, before this one was moved."""
    component: Component


def occurrences(
    series: Sequence[Component], start: datetime, stop: datetime, known: dict[str, bool]
) -> list[Occurrence]:
    """The occurrences of components with one UID that touch the span, in order.

    Raises `TooMuch`, and `ValueError` when the components are damaged. `known` remembers, for one reading, which rules
    lead somewhere.
    """
    import icalendar
    import recurring_ical_events

    calendar = icalendar.Calendar()
    kind = series[0].kind
    try:
        for component in series:
            _bound(component, stop, known)
            calendar.add_component(component.ical)
        found = recurring_ical_events.of(calendar, components=[kind], skip_bad_series=False).between(start, stop)
    except TooMuch:
        raise
    except Exception as error:  # a damaged rule may break the libraries anywhere
        raise ValueError(f"A {kind} whose recurrence can't be read ({type(error).__name__}).") from error
    if len(found) > MOST_OCCURRENCES:
        raise TooMuch(f"A {kind} that recurs more than {MOST_OCCURRENCES} times in the span that is read.")
    listed = (single(Component(kind, series[0].line, series[0].uid, ical)) for ical in found)
    return sorted((one for one in listed if one is not None), key=lambda one: _sortable(one.start))


def single(component: Component) -> Occurrence | None:
    """The component as it stands, once; None when it has neither a beginning nor an end."""
    begins, ends = component.when("DTSTART"), component.when("DUE" if component.kind == "VTODO" else "DTEND")
    length = component.span("DURATION")
    if ends is None and begins is not None and length is not None:
        ends = _plus(begins, length)
    if ends is None and component.kind == "VEVENT" and begins is not None and not isinstance(begins, datetime):
        ends = _plus(begins, timedelta(days=1))
    first = begins if begins is not None else ends
    if first is None:
        return None
    original = component.when("RECURRENCE-ID")
    return Occurrence(begins, ends, first if original is None else original, component)


def _plus(when: When, length: timedelta) -> When | None:
    """Later by a length; a day plus hours becomes a floating time, and what leaves the calendar is nothing."""
    if not isinstance(when, datetime) and length % timedelta(days=1):
        when = datetime(when.year, when.month, when.day)  # noqa: DTZ001 - a floating time
    try:
        return when + length
    except OverflowError:
        return None


def _bound(component: Component, stop: datetime, known: dict[str, bool]) -> None:
    """Refuse rules that step too often, and those that never give anything: the library looks until the year 9999."""
    begins = component.when("DTSTART") or component.when("DUE")
    if begins is None:
        return
    first = datetime(begins.year, begins.month, begins.day)  # noqa: DTZ001 - only differences of days count
    reach = _reach(component, stop.replace(tzinfo=None))
    for rule in component.all("RRULE"):
        text = rule.to_ical().decode()
        parts = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
        interval = int(parts.get("INTERVAL", "1"))
        if interval < 1:
            raise TooMuch(f"A {component.kind} whose recurrence leads nowhere.")
        step = _SECONDS.get(parts.get("FREQ", ""), 1) * interval
        if (reach - first).total_seconds() / step > MOST_STEPS:
            raise TooMuch(f"A {component.kind} that recurs too often to be followed.")
        if _DAYS & parts.keys() or "BYSETPOS" in parts:
            if text not in known:
                if list(known.values()).count(False) >= _MOST_DEAD_ENDS:
                    raise TooMuch(
                        f"A {component.kind} whose recurrence was not followed, after many that lead nowhere."
                    )
                known[text] = _leads_somewhere(parts, first)
            if not known[text]:
                raise TooMuch(f"A {component.kind} whose recurrence leads nowhere.")


def _reach(component: Component, stop: datetime) -> datetime:
    """How far the expansion looks: the span, and the distance by which this one was moved."""
    begins, original = component.when("DTSTART"), component.when("RECURRENCE-ID")
    if begins is None or original is None:
        return stop
    try:
        return stop + abs(date(*begins.timetuple()[:3]) - date(*original.timetuple()[:3]))
    except OverflowError:
        return datetime.max  # noqa: DTZ901 - naive as what it is compared with


def _leads_somewhere(parts: dict[str, str], first: datetime) -> bool:
    """Whether the pattern gives at least one day; a rule finer than days is asked about its days alone."""
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


def _sortable(when: When | None) -> datetime:
    if when is None:
        return datetime.min.replace(tzinfo=UTC)
    if not isinstance(when, datetime):
        return datetime(when.year, when.month, when.day, tzinfo=UTC)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
