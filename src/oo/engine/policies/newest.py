"""What was added last comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oo.contracts.decisions import Candidate, Context, Decision
from oo.contracts.policies import State
from oo.engine.policies.rules import best_evenly, content_hash
from oo.engine.when import days_since

_UNKNOWN = -1e6


@dataclass(frozen=True, slots=True)
class Newest:
    """Chooses what was added last; what has no date of adding comes last."""

    id: str = "newest"
    digest: str = content_hash("newest", 1, {})

    def initial(self) -> State:
        """Nothing: it doesn't learn."""
        return State()

    def estimates(self, state: State, context: Context, candidates: Sequence[Candidate]) -> list[float]:
        """Minus the age in days."""
        since = days_since(context)
        return [_UNKNOWN if (added := one.facts.added) is None else -since(added) for one in candidates]

    def probabilities(
        self,
        state: State,
        context: Context,
        candidates: Sequence[Candidate],
        estimates: Sequence[float] | None = None,
    ) -> list[float]:
        """All on the first, evenly over exact ties."""
        return best_evenly(self.estimates(state, context, candidates) if estimates is None else estimates)

    def update(self, state: State, decision: Decision, reward: float, weight: float) -> State:
        """The state as it was."""
        return state
