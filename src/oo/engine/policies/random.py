"""Every candidate alike: the floor that any other policy is measured against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oo.contracts.decisions import Candidate, Context, Decision
from oo.contracts.policies import State
from oo.engine.policies.rules import content_hash


@dataclass(frozen=True, slots=True)
class Random:
    """Chooses uniformly; 1 µs for 50 candidates."""

    id: str = "random"
    digest: str = content_hash("random", 1, {})

    def initial(self) -> State:
        """Nothing: it doesn't learn."""
        return State()

    def estimates(self, state: State, context: Context, candidates: Sequence[Candidate]) -> list[float]:
        """The same for all."""
        return [0.0] * len(candidates)

    def probabilities(
        self,
        state: State,
        context: Context,
        candidates: Sequence[Candidate],
        estimates: Sequence[float] | None = None,
    ) -> list[float]:
        """1/n each."""
        return [1 / len(candidates)] * len(candidates) if candidates else []

    def update(self, state: State, decision: Decision, reward: float, weight: float) -> State:
        """The state as it was."""
        return state
