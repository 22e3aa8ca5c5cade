"""The policies of oO-sim-1, for all people at once, by the same functions that the live ones use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.sim1 import donors
from benchmarks.sim1.people import FEATURES
from oo.engine.learning import rates, ridge, thompson
from oo.engine.policies.hierarchical_logit import HierarchicalLogit, Prior
from oo.engine.sampling import REST, SHORT_LIST

Array = NDArray[np.float64]
FLOOR = 0.02
RATES = (0.9997, 0.999, 0.997)
OURS = "hierarchical logit, floor .02 on the top 5"


class Chooser(Protocol):
    """Gives every person's estimates and probabilities (n, K), and learns from what they chose."""

    def weigh(self, x: Array) -> tuple[Array, Array]:
        """Estimates and probabilities."""

    def learn(self, x: Array, reward: Array) -> None:
        """The features (n, d) of what was shown, and how it was taken (n,)."""


class Rule:
    """A fixed order, or none."""

    def __init__(self, score: Callable[[Array], Array]) -> None:
        self._score = score

    def weigh(self, x: Array) -> tuple[Array, Array]:
        """All on the highest score, evenly over ties."""
        scores = self._score(x)
        return scores, _evenly(scores)

    def learn(self, x: Array, reward: Array) -> None:
        """It doesn't."""


class Ridge:
    """ε-greedy, LinUCB and linear Thompson sampling: one ridge regression, three ways to choose by it."""

    def __init__(
        self, people: int, width: int = FEATURES, epsilon: float = 0.0, bonus: float = 0.0, spread: float = 0.0
    ):
        self._width, self._epsilon, self._bonus, self._spread = width, epsilon, bonus, spread
        self._inverse, self._sums = np.tile(np.eye(width), (people, 1, 1)), np.zeros((people, width))
        self._points = thompson.points(width, 64, 2026)

    def weigh(self, x: Array) -> tuple[Array, Array]:
        """The regression's expectation, and what follows from it."""
        x = x[..., : self._width]
        scores = np.einsum("nkd,nd->nk", x, ridge.weights(self._inverse, self._sums))
        if self._spread:
            apart = x @ (self._spread * (thompson.root(self._inverse) @ self._points))
            return scores, thompson.shares(scores, apart)
        if self._bonus:
            scores = scores + self._bonus * np.sqrt(np.einsum("nkd,nkd->nk", x @ self._inverse, x))
        return scores, (1 - self._epsilon) * _evenly(scores) + self._epsilon / x.shape[1]

    def learn(self, x: Array, reward: Array) -> None:
        """One more row each."""
        self._inverse, self._sums = ridge.learn(self._inverse, self._sums, x[:, : self._width], reward)


class Hierarchical:
    """Ours, with the prior of three hundred other people."""

    def __init__(self, people: int, prior: Prior, spread: float = 0.1, bonus: float = 0.3, draws: int = 64) -> None:
        self._policy = HierarchicalLogit(prior, spread=spread, bonus=bonus, draws=draws)
        count = len(prior.rates)
        self._state = (
            np.tile(prior.mean, (people, count, 1)),
            np.tile(prior.cov, (people, count, 1, 1)),
            np.zeros((people, count)),
        )

    def weigh(self, x: Array) -> tuple[Array, Array]:
        """Log-odds, and exact Thompson probabilities."""
        return self._policy.weighed(self._state, x)

    def learn(self, x: Array, reward: Array) -> None:
        """Every speed forgets a little and learns."""
        prior = self._policy.prior
        self._state = rates.learn(
            *self._state, x, reward, np.ones(len(x)), prior.mean, prior.cov, prior.rates, self._policy.memory
        )


def explored(probabilities: Array, estimates: Array, floor: float = FLOOR) -> Array:
    """`engine.sampling.explore` for many people at once."""
    count = probabilities.shape[1]
    order = np.argsort(-estimates, axis=1, kind="stable")
    extra = np.full(probabilities.shape, floor * REST / (count - SHORT_LIST))
    np.put_along_axis(extra, order[:, :SHORT_LIST], floor / SHORT_LIST, axis=1)
    mixed: Array = (1 - floor * (1 + REST)) * probabilities + extra
    return mixed


def simulated_prior(speeds: tuple[float, ...] = RATES) -> Prior:
    """What three hundred simulated people say of the next, who are in no table."""
    mean, cov = donors.prior()
    return Prior(mean, cov, np.array(speeds), "sim1")


def lineup(people: int) -> Mapping[str, tuple[Chooser, bool]]:
    """Every policy by its name in the table, and whether the floor is mixed in."""
    prior = simulated_prior()
    flat = Prior(np.zeros(FEATURES), np.eye(FEATURES), prior.rates, "flat")
    return {
        "random": (Rule(lambda x: np.zeros(x.shape[:2])), False),
        "overdue-first": (Rule(lambda x: x[..., 1] + 0.01 * x[..., 2] + 1e-6 * x[..., 3]), False),
        "ε-greedy v1, d = 7": (Ridge(people, width=7, epsilon=0.1), False),
        "ε-greedy v2, d = 12": (Ridge(people, epsilon=0.1), False),
        "LinUCB, bonus .25": (Ridge(people, bonus=0.25), False),
        "linear Thompson, spread .15": (Ridge(people, spread=0.15), False),
        "hierarchical logit, no floor": (Hierarchical(people, prior), False),
        "the same, from a flat prior, floor .02 on the top 5": (Hierarchical(people, flat), True),
        OURS: (Hierarchical(people, prior), True),
    }


def _evenly(scores: Array) -> Array:
    first = scores >= scores.max(axis=1, keepdims=True)
    share: Array = first / first.sum(axis=1, keepdims=True)
    return share
