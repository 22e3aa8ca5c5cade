"""Candidates from facts: every open task, a recurring one once, each with its topic."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from oo.contracts.decisions import Candidate, Context, Topic, UserView
from oo.contracts.ids import Ref
from oo.contracts.items import Facts, When
from oo.engine.holds import held
from oo.engine.when import instant, today, zone_of

SOON = timedelta(days=7)
MARKED_IMPORTANT = 3
_NOTHING: Mapping[str, float] = {}
_NEVER = datetime.max.replace(tzinfo=UTC)


def candidates(view: UserView) -> list[Candidate]:
    """One candidate per open task, in the view's order; a series is its earliest open occurrence, others in `also`."""
    context = view.context
    zone, day = zone_of(context.zone), today(context)
    found: list[Candidate] = []
    occurrences: dict[str, list[Facts]] = {}
    for facts in view.facts:
        if facts.state != "open":
            continue
        if facts.series is not None:
            occurrences.setdefault(facts.series, []).append(facts)
        else:
            known = view.known.get(facts.ref, _NOTHING)
            found.append(Candidate(facts.ref, "task", topic(facts, context, zone, day), facts, known=known))
    if occurrences:
        finished = held(view, "done")
        for several in occurrences.values():
            left = [one for one in several if not finished.of_item(one.ref, one.version)] or several
            first = min(left, key=lambda one: _order(one, zone)) if len(left) > 1 else left[0]
            also = tuple(one.ref for one in left if one is not first)
            known = _most([view.known.get(one.ref, _NOTHING) for one in left])
            found.append(Candidate(first.ref, "task", topic(first, context, zone, day), first, also, known=known))
    return found


def collapse(found: Sequence[Candidate], alike: Callable[[Candidate], Hashable], zone: tzinfo) -> list[Candidate]:
    """Join candidates that are alike (say, of one title and project) into the earliest due, in order of their first."""
    groups: dict[Hashable, list[Candidate]] = {}
    for candidate in found:
        groups.setdefault(alike(candidate), []).append(candidate)
    joined: list[Candidate] = []
    for group in groups.values():
        first = min(group, key=lambda one: _order(one.facts, zone)) if len(group) > 1 else group[0]
        if len(group) > 1:
            others: list[Ref] = [ref for one in group if one is not first for ref in (one.facts.ref, *one.also)]
            first = replace(first, also=(*first.also, *others), known=_most([one.known for one in group]))
        joined.append(first)
    return joined


def topic(facts: Facts, context: Context, zone: tzinfo, day: date) -> Topic:
    """The sort of task, by which a person can turn it away as a kind; `day` is the context's day in `zone`."""
    due = facts.due
    if due is not None:
        if not isinstance(due, datetime):
            if due <= day + SOON:
                return "overdue" if due < day else "today" if due == day else "soon"
        else:
            at = instant(due, zone)
            if at < context.day_end + SOON:
                return "overdue" if at < context.now else "today" if at < context.day_end else "soon"
    if facts.priority >= MARKED_IMPORTANT:
        return "important"
    return "undated" if due is None else "later"


def _most(several: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """What is known of any of them."""
    found: dict[str, float] = {}
    for known in several:
        for agent, sure in known.items():
            found[agent] = max(sure, found.get(agent, 0.0))
    return found


def _order(facts: Facts, zone: tzinfo) -> tuple[datetime, datetime, datetime, Ref]:
    return (_at(facts.due, zone), _at(facts.start, zone), _at(facts.added, zone), facts.ref)


def _at(when: When | None, zone: tzinfo) -> datetime:
    return _NEVER if when is None else instant(when, zone)
