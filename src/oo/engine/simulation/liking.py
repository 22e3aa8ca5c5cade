"""How much a person would like to do each task now: the truth of the simulation, which no policy sees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np

from oo.contracts.items import Facts
from oo.engine.simulation.personas import TASTE, Array, Chapter


def odds(chapter: Chapter, facts: Sequence[Facts], now: datetime, last_project: str | None) -> Array:
    """Log-odds of doing each task at once if it is the tip, before fatigue; shape (tasks,)."""
    x = np.zeros((len(facts), len(TASTE)))
    today, part, weekend = now.date(), _part(now.hour), int(now.weekday() >= 5)
    clock = now.hour / 24
    for row, one in enumerate(facts):
        due, added = one.due, one.added
        if isinstance(due, date):
            over = (today - due).days + clock
            x[row, 0] = 1 / (1 + np.exp(-min(max((over + 1.5) / 0.75, -30.0), 30.0)))
        x[row, 1] = one.priority / 3
        x[row, 2] = np.exp(-(one.minutes or 30) / 45)
        if one.project is not None:
            x[row, 3] = chapter.home[int(one.project), part, weekend]
            x[row, 6] = float(one.project == last_project)
        if isinstance(added, date):
            x[row, 4] = np.exp(-(today - added).days / 7)
        x[row, 5] = float(one.started)
        x[row, 7] = float(one.series is not None)
    found: Array = chapter.easy + x @ chapter.taste
    return found


def chance(odds: Array) -> Array:
    """Probabilities of log-odds."""
    found: Array = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return found


def _part(hour: int) -> int:
    return 0 if hour < 6 else 1 if hour < 12 else 2 if hour < 18 else 3
