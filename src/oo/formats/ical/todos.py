"""To-dos as items, whichever of the two ways their app ticks off a recurring one (RFC 5545, 3.6.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from oo.contracts.connectors import Source
from oo.contracts.items import Facts, Item, State, When
from oo.formats.ical.components import Component, instant
from oo.formats.ical.recurring import Occurrence, occurrences, single
from oo.formats.ical.work import Work

_NEAR, _FOLLOWED = timedelta(days=40), timedelta(days=400)
"""How far the next open occurrence of a series is looked for: at first, and at last."""
_IMPORTANT, _MEDIUM, _LOWEST = 4, 5, 9


def items(source: Source, series: Sequence[Component], now: datetime, zone: tzinfo, work: Work) -> Iterator[Item]:
    """The to-dos of one UID: itself; of a recurring one the ticked-off occurrences and the next open one.

    Raises `TooMuch` and `ValueError` as `occurrences` does.
    """
    masters = [one for one in series if "RECURRENCE-ID" not in one.ical]
    others = [one for one in series if "RECURRENCE-ID" in one.ical]
    master = masters[0] if masters else None
    if master is None or not master.repeats or state_of(master) != "open":
        for one in series:
            yield _item(source, one, single(one), recurring=False)
        return
    for one in others:
        if state_of(one) != "open":
            yield _item(source, one, single(one), recurring=True)
    following = next_open(master, others, now, zone, work)
    if following is not None:
        yield _item(source, following.component, following, recurring=True)


def next_open(
    master: Component, others: Sequence[Component], now: datetime, zone: tzinfo, work: Work
) -> Occurrence | None:
    """The first occurrence after the last one that was ticked off; apps show that one, however late it is."""
    ticked = [
        original for one in others if state_of(one) != "open" and (original := one.when("RECURRENCE-ID")) is not None
    ]
    last = max((instant(when, zone) for when in ticked), default=None)
    anchor = master.when("DTSTART") or master.when("DUE")
    if anchor is None:
        return single(master)
    begin = instant(anchor, zone) if last is None else last
    start = begin - timedelta(days=1)
    # Most are found at once; the far end is for what recurs rarely, or was ticked off far ahead.
    for stop in (begin + _NEAR, max(begin, now) + _FOLLOWED):
        for one in occurrences([master, *others], start, stop, work):
            if state_of(one.component) == "open" and (last is None or instant(one.original, zone) > last):
                return one
    return None


def _item(source: Source, component: Component, one: Occurrence | None, *, recurring: bool) -> Item:
    """The normal form of a to-do at one of its times."""
    state = state_of(component)
    original = one.original if one is not None and (recurring or "RECURRENCE-ID" in component.ical) else None
    finished = component.when("COMPLETED") or (component.when("LAST-MODIFIED") if state == "done" else None)
    percent = component.number("PERCENT-COMPLETE")
    due = one.end if one is not None else None
    start = one.start if one is not None else None
    facts = Facts(
        ref=source.ref(key(source, component.uid, original, component.resource)),
        version=_hash(component.ical.to_ical().decode(errors="replace"), str(due), str(start)),
        state=state,
        added=_plain(component.when("CREATED")),
        due=_plain(due),
        start=_plain(start),
        finished=_plain(finished),
        priority=_priority(component.number("PRIORITY")),
        started=state == "open" and (component.status == "IN-PROCESS" or 0 < percent < 100),
        series=_hash(source.connection, "series", component.uid) if recurring else None,
        labels=sum(len(getattr(one, "cats", ())) for one in component.all("CATEGORIES")),
        blocked_by=tuple(
            source.ref(key(source, str(other)))
            for other in component.all("RELATED-TO")
            if str(getattr(other, "params", {}).get("RELTYPE", "")).upper() == "DEPENDS-ON"
        ),
    )
    where = component.text("URL")
    return Item(facts, title(component), where=where if where.startswith(("https://", "http://")) else None)


def title(component: Component) -> str:
    """The summary, or the beginning of the description; nothing when there are no words."""
    words = component.text("SUMMARY") or component.text("DESCRIPTION")
    return words if len(words) <= 500 else words[:499] + "…"


def key(source: Source, uid: str, original: When | None = None, resource: str = "") -> str:
    """The key of a to-do, or of one occurrence of it; by its resource where one holds it alone."""
    when = "" if original is None else _plain_text(original)
    if not resource:
        return _hash(source.connection, uid, when)
    root = resource_key(source, resource)
    return f"{root}-{_hash(root, when)[:8]}" if when else root


def resource_key(source: Source, resource: str) -> str:
    """What the keys of a resource's to-dos begin with."""
    return _hash(source.connection, "resource", resource)


def state_of(component: Component) -> State:
    """Whether it is done, in any of the three ways to say so."""
    if component.status == "CANCELLED":
        return "dropped"
    done = component.status == "COMPLETED" or "COMPLETED" in component.ical
    return "done" if done or component.number("PERCENT-COMPLETE") >= 100 else "open"


def _priority(number: int) -> int:
    """1 to 4 are high, 5 medium, 6 to 9 low, 0 none."""
    if number <= 0 or number > _LOWEST:
        return 0
    return 3 if number <= _IMPORTANT else 2 if number == _MEDIUM else 1


def _plain(when: When | None) -> When | None:
    """A day, a floating time or an instant in UTC, without a zone object of any library."""
    if isinstance(when, datetime) and when.tzinfo is not None:
        try:
            return when.astimezone(UTC)
        except (OverflowError, ValueError):
            return None
    return when


def _plain_text(when: When) -> str:
    plain = _plain(when)
    return "" if plain is None else plain.isoformat()


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(errors="replace"), digest_size=10).hexdigest()
