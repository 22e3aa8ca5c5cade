"""Drift: is the model worse than in its last 28 days, do features, rewards and calibration look as they did?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from oo.engine.ope.clusters import Array, Mean, People, mean

WINDOW_DAYS = 28
ALPHA = 0.05
"""The chance of one false alarm in a window without drift, at most."""
TOLERANCE = 0.01
"""How much worse, in nats a decision, than the reference is no drift."""
CLIPPED = 0.02
"""Chances nearer to 0 or 1 count as this, so that one surprise is finite."""
MOVED, SHIFTED = 0.1, 0.25
"""Customary limits of the population stability index: some change, much change."""
_BETS = np.array([0.05, 0.1, 0.2, 0.4, 0.8])
_MOST = -math.log(CLIPPED)


def losses(chance: Array, reward: Array) -> Array:
    """Log-loss in nats of rewards in 0 to 1 whose chances were said beforehand, each of shape (n,).

    >>> losses(np.array([0.5, 0.9]), np.array([1.0, 1.0])).round(3)
    array([0.693, 0.105])
    """
    p = np.clip(chance, CLIPPED, 1 - CLIPPED)
    return -(reward * np.log(p) + (1 - reward) * np.log(1 - p))


@dataclass(frozen=True, slots=True)
class Watch:
    """An e-process over one window: evidence that the loss is above its limit, which may be read at any time.

    Capital bets that the next loss is above the limit, in five sizes and from every day of the window on; its
    expectation never grows without drift, so it reaches 1 / ALPHA with chance ALPHA at most (Ville 1939; betting as in
    Waudby-Smith and Ramdas 2024, a mixture over starting days as in e-detectors, Shin et al. 2024).
    """

    limit: float
    """The mean loss that is no drift: the reference's, two standard errors and TOLERANCE above."""
    capital: tuple[float, ...] = (0.0,) * len(_BETS)
    days: int = 0

    def day(self, loss: Array) -> Watch:
        """The watch after a day's losses in order, shape (n,); days past the window add no new start."""
        starts = 1 / WINDOW_DAYS if self.days < WINDOW_DAYS else 0.0
        # Bets are shares of what can be lost in one step, so that no loss makes the capital negative.
        steps = 1 + np.outer(_BETS / self.limit, np.minimum(loss, _MOST) - self.limit)
        with np.errstate(over="ignore"):
            grown = (np.array(self.capital) + starts) * np.prod(steps, axis=1)
        return Watch(self.limit, tuple(float(one) for one in np.minimum(grown, 1e300)), self.days + 1)

    @property
    def evidence(self) -> float:
        """How many times what was staked; 1 at the start, and expected to stay without drift."""
        waiting = max(0.0, 1 - self.days / WINDOW_DAYS)
        return waiting + sum(self.capital) / len(self.capital)

    @property
    def alarmed(self) -> bool:
        """Whether the evidence stands above 1 / ALPHA."""
        return self.evidence >= 1 / ALPHA


def watch(chance: Array, reward: Array, person: People) -> Watch:
    """A watch against a reference window; raises ValueError when fewer than two persons or 30 decisions stand in it."""
    found = mean(losses(chance, reward), person)
    alone = mean(losses(chance, reward), np.arange(len(person)))
    if found.rows < 30:
        raise ValueError(f"{found.rows} decisions are no reference; 30 are the least")
    error = found.error if math.isfinite(found.error) else alone.error
    return Watch(min(found.value + 2 * error + TOLERANCE, _MOST / 2))


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a distribution moved: the population stability index and what chance gives in one of a hundred."""

    index: float
    chance: float

    @property
    def word(self) -> str:
        """In a word; what chance could have done is `steady`."""
        if self.index <= max(self.chance, MOVED):
            return "steady"
        return "shifted" if self.index > SHIFTED + self.chance else "moved"


def psi(before: Array, now: Array, bins: int = 10) -> Shift:
    """The shift of one feature from values before, shape (n,), to values now, shape (m,); tenths of the former.

    Equal values stay in one bin. Raises ValueError for no values.

    >>> psi(np.arange(1000.0), np.arange(1000.0) + 500).word
    'shifted'
    """
    if not len(before) or not len(now):
        raise ValueError("a shift needs values before and now")
    edges = np.unique(np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1]))
    # A feature of two values has one edge; one that never varied still shows when it begins to.
    edges = edges if len(edges) > 1 else np.unique(np.r_[edges, np.nextafter(edges, np.inf)])
    return _index(_counts(before, edges), _counts(now, edges))


def features(before: NDArray[np.floating], now: NDArray[np.floating], names: Sequence[str]) -> Mapping[str, Shift]:
    """Each feature's shift; arrays have shape (n, d) and (m, d)."""
    return {name: psi(before[:, i].astype(np.float64), now[:, i].astype(np.float64)) for i, name in enumerate(names)}


def mix(before: Mapping[str, int], now: Mapping[str, int]) -> Shift:
    """The shift of the reward mix: how many decisions were done, snoozed, dismissed, … before and now."""
    kinds = sorted({*before, *now})
    count = (np.array([float(counts.get(kind, 0)) for kind in kinds]) for counts in (before, now))
    return _index(*count)


@dataclass(frozen=True, slots=True)
class Bin:
    """What was said and what came, for decisions whose chance was alike."""

    said: float
    came: Mean


@dataclass(frozen=True, slots=True)
class Calibration:
    """Bins, their mean absolute gap weighted by size (ECE), and the overall gap came - said with its error."""

    bins: tuple[Bin, ...]
    error: float
    gap: Mean


def calibration(chance: Array, reward: Array, person: People, bins: int = 10) -> Calibration:
    """How true the chances were that a model gave beforehand; bins hold equal numbers of decisions."""
    if not len(chance):
        raise ValueError("calibration needs decisions")
    parts = np.array_split(np.argsort(chance, kind="stable"), min(bins, len(chance)))
    found = tuple(Bin(float(chance[rows].mean()), mean(reward[rows], person[rows])) for rows in parts)
    gaps = sum(one.came.rows * abs(one.came.value - one.said) for one in found)
    return Calibration(found, gaps / len(chance), mean(reward - chance, person))


def _counts(values: Array, edges: Array) -> Array:
    return np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1).astype(np.float64)


def _index(before: Array, now: Array) -> Shift:
    n, m, kinds = before.sum(), now.sum(), len(before)
    if not n or not m:
        raise ValueError("a shift needs counts before and now")
    p, q = (before + 0.5) / (n + 0.5 * kinds), (now + 0.5) / (m + 0.5 * kinds)
    index = float(((q - p) * np.log(q / p)).sum())
    return Shift(index, _chi_squared(0.99, max(kinds - 1, 1)) * float(1 / n + 1 / m))


def _chi_squared(level: float, freedom: int) -> float:
    """The quantile by Wilson and Hilferty (1931); without drift the index is about chi-squared (1/n + 1/m)."""
    scale = 2 / (9 * freedom)
    return freedom * (1 - scale + NormalDist().inv_cdf(level) * math.sqrt(scale)) ** 3
