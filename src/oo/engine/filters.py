"""The hard rules, each a named filter: what a rule takes out is never the tip, and the decision names the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TypeAlias

from oo.contracts.decisions import WITHOUT_TASK, Candidate, Hold, HoldReason, Removed, UserView
from oo.contracts.items import When
from oo.contracts.thoughts import agent_of
from oo.engine.holds import held, last_end, versions
from oo.engine.when import boundary, instant, today, zone_of

Removes: TypeAlias = Callable[[Candidate], bool]
"""True for a candidate that the rule takes out."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A named rule; `prepare` looks at the view once and gives its rule, or None when that can't touch anything."""

    name: str
    prepare: Callable[[UserView], Removes | None]


def sift(
    view: UserView, found: Iterable[Candidate], rules: Sequence[Filter]
) -> tuple[list[Candidate], list[tuple[Candidate, str]]]:
    """What every rule kept, and what was taken out with the name of the first rule that did, both in their order."""
    ready = [(rule.name, removes) for rule in rules if (removes := rule.prepare(view)) is not None]
    kept: list[Candidate] = []
    removed: list[tuple[Candidate, str]] = []
    for candidate in found:
        for name, removes in ready:
            if removes(candidate):
                removed.append((candidate, name))
                break
        else:
            kept.append(candidate)
    return kept, removed


def reasons(removed: Iterable[tuple[Candidate, str]]) -> tuple[Removed, ...]:
    """The same as the decision keeps it."""
    return tuple(Removed(candidate.id, rule) for candidate, rule in removed)


def comes_back(view: UserView, candidate: Candidate, rule: str) -> datetime | None:
    """When a candidate that this rule took out is free again; None when no time is known."""
    if rule == "deferred" and candidate.facts.start is not None:
        return _start(candidate.facts.start, view)
    if rule == "snoozed":
        return last_end(held(view, "snoozed").on(candidate, versions(view.facts)))
    return None


def _finished(view: UserView) -> Removes:
    still_open = {facts.ref for facts in view.facts if facts.state == "open"}

    def removes(candidate: Candidate) -> bool:
        facts = candidate.facts
        return facts.state != "open" or (candidate.kind == "task" and facts.ref not in still_open)

    return removes


def _done(view: UserView) -> Removes | None:
    holds = held(view, "done")
    if not holds:
        return None
    occurrences = {
        (facts.series, facts.due)
        for facts in view.facts
        if facts.series is not None and facts.ref in holds.items and holds.of_item(facts.ref, facts.version)
    }

    def removes(candidate: Candidate) -> bool:
        facts = candidate.facts
        return bool(holds.of_item(facts.ref, facts.version)) or (facts.series, facts.due) in occurrences

    return removes


def _hidden(view: UserView) -> Removes:
    return lambda candidate: candidate.facts.hidden


def _waiting(view: UserView) -> Removes:
    return lambda candidate: candidate.facts.waiting


def _deferred(view: UserView) -> Removes:
    day, now = today(view.context), view.context.now
    zone = zone_of(view.context.zone)

    def removes(candidate: Candidate) -> bool:
        start = candidate.facts.start
        if start is None:
            return False
        return instant(start, zone) > now if isinstance(start, datetime) else start > day

    return removes


def _blocked(view: UserView) -> Removes | None:
    blockers = {ref for facts in view.facts for ref in facts.blocked_by}
    if not blockers:
        return None
    done = held(view, "done")
    in_the_way = {
        facts.ref
        for facts in view.facts
        if facts.ref in blockers and facts.state == "open" and not done.of_item(facts.ref, facts.version)
    }
    return lambda candidate: not in_the_way.isdisjoint(candidate.facts.blocked_by)


def _held(reason: HoldReason) -> Callable[[UserView], Removes | None]:
    def prepare(view: UserView) -> Removes | None:
        holds = held(view, reason)
        if not holds:
            return None
        current = versions(view.facts)
        return lambda candidate: bool(holds.on(candidate, current))

    return prepare


def _enough(view: UserView) -> Removes | None:
    answered = any(
        hold.reason != "snoozed" and hold.since >= view.context.day_start and _is_thoughts(hold) for hold in view.holds
    )
    return (lambda candidate: not candidate.has_task) if answered else None


def _is_thoughts(hold: Hold) -> bool:
    return hold.target in WITHOUT_TASK if hold.scope == "kind" else agent_of(hold.target) is not None


def _start(start: When, view: UserView) -> datetime:
    ends_at: time = boundary(view.context)
    return instant(start, zone_of(view.context.zone), ends_at)


FINISHED = Filter("finished", _finished)
"""Done, dropped or gone in its source."""
DONE = Filter("done", _done)
"""Finished here, on its way to the source; of a recurring task this occurrence (and a double of it) only."""
HIDDEN = Filter("hidden", _hidden)
WAITING = Filter("waiting", _waiting)
"""Waits for somebody or something else."""
DEFERRED = Filter("deferred", _deferred)
"""Starts later: a date at the start of the person's day, a floating time in the person's zone."""
BLOCKED = Filter("blocked", _blocked)
"""Needs something that is open itself; what is unknown or finished is not in the way."""
SNOOZED = Filter("snoozed", _held("snoozed"))
DISMISSED = Filter("dismissed", _held("dismissed"))
"""Turned away: the item until it changes, or its kind, until the hold ends."""
ENOUGH = Filter("enough", _enough)
"""Once an insight or advice was answered, the rest of the person's day is for tasks; one put off comes back."""
