"""Features: numbers about a person or one of their tasks, each declared once and computed from what happened."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from oo.contracts.decisions import UserView
from oo.contracts.ids import UserId
from oo.contracts.items import When

Verb: TypeAlias = Literal["completed", "served", "done", "snoozed", "dismissed", "undone"]
"""What happened: to a task in its source (completed), or with a tip. What no feature reads is not kept."""

FeatureKind: TypeAlias = Literal["context", "profile", "task"]
"""`context`: of the moment, computed when asked; `profile`: of the person's past, kept up to date by events; `task`: of
one task, from the moment and the past.
"""

LONGEST_DAYS = 3650.0
"""A due date in the year 1970 says nothing about a person: differences are kept within ten years."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that happened, as references and numbers: what every reducer folds, and all that is kept of it."""

    at: datetime
    """Aware, UTC."""
    verb: Verb
    day: int
    """The person's own day then (`date.toordinal`), by the zone and day boundary that they had."""
    hour: float
    """Their local hour of day then, 0 to 24."""
    tip: str = ""
    """The tip of a served, done, snoozed, dismissed or undone."""
    task: str = ""
    """A token of the task; the same task has the same one."""
    project: str | None = None
    series: str | None = None
    due: When | None = None
    added: When | None = None
    topic: str = ""
    dwell_ms: int | None = None
    """How long the tip had been looked at before the reaction."""
    timed: bool = True
    """False where a source knows the day alone, and the hour says nothing."""

    @property
    def weekday(self) -> int:
        """The weekday of the person's day, Monday 0."""
        return (self.day - 1) % 7  # day 1, 1 January of the year 1, is a Monday

    def days_after(self, when: When) -> float:
        """Days from a `when` until this, within ten years: whole days of the person from a date, else exact ones.

        >>> from datetime import UTC, date
        >>> done = Activity(datetime(2026, 11, 22, 9, tzinfo=UTC), "completed", date(2026, 11, 22).toordinal(), 10.0)
        >>> done.days_after(date(2026, 11, 20)), done.days_after(datetime(2026, 11, 22, 21, tzinfo=UTC))
        (2.0, -0.5)
        """
        if not isinstance(when, datetime):
            days = float(self.day - when.toordinal())
        elif when.tzinfo is None:
            days = self.day - when.toordinal() + (self.hour - when.hour - when.minute / 60) / 24
        else:
            days = (self.at - when).total_seconds() / 86400
        return max(-LONGEST_DAYS, min(days, LONGEST_DAYS))


@dataclass(frozen=True, slots=True)
class UserHistory:
    """A person's activities in order, up to an instant: what an agent infers from."""

    user: UserId
    now: datetime
    zone: str
    today: int
    """The person's day at `now` (`date.toordinal`)."""
    activities: tuple[Activity, ...] = ()

    def of(self, *verbs: Verb) -> tuple[Activity, ...]:
        """Those with one of these verbs."""
        return tuple(activity for activity in self.activities if activity.verb in verbs)


@dataclass(frozen=True, slots=True)
class FeatureView:
    """What the registry says of a feature."""

    name: str
    kind: FeatureKind
    unit: str
    about: str
    """One line of what it says."""
    inputs: tuple[str, ...]
    invalidated_by: tuple[str, ...]
    """Event types after which it may have another value."""
    fresh_seconds: int
    """It is never older than this while events flow; 0 is computed when asked."""
    consent: str | None
    """The consent without which it is neither kept nor computed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A person's past as it is kept, opened, ready to travel to another process; only `ml` reads what is in it."""

    states: bytes | None = None
    """What was folded; None before anything was."""
    waiting: tuple[tuple[Verb, datetime, bytes], ...] = ()
    """What is not folded yet."""
    groups: bytes | None = None
    """What open tasks are about; None without the consent, and before anybody looked."""


class Features(Protocol):
    """Keeps what happened as numbers, and says what follows from it."""

    def registry(self) -> Sequence[FeatureView]:
        """Every feature there is, by name."""

    async def of(self, *, user: UserId, names: Collection[str] | None = None) -> Mapping[str, float]:
        """The person's profile features that have a value now (all, or those named); unknown ones are left out."""

    async def hydrate(self, *, view: UserView, names: Collection[str]) -> UserView:
        """The view with the named features that have a value: of the person, of the moment and of open tasks."""

    async def kept(self, *, users: Collection[UserId]) -> Mapping[UserId, Kept]:
        """What is folded of many people, and what waits to be, in one read.

        Nothing of it for those who have not given the consent, or whose key is gone.
        """

    async def refold(self, *, user: UserId) -> None:
        """Fold the person's past anew, where it was folded by an older definition."""

    async def history(self, *, user: UserId) -> UserHistory:
        """What is kept of the person's past."""

    async def pasts(self, *, after: str, limit: int) -> Sequence[UserHistory]:
        """What is kept of the pasts of people after an id, in order, at most so many; of nobody without consent."""

    async def count(self, *, user: UserId, consent: str) -> int:
        """How many records were derived under a consent."""

    async def forget(self, *, user: UserId, consent: str) -> int:
        """Delete what was derived under a consent that was taken back; the number of records."""
