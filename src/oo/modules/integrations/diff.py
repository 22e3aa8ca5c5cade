"""What changed between what was known of a source and what a read found there; pure (docs/adr/0003).

One definition of each verb for every source. A thing that was open and has vanished while a finished one of the same
words or the same series appeared was finished: some apps write a finished task in another way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from oo.contracts.ids import Ref
from oo.contracts.items import Facts, Item, When, facts_from_text, facts_text

Verb: TypeAlias = Literal["added", "changed", "completed", "reopened", "deleted"]

NAMED_ANEW = timedelta(hours=12)
"""Words are cached for a day; those that were cached longer ago than this are cached anew when they are read."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of an item."""

    state: str
    facts: str
    named_at: datetime | None
    title: Callable[[], str | None]
    """Opens the cached title."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: of which item, what to tell (no verb: nothing), and what to store."""

    ref: Ref
    verb: Verb | None = None
    facts: Facts | None = None
    text: str = ""
    """The facts as they are stored; empty when the item is not kept."""
    item: Item | None = None
    """Given when its words are to be cached."""
    finished_at: datetime | None = None
    """When it was completed, also where that is no news."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where a source was read."""

    now: datetime
    zone: str
    before: datetime | None
    """The read before this one, None at the first."""


def compare(
    known: Mapping[str, Known],
    found: Iterable[Item],
    moment: Moment,
    *,
    gone: frozenset[str],
    finished: frozenset[tuple[str, str]] = frozenset(),
) -> list[Change]:
    """Every difference, in the order of `found`, then what is gone; `gone` says which of the known ones are.

    What was finished from here, named by reference and version, was not deleted when its source lets it go by that.
    """
    changes: list[Change] = []
    arrived: list[tuple[int, Item]] = []
    for item in found:
        before = known.get(item.facts.ref)
        text = facts_text(item.facts)
        change = _appeared(item, text, moment) if before is None else _differs(item, text, before, moment)
        if change is None:
            continue
        if before is None and item.facts.state == "done":
            arrived.append((len(changes), item))
        changes.append(change)
    for ref in known:
        if ref in gone:
            change = _vanished(Ref(ref), known[ref], arrived, changes, moment)
            changes.append(_finished_here(change, finished, moment))
    return changes


def _appeared(item: Item, text: str, moment: Moment) -> Change:
    facts = item.facts
    if facts.state == "open":
        return Change(facts.ref, "added", facts, text, item)
    if facts.state == "dropped":
        return Change(facts.ref, None, facts, text)
    at = finished_at(facts.finished, moment)
    # What was finished before oO knew of it is history, and no news.
    news = facts.finished is not None and moment.before is not None and at >= _midnight(moment.before, moment.zone)
    return Change(facts.ref, "completed" if news else None, facts, text, finished_at=at if facts.finished else None)


def _differs(item: Item, text: str, before: Known, moment: Moment) -> Change | None:
    facts, was = item.facts, before.state
    if text == before.facts:
        worn = facts.state == "open" and (before.named_at is None or before.named_at < moment.now - NAMED_ANEW)
        return Change(facts.ref, None, facts, text, item) if worn else None
    if facts.state == "open":
        if was != "open":
            return Change(facts.ref, "reopened", facts, text, item)
        same = facts.version == json.loads(before.facts)["version"]
        return Change(facts.ref, None if same else "changed", facts, text, item)
    if facts.state == "dropped":
        return Change(facts.ref, "deleted" if was == "open" else None, facts, text)
    if was == "done":
        return Change(facts.ref, None, facts, text)
    return Change(facts.ref, "completed", facts, text, finished_at=finished_at(facts.finished, moment))


def _vanished(
    ref: Ref, before: Known, arrived: list[tuple[int, Item]], changes: list[Change], moment: Moment
) -> Change:
    """A known item that is gone: finished when a finished one took its place, else deleted."""
    if before.state != "open":
        return Change(ref)
    was = facts_from_text(before.facts)
    title = before.title() if arrived else None
    for place, (index, item) in enumerate(arrived):
        if not _stands_for(item, was, title):
            continue
        del arrived[place]
        # Told once, under the name that was known.
        changes[index] = replace(changes[index], verb=None, finished_at=None)
        at = finished_at(item.facts.finished, moment)
        facts = replace(was, version=item.facts.version, state="done", finished=item.facts.finished)
        return Change(ref, "completed", facts, finished_at=at)
    return Change(ref, "deleted", was)


def _finished_here(change: Change, finished: frozenset[tuple[str, str]], moment: Moment) -> Change:
    """The change, unless what was deleted is what a write-back ticked off."""
    facts = change.facts
    if change.verb != "deleted" or facts is None or (facts.ref, facts.version) not in finished:
        return change
    return replace(change, verb="completed", facts=replace(facts, state="done"), finished_at=moment.now)


def _stands_for(finished: Item, was: Facts, title: str | None) -> bool:
    facts = finished.facts
    if was.series is not None:
        return facts.series == was.series and facts.due in (None, was.due)
    return title is not None and facts.series is None and finished.title.casefold() == title.casefold()


def finished_at(when: When | None, moment: Moment) -> datetime:
    """The instant of finishing; a day is now when it is today, else its noon. Never in the future."""
    zone = ZoneInfo(moment.zone)
    if when is None:
        return moment.now
    if isinstance(when, datetime):
        at = when if when.tzinfo is not None else when.replace(tzinfo=zone)
    elif when == moment.now.astimezone(zone).date():
        return moment.now
    else:
        at = datetime.combine(when, time(12), zone)
    return min(at.astimezone(UTC), moment.now)


def _midnight(instant: datetime, zone: str) -> datetime:
    day: date = instant.astimezone(ZoneInfo(zone)).date()
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
