"""Lessons of a life: what a person did next, beside all that was open then; whether or not it had been a tip.

Two kinds. A *moment*: something was finished, chosen over what else was open. What was added less than fifteen minutes
before is left out, for it was noted in passing. A *day*: what of the tasks that were open at its start was finished
before its end; and once more among those at least a week old, which are the nearest to a useful tip.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from oo.contracts.decisions import Candidate, Context
from oo.contracts.policies import Learner, Lesson, State
from oo.engine.history import History
from oo.engine.when import days_since

Kind: TypeAlias = Literal["moment", "day", "old"]
FRESH = 15 / 1440
OLD = 7.0
WEIGHTS: Mapping[Kind, float] = MappingProxyType({"moment": 0.5, "day": 1.0, "old": 0.5})


def of_moment(context: Context, candidates: Sequence[Candidate], done: Collection[str]) -> list[Lesson]:
    """What finishing something teaches, of what was open just before; nothing when there was no choice."""
    since = days_since(context)
    settled = [one for one in candidates if one.facts.added is None or since(one.facts.added) >= FRESH]
    return _lesson(context, settled, done, "moment")


def of_day(context: Context, candidates: Sequence[Candidate], done: Collection[str]) -> list[Lesson]:
    """What a day teaches when it is over, of what was open at its start."""
    since = days_since(context)
    old = [one for one in candidates if one.facts.added is not None and since(one.facts.added) >= OLD]
    return [*_lesson(context, candidates, done, "day"), *_lesson(context, old, done, "old")]


@dataclass(slots=True)
class Learning:
    """A learner that follows a history: shown each event before it is applied, it knows only what went before."""

    policy: Learner
    state: State
    lessons: list[Lesson] = field(default_factory=list)
    """Every lesson so far, in order."""
    _day: datetime | None = None
    _open: list[Candidate] = field(default_factory=list)
    _context: Context | None = None
    _done: set[str] = field(default_factory=set)

    def see(self, past: History, event: Mapping[str, Any]) -> None:
        """Take in the next event, of which `past` does not know yet."""
        self.until(past, event["at"])
        if event["event"] == "done":
            if not past.day_only:
                self._take(of_moment(*past.kept(event["at"]), {event["task"]}))
            self._done.add(event["task"])

    def until(self, past: History, now: datetime) -> None:
        """End the day that is over at `now`; `past` knows what happened before."""
        day = past.view(now).context.day_start
        if day == self._day:
            return
        if self._context is not None and self._done:
            self._take(of_day(self._context, self._open, self._done))
        self._context, self._open = past.kept(day)
        self._day, self._done = day, set()

    def _take(self, lessons: Sequence[Lesson]) -> None:
        for lesson in lessons:
            self.lessons.append(lesson)
            self.state = self.policy.learn(self.state, lesson)


def _lesson(context: Context, candidates: Sequence[Candidate], done: Collection[str], kind: Kind) -> list[Lesson]:
    candidates = [one for one in candidates if one.has_task]  # nobody finishes an insight
    chosen = [i for i, one in enumerate(candidates) if one.id in done or any(ref in done for ref in one.also)]
    if not chosen or len(chosen) == len(candidates):
        return []
    return [Lesson(context, tuple(candidates), tuple(chosen), kind, WEIGHTS[kind] * len(chosen) ** 0.5)]
