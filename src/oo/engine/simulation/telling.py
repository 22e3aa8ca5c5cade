"""What came of a comparison: regret, value, interruptions and the worst quartile, each with how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from oo.engine.ope.student import critical
from oo.engine.simulation.life import Tally
from oo.engine.simulation.personas import Array

NAMES = tuple(Tally.__slots__)
WEEK = 7


@dataclass(frozen=True, slots=True)
class Course:
    """One policy's side: `days` has shape (personas, days, numbers), the numbers in the order of `NAMES`."""

    policy: str
    days: Array

    def sums(self, name: str) -> Array:
        """A number by persona and day."""
        found: Array = self.days[:, :, NAMES.index(name)]
        return found


@dataclass(frozen=True, slots=True)
class Figure:
    """A number over personas with its standard error."""

    value: float
    error: float


def course(policy: str, lives: Sequence[Sequence[Tally]]) -> Course:
    """A side from the days of everybody on it."""
    return Course(policy, np.array([[[getattr(day, name) for name in NAMES] for day in life] for life in lives], float))


def regret(one: Course, first: int = 0, last: int | None = None) -> Figure:
    """What is missing to the best tip of each moment, as a share of what an even choice would miss; over some days.

    0 is a clairvoyant, 1 is chance. The error is the ratio's, clustered by persona.
    """
    best, value, even = (one.sums(name)[:, first:last].sum(1) for name in ("best", "value", "random"))
    return _ratio(best - value, best - even)


def value(one: Course) -> Figure:
    """The chance that a tip is done at once, over tips."""
    return _ratio(one.sums("value").sum(1), one.sums("tips").sum(1))


def per_day(one: Course, name: str) -> Figure:
    """A number per person and day."""
    each = one.sums(name).mean(1)
    return Figure(float(each.mean()), _error(each))


def worst_quartile(one: Course) -> float:
    """The mean value of a tip for the quarter of people for whom it is lowest."""
    each = np.sort(by_persona(one))
    return float(each[: max(len(each) // 4, 1)].mean())


def by_persona(one: Course) -> Array:
    """The value of a tip for each persona."""
    found: Array = one.sums("value").sum(1) / np.maximum(one.sums("tips").sum(1), 1)
    return found


def difference(one: Course, other: Course) -> tuple[Figure, tuple[float, float]]:
    """How much more a tip of the second is worth to the same people, with its 95 % interval."""
    each = by_persona(other) - by_persona(one)
    error = _error(each)
    wide = critical(0.95, len(each) - 1) * error if len(each) > 1 else float("inf")
    mean = float(each.mean())
    return Figure(mean, error), (mean - wide, mean + wide)


def weekly(one: Course, above: str, below: str) -> Array:
    """A ratio of sums over everybody by week, shape (weeks,)."""
    weeks = one.days.shape[1] // WEEK
    sums = [one.sums(name)[:, : weeks * WEEK].reshape(-1, weeks, WEEK).sum((0, 2)) for name in (above, below)]
    found: Array = sums[0] / np.maximum(sums[1], 1e-9)
    return found


def summary(one: Course) -> Mapping[str, Any]:
    """Everything that is told of a side, as plain numbers."""
    days = one.days.shape[1]
    last = days - min(30, days)
    return {
        "policy": one.policy,
        "personas": one.days.shape[0],
        "days": days,
        "regret": asdict(regret(one)),
        "regret_last_30_days": asdict(regret(one, last)),
        "value": asdict(value(one)),
        "worst_quartile": worst_quartile(one),
        "judged": asdict(_ratio(one.sums("judged").sum(1), one.sums("tips").sum(1))),
        **{name: asdict(per_day(one, name)) for name in ("tips", "done", "alone", "dismissed", "interruptions")},
    }


def _ratio(above: Array, below: Array) -> Figure:
    ratio = float(above.sum() / below.sum()) if below.sum() else float("nan")
    n = len(above)
    if n < 2:
        return Figure(ratio, float("inf"))
    residual = above - ratio * below
    return Figure(ratio, float(np.sqrt(n / (n - 1) * (residual @ residual)) / below.sum()))


def _error(each: Array) -> float:
    return float(each.std(ddof=1) / np.sqrt(len(each))) if len(each) > 1 else float("inf")
