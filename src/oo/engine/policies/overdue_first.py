"""What is most overdue comes first: the rule of most to-do lists, and the incumbent that evaluations name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oo.contracts.decisions import Candidate, Context, Decision
from oo.contracts.policies import State
from oo.engine.policies.rules import best_evenly, content_hash
from oo.engine.when import days_since

_NO_DATE = -1e6


@dataclass(frozen=True, slots=True)
class OverdueFirst:
    """Chooses the earliest due date, among equals the higher priority; what has no date comes last."""

    id: str = "overdue_first"
    digest: str = content_hash("overdue_first", 1, {})

    def initial(self) -> State:
        """Nothing: it doesn't learn."""
        return State()

    def estimates(self, state: State, context: Context, candidates: Sequence[Candidate]) -> list[float]:
        """Days that the due date lies in the past (negative: ahead), and a hundred-thousandth a step of priority."""
        since = days_since(context)
        return [
            (_NO_DATE if (due := one.facts.due) is None else since(due)) + 1e-5 * one.facts.priority
            for one in candidates
        ]

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
