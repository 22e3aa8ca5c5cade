"""The learner: hierarchical Bayesian logistic Thompson sampling, from reactions and from life, over one set of weights.

A person's weights begin at the prior of all people and are moved by each outcome; between outcomes they drift back to
the prior, at several speeds side by side, each weighted by how well it foretold (`learning.rates`). Two kinds of
outcome teach the same weights: a tip's reward (logistic) and what was done of all that was open (conditional logit).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from oo.contracts.decisions import Candidate, Context, Decision
from oo.contracts.policies import Lesson, State
from oo.engine import features
from oo.engine.learning import choice, logistic, rates, thompson
from oo.engine.policies.linear import checked
from oo.engine.policies.rules import content_hash

if TYPE_CHECKING:
    from oo.contracts.policies import Array

VERSION = 1
WIDTH = len(features.LIFE)


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a person's weights before anything is known of them."""

    mean: Array
    cov: Array
    rates: Array
    """Speeds of forgetting: how much of the distance to the prior stays after an outcome."""
    id: str
    """Hash of its content; part of the policy's digest."""

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Prior:
        """From the table that `python -m benchmarks.prior` writes; raises ValueError when it is for other features."""
        if tuple(row["features"]) != features.LIFE:
            raise ValueError("the prior was fitted for other features; run: python -m benchmarks.prior")
        sd = np.array(row["sd"], dtype=float)
        digest = content_hash("prior", int(row["version"]), {f"{n}": v for n, v in enumerate([*row["mean"], *sd])})
        return cls(np.array(row["mean"], dtype=float), np.diag(sd**2), np.array(row["rates"], dtype=float), digest)


@dataclass(frozen=True, slots=True)
class HierarchicalLogit:
    """Each candidate as often as it is probably the best; 75 µs for 50 candidates, 220 with vectors made from facts.

    >>> policy = HierarchicalLogit(Prior(np.zeros(WIDTH), np.eye(WIDTH), np.array([1.0, 0.99]), "flat"))
    >>> state = policy.initial().arrays
    >>> x = np.eye(WIDTH)[:3]
    >>> learnt = rates.learn(
    ...     *(state[name] for name in ("means", "covs", "merits")), x[0], 1.0, 1.0,
    ...     policy.prior.mean, policy.prior.cov, policy.prior.rates, policy.memory,
    ... )
    >>> estimates, shares = policy.weighed(learnt, x)
    >>> estimates.round(3).tolist(), shares.tolist()
    ([0.4, 0.0, 0.0], [0.984375, 0.015625, 0.0])
    """

    prior: Prior
    spread: float = 0.1
    """Standard deviations of a draw: exploration that is paid for; the pipeline's floor gives what evaluation needs."""
    bonus: float = 0.3
    """Standard deviations added to a score: what is known little of is tried."""
    memory: float = 0.99
    """How much of a rate's merit stays after an outcome."""
    draws: int = 64
    id: str = "hierarchical_logit"
    digest: str = field(init=False)
    points: Array = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        values = {"spread": self.spread, "bonus": self.bonus, "memory": self.memory, "draws": self.draws}
        values |= {f"rate {n}": float(rate) for n, rate in enumerate(self.prior.rates)}
        object.__setattr__(self, "digest", content_hash(f"{self.id} {self.prior.id}", VERSION, values))
        object.__setattr__(self, "points", thompson.points(len(self.prior.mean), self.draws, int(self.digest, 16)))

    def initial(self) -> State:
        """The prior, at every speed."""
        count = len(self.prior.rates)
        arrays = {
            "means": np.tile(self.prior.mean, (count, 1)),
            "covs": np.tile(self.prior.cov, (count, 1, 1)),
            "merits": np.zeros(count),
        }
        return State(VERSION, arrays)

    def estimates(self, state: State, context: Context, candidates: Sequence[Candidate]) -> list[float]:
        """Log-odds at the mean of the belief; `learning.logistic.sigmoid` makes them chances of being done."""
        means, covs, merits = self._read(state)
        found: list[float] = (features.life(context, candidates) @ rates.joined(means, covs, merits)[0]).tolist()
        return found

    def probabilities(
        self,
        state: State,
        context: Context,
        candidates: Sequence[Candidate],
        estimates: Sequence[float] | None = None,
    ) -> list[float]:
        """The share of draws in which each is the best, exactly (`learning.thompson`)."""
        return self.weigh(state, context, candidates)[1]

    def weigh(self, state: State, context: Context, candidates: Sequence[Candidate]) -> tuple[list[float], list[float]]:
        """Estimates and probabilities at once."""
        if not candidates:
            return [], []
        scores, shares = self.weighed(self._read(state), features.life(context, candidates))
        return scores.tolist(), shares.tolist()

    def weighed(self, state: tuple[Array, Array, Array], x: Array) -> tuple[Array, Array]:
        """The same for vectors that are at hand: (…, K, d) gives estimates and probabilities (…, K)."""
        mean, cov = rates.joined(*state)
        scores = (x @ mean[..., None])[..., 0]
        apart = x @ (thompson.root(cov) @ self.points)
        sure = np.sqrt(np.einsum("...km,...km->...k", apart, apart) / self.draws)
        return scores, thompson.shares(scores + self.bonus * sure, self.spread * apart)

    def expected(self, estimates: Sequence[float]) -> list[float]:
        """The chances of being done that estimates stand for, 0 to 1: for calibration and off-policy evaluation."""
        found: list[float] = logistic.sigmoid(np.asarray(estimates, dtype=float)).tolist()
        return found

    def update(self, state: State, decision: Decision, reward: float, weight: float) -> State:
        """One reward: every speed forgets a little and learns."""
        if decision.chosen is None:
            return state
        x = features.life(decision.context, decision.candidates)[decision.chosen]
        prior = self.prior
        return _state(
            *rates.learn(*self._read(state), x, reward, weight, prior.mean, prior.cov, prior.rates, self.memory)
        )

    def learn(self, state: State, lesson: Lesson) -> State:
        """One lesson of life: every speed forgets a little and learns."""
        means, covs, merits = self._read(state)
        x = features.life(lesson.context, lesson.candidates)
        means, covs = logistic.forget(means, covs, self.prior.mean, self.prior.cov, self.prior.rates)
        means, covs, said = choice.learn(means, covs, x, lesson.done, lesson.weight)
        return _state(means, covs, self.memory * merits + said)

    def _read(self, state: State) -> tuple[Array, Array, Array]:
        count, width = len(self.prior.rates), len(self.prior.mean)
        shapes = {"means": (count, width), "covs": (count, width, width), "merits": (count,)}
        arrays = checked(state, VERSION, shapes)
        return arrays["means"], arrays["covs"], arrays["merits"]


def _state(means: Array, covs: Array, merits: Array) -> State:
    return State(VERSION, {"means": means, "covs": covs, "merits": merits})
