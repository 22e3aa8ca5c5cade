"""Occurrences of a component within a span, with a bound on the work that a rule can ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from oo.contracts.items import When
from oo.formats.ical.components import Component
from oo.formats.ical.work import MOST_OCCURRENCES, TooMuch, Work


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which a component happens, with the properties that hold then."""

    start: When | None
    end: When | None
    """The end of an event, the due time of a to-do."""
    original: When
    """What the rule said, before this one was moved."""
    component: Component


def occurrences(series: Sequence[Component], start: datetime, stop: datetime, work: Work) -> list[Occurrence]:
    """The occurrences of components with one UID that touch the span, in order.

    Raises `TooMuch`, and `ValueError` when the components are damaged.
    """
    import icalendar
    import recurring_ical_events

    calendar = icalendar.Calendar()
    kind = series[0].kind
    try:
        for component in series:
            work.allow(component, start, stop)
            calendar.add_component(component.ical)
        found = recurring_ical_events.of(calendar, components=[kind], skip_bad_series=False).between(start, stop)
    except TooMuch:
        raise
    except Exception as error:  # a damaged rule may break the libraries anywhere
        raise ValueError(f"A {kind} whose recurrence can't be read ({type(error).__name__}).") from error
    listed = (
        single(Component(kind, series[0].line, series[0].uid, ical, resource=series[0].resource))
        for ical in found[:MOST_OCCURRENCES]
    )
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
    """Later by a length; a day plus hours becomes a floating time, and what leaves the calendar is nothing.

    Days follow the clock on the wall, hours and less are exact, also over a change of clocks (RFC 5545, 3.3.6).
    """
    if not isinstance(when, datetime) and length % timedelta(days=1):
        when = datetime(when.year, when.month, when.day)  # noqa: DTZ001 - a floating time
    try:
        if isinstance(when, datetime) and when.tzinfo is not None:
            days = when + timedelta(days=length.days)
            return (days.astimezone(UTC) + timedelta(seconds=length.seconds)).astimezone(when.tzinfo)
        return when + length
    except (OverflowError, ValueError):
        return None


def _sortable(when: When | None) -> datetime:
    if when is None:
        return datetime.min.replace(tzinfo=UTC)
    if not isinstance(when, datetime):
        return datetime(when.year, when.month, when.day, tzinfo=UTC)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
