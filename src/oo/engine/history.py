"""A person's past, replayed: events in, and at any instant the view that the pipeline would have had then."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from oo.contracts.decisions import Candidate, Context, UserView
from oo.contracts.ids import DecisionId, Ref, UserId
from oo.contracts.items import Facts
from oo.contracts.policies import Policy, State
from oo.engine.candidates import candidates, collapse
from oo.engine.filters import sift
from oo.engine.house import FILTERS
from oo.engine.pipeline import Parts, decide
from oo.engine.when import context, zone_of

EVENTS = frozenset({"added", "changed", "reopened", "done", "deleted"})
DAY_ENDS_AT = time(4, 0)
PARTS = Parts(filters=FILTERS)
"""The house's rules, without gates: a history has no calendar, and is asked for a ranking, not for silence."""
BELOW = 1e6
"""How far below the others a task stands that a rule takes out."""


@dataclass(slots=True)
class History:
    """What was known up to the last event; events come in order. What they teach is `learning.lessons`' to say."""

    offset: str = "+00:00"
    """The person's offset from UTC, as `zone_of` reads it."""
    day_only: bool = False
    """Stamps are dates: of the moments of a day nothing is known."""
    facts: dict[str, Facts] = field(default_factory=dict)
    """The open tasks."""
    last_project: str | None = None
    _known: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _opened: dict[str, datetime] = field(default_factory=dict)
    _words: dict[str, Hashable] = field(default_factory=dict)

    def apply(self, event: Mapping[str, Any]) -> None:
        """Take in the next event (`read_event` has checked it)."""
        task, verb = event["task"], event["event"]
        if verb in ("added", "changed", "reopened"):
            self._known[task] = event
            self._words[task] = (event.get("title"), event.get("project"))
            if verb != "changed":
                self._opened[task] = event["at"]
            if task in self._opened:
                self.facts[task] = _facts(event, self._opened[task])
            return
        if verb == "done":
            self.last_project = event.get("project") or self._known.get(task, {}).get("project")
        self._opened.pop(task, None)
        self.facts.pop(task, None)

    def view(self, now: datetime) -> UserView:
        """What the pipeline would have seen at an instant after the last event."""
        moment = context(now, self.offset, DAY_ENDS_AT, last_project=self.last_project)
        return UserView(UserId("history"), moment, tuple(self.facts.values()))

    def kept(self, now: datetime) -> tuple[Context, list[Candidate]]:
        """The moment, and the candidates that every rule keeps at it."""
        view = self.view(now)
        found = collapse(candidates(view), self._alike, zone_of(self.offset))
        return view.context, sift(view, found, PARTS.filters)[0]

    def ranking(self, now: datetime, policy: Policy, state: State) -> list[tuple[str, float]]:
        """Every open task with the policy's estimate, best first; those that a rule takes out come after all others.

        Tasks of one title and project stand together, as they do live.
        """
        view = self.view(now)
        found = collapse(candidates(view), self._alike, zone_of(self.offset))
        decision = decide(view, found, PARTS, policy, state, id=DecisionId(now.isoformat()), seed=0)
        kept = {one.id for one in decision.candidates}
        out = [one for one in found if one.id not in kept]
        scored = [
            *zip(decision.candidates, decision.estimates, strict=True),
            *((one, score - BELOW) for one, score in zip(out, policy.estimates(state, view.context, out), strict=True)),
        ]
        scored.sort(key=lambda pair: (-pair[1], pair[0].id))
        return [(task, score) for one, score in scored for task in (one.id, *one.also)]

    def _alike(self, candidate: Candidate) -> Hashable:
        return self._words[candidate.id]


def read_event(row: object) -> dict[str, Any]:
    """The event with its times as instants; raises ValueError with one reason when it is no event of a history."""
    if not isinstance(row, dict):
        raise ValueError("it is not a JSON object")
    if row.get("event") not in EVENTS:
        raise ValueError('"event" has to be one of ' + ", ".join(sorted(EVENTS)))
    if not isinstance(row.get("task"), str) or not row["task"]:
        raise ValueError('"task" has to be a text')
    if not all(isinstance(row.get(name), str | None) for name in ("title", "project")):
        raise ValueError('"title" and "project" have to be texts')
    if not isinstance(row.get("priority", 0), int) or not isinstance(row.get("tags") or [], list):
        raise ValueError('"priority" has to be a whole number and "tags" a list')
    event = dict(row)
    event["at"] = read_instant(row.get("at"))
    for name in ("due", "scheduled", "hidden_until"):
        event[name] = read_instant(row[name]) if row.get(name) else None
    return event


def read_instant(text: object) -> datetime:
    """The instant that an ISO 8601 text with `Z` or an offset names, in UTC; raises ValueError."""
    try:
        at = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        raise ValueError(f"{text!r} is not an ISO 8601 instant") from None
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is outside the calendar") from None


def offset_of(seconds: object) -> str:
    """The name of a fixed zone, from its offset in seconds; raises ValueError beyond a day.

    >>> offset_of(-12600)
    '-03:30'
    """
    if not isinstance(seconds, int) or abs(seconds) >= 86400:
        raise ValueError('"utc_offset_s" has to be a whole number of seconds, less than a day')
    hours, rest = divmod(abs(seconds), 3600)
    return f"{'-' if seconds < 0 else '+'}{hours:02}:{rest // 60:02}"


def _facts(event: Mapping[str, Any], opened: datetime) -> Facts:
    starts = [at for at in (event["scheduled"], event["hidden_until"]) if at is not None]
    project = event.get("project")
    return Facts(
        ref=Ref(event["task"]),
        version="",
        added=opened,
        due=event["due"],
        start=max(starts, default=None),
        priority=event.get("priority", 0),
        started=bool(event.get("started")),
        series=f"{event.get('title')} {project}" if event.get("recurring") else None,
        project=project,
        labels=len(event.get("tags") or ()),
        minutes=event.get("duration_min"),
    )
