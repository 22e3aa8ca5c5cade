"""Linear Thompson sampling (Agrawal and Goyal 2013): each candidate as often as it is probably the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oo.contracts.decisions import Candidate, Context, Decision
from oo.contracts.policies import State
from oo.engine import features
from oo.engine.learning import ridge, thompson
from oo.engine.policies import linear
from oo.engine.policies.rules import content_hash

if TYPE_CHECKING:
    from oo.contracts.policies import Array

WIDTH = len(features.LIFE)


@dataclass(frozen=True, slots=True)
class LinearThompson:
    """Exact probabilities over fixed draws from the regression's Gaussian; 220 µs for 50 candidates, 85 are features.

    >>> LinearThompson().digest != LinearThompson(spread=0.3).digest
    True
    """

    spread: float = 0.15
    """Standard deviations of a draw, in units of the reward; .15 was best on oO-sim-1."""
    penalty: float = 1.0
    draws: int = 64
    id: str = "linear_thompson"
    digest: str = field(init=False)
    points: Array = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        values = {"spread": self.spread, "penalty": self.penalty, "draws": self.draws}
        object.__setattr__(self, "digest", content_hash(self.id, 1, values))
        object.__setattr__(self, "points", thompson.points(WIDTH, self.draws, int(self.digest, 16)))

    def initial(self) -> State:
        """A regression that has seen nothing."""
        return linear.fresh(WIDTH, self.penalty)

    def estimates(self, state: State, context: Context, candidates: Sequence[Candidate]) -> list[float]:
        """The reward that the regression expects of each."""
        return self.weigh(state, context, candidates)[0]

    def probabilities(
        self,
        state: State,
        context: Context,
        candidates: Sequence[Candidate],
        estimates: Sequence[float] | None = None,
    ) -> list[float]:
        """The share of draws in which each is the best."""
        return self.weigh(state, context, candidates)[1]

    def weigh(self, state: State, context: Context, candidates: Sequence[Candidate]) -> tuple[list[float], list[float]]:
        """Estimates and probabilities at once."""
        if not candidates:
            return [], []
        x = features.life(context, candidates)
        inverse, sums = linear.read(state, WIDTH)
        scores = x @ ridge.weights(inverse, sums)
        apart = x @ (self.spread * (thompson.root(inverse) @ self.points))
        return scores.tolist(), thompson.shares(scores, apart).tolist()

    def expected(self, estimates: Sequence[float]) -> list[float]:
        """The rewards that estimates stand for, 0 to 1: for calibration and off-policy evaluation."""
        return [min(max(one, 0.0), 1.0) for one in estimates]

    def update(self, state: State, decision: Decision, reward: float, weight: float) -> State:
        """One more row of the regression."""
        return linear.after(state, WIDTH, features.life, decision, reward, weight)
