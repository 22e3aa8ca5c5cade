"""What a day brings, whatever oO does: new tasks, meetings, looks at the page, moments at which to interrupt.

Both sides of a comparison get the same days and the same luck, so what differs comes from the policies.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from oo.contracts.ids import Ref
from oo.contracts.items import Busy, Facts
from oo.engine.simulation.personas import PROJECTS, Array, Chapter, Persona

FIRST = date(2026, 1, 5)
"""A Monday; the day 0 of every simulation."""
AWAKE = 16
"""Hours."""
MOMENTS = 5
"""Moments a day at which an interruption is possible, as in HeartSteps."""
LUCK = 8
"""Numbers of luck that one look at a tip may need."""


@dataclass(frozen=True, slots=True)
class Look:
    """A moment at which a tip may be seen: a visit, or one at which oO may interrupt."""

    at: datetime
    interrupts: bool
    luck: Array
    """Uniform in [0, 1), shape (LUCK,)."""


@dataclass(frozen=True, slots=True)
class Day:
    """A person's day."""

    number: int
    added: tuple[Facts, ...]
    busy: tuple[Busy, ...]
    looks: tuple[Look, ...]
    """In order."""
    hours: tuple[tuple[datetime, Array], ...]
    """Waking hours with the luck of doing something by oneself, shape (2,)."""


def day(persona: Persona, number: int) -> Day:
    """The day of a person; it follows from the person and the number alone."""
    rng = np.random.default_rng([persona.seed, persona.number, 1, number])
    chapter, today = persona.chapter(number), FIRST + timedelta(days=number)
    away, works = persona.away[0] <= number <= persona.away[1], today.weekday() < 5
    wakes = datetime.combine(today, time(0), UTC) + timedelta(hours=max(chapter.wakes + (not works) * 1.5, 4.0))
    quiet = 0.2 if away else 1.0
    busy = _meetings(rng, chapter, today) if works and not away else ()
    visits = [(float(at), False) for at in rng.beta(1.6, 1.6, rng.poisson(chapter.visits * quiet)) * AWAKE]
    moments = [((n + float(rng.random())) * AWAKE / MOMENTS, True) for n in range(MOMENTS)]
    looks = tuple(
        Look(wakes + timedelta(hours=at), interrupts, rng.random(LUCK)) for at, interrupts in sorted(visits + moments)
    )
    hours = tuple((wakes + timedelta(hours=n + 0.5), rng.random(2)) for n in range(AWAKE))
    added = tuple(
        _task(rng, persona, number, n, today)
        for n in range(rng.poisson(chapter.arrivals * quiet * (1 if works else 0.5)))
    )
    return Day(number, (*added, *_recurring(persona, number, today)), busy, looks, hours)


def _task(rng: np.random.Generator, persona: Persona, number: int, n: int, today: date) -> Facts:
    due = today + timedelta(days=int(rng.geometric(0.18))) if rng.random() < 0.4 else None
    return Facts(
        ref=Ref(f"sim:{number}-{n}"),
        version="1",
        added=today,
        due=due,
        start=today + timedelta(days=int(rng.integers(1, 6))) if rng.random() < 0.06 else None,
        priority=int(rng.choice(4, p=[0.6, 0.1, 0.2, 0.1])),
        started=bool(rng.random() < 0.08),
        project=str(int(rng.integers(PROJECTS))),
        labels=int(rng.random() < 0.3),
        minutes=int(rng.choice([5, 10, 15, 30, 60, 120])),
    )


def _recurring(persona: Persona, number: int, today: date) -> list[Facts]:
    """Weekly chores, each on its weekday."""
    rng = np.random.default_rng([persona.seed, persona.number, 2])
    found = []
    for n in range(int(rng.integers(0, 4))):
        weekday, project, minutes = int(rng.integers(7)), int(rng.integers(PROJECTS)), int(rng.choice([10, 20, 45]))
        if today.weekday() == weekday:
            ref = Ref(f"sim:weekly-{n}-{number}")
            found.append(
                Facts(ref, "1", added=today, due=today, series=f"weekly-{n}", project=str(project), minutes=minutes)
            )
    return found


def _meetings(rng: np.random.Generator, chapter: Chapter, today: date) -> tuple[Busy, ...]:
    starts = [9 + 0.5 * int(n) for n in rng.integers(0, 16, rng.poisson(chapter.meets))]
    nine = datetime.combine(today, time(0), UTC)
    return tuple(
        Busy(nine + timedelta(hours=start), nine + timedelta(hours=start + float(rng.choice([0.5, 1.0, 1.5]))))
        for start in sorted(starts)
    )
