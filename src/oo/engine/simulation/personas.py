"""Personas: what somebody likes to do when, how their weeks go, and when their life changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TASTE = ("due", "priority", "short", "at home here", "young", "begun", "in the flow", "recurring")
"""What a person's liking of a task is made of, in the order of `Persona.taste`."""
MEAN = np.array([1.4, 0.5, 0.6, 0.9, 0.5, 0.7, 0.4, 0.1])
SPREAD = 0.6
PROJECTS, PARTS = 5, 4
"""Projects of a person; parts of the day (night, morning, afternoon, evening)."""
CHANGE = 0.7
"""How much of somebody's taste is new after a life change."""


@dataclass(frozen=True, slots=True)
class Persona:
    """One made-up person; `chapters` are what they are like from a day on."""

    number: int
    seed: int
    chapters: tuple[tuple[int, Chapter], ...]
    away: tuple[int, int]
    """First and last day of a holiday."""
    budget: int
    """Interruptions a day that they agreed to."""

    def chapter(self, day: int) -> Chapter:
        """What they are like on a day."""
        return [chapter for first, chapter in self.chapters if first <= day][-1]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A stretch of life."""

    taste: Array
    """Log-odds that each of `TASTE` adds to doing a task at once when it is the tip; shape (8,)."""
    easy: float
    """Log-odds of doing any task at once."""
    home: Array
    """How well a project fits a part of the day, on work days and at weekends; shape (projects, parts, 2)."""
    wakes: float
    """Local hour."""
    visits: float
    """Looks at oO on a day."""
    meets: float
    """Meetings on a work day."""
    arrivals: float
    """New tasks on a day."""
    drive: float
    """Tasks that they do by themselves on a day."""
    weight: float
    """How fast tips become a burden."""


def persona(seed: int, number: int, days: int) -> Persona:
    """A person of the population that a seed stands for; the same one in whatever company.

    >>> persona(1, 0, 365).chapter(0).taste.round(2).tolist()[:3]
    [1.89, 0.7, -0.18]
    """
    rng = np.random.default_rng([seed, number])
    first = _chapter(rng)
    chapters = [(0, first)]
    if days >= 60:  # a move, a child, another work: most of what was learnt is wrong from then on
        chapters.append((int(rng.integers(days // 3, 2 * days // 3)), _changed(first, _chapter(rng))))
    holiday = int(rng.integers(0, max(days - 12, 1)))
    return Persona(
        number, seed, tuple(chapters), (holiday, holiday + int(rng.integers(4, 12))), int(rng.integers(0, 4))
    )


def drifted(chapter: Chapter, seed: int, number: int, day: int) -> Chapter:
    """The chapter with the small changes that add up from its first day on: a slow wave in each taste."""
    rng = np.random.default_rng([seed, number, 7])
    phase, pace = rng.uniform(0, 2 * np.pi, len(TASTE)), rng.uniform(120, 360, len(TASTE))
    return replace(chapter, taste=chapter.taste + 0.25 * np.sin(2 * np.pi * day / pace + phase))


def _chapter(rng: np.random.Generator) -> Chapter:
    arrivals = float(rng.uniform(1.5, 4.5))
    return Chapter(
        taste=rng.normal(MEAN, SPREAD),
        easy=float(rng.normal(-2.2, 0.5)),
        home=rng.normal(0.0, 1.0, (PROJECTS, PARTS, 2)),
        wakes=float(rng.normal(7.0, 1.0)),
        visits=float(rng.uniform(1.5, 6.0)),
        meets=float(rng.uniform(0.0, 4.0)),
        arrivals=arrivals,
        drive=arrivals * float(rng.uniform(0.5, 0.9)),
        weight=float(rng.uniform(0.05, 0.35)),
    )


def _changed(before: Chapter, fresh: Chapter) -> Chapter:
    return replace(
        fresh,
        taste=(1 - CHANGE) * before.taste + CHANGE * fresh.taste,
        home=(1 - CHANGE) * before.home + CHANGE * fresh.home,
        easy=before.easy,
        weight=before.weight,
    )
