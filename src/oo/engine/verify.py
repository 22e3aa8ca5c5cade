"""A logged decision, computed again: the same estimates, the same probabilities, the same choice."""

from __future__ import annotations

from collections.abc import Sequence

from oo.contracts.decisions import Decision
from oo.contracts.policies import Policy, State
from oo.engine.sampling import draw, explore

TOLERANCE = 1e-6


def differences(decision: Decision, policy: Policy, state: State) -> list[str]:
    """What comes out otherwise when the decision is computed again, a clear line each; empty when all agrees.

    The policy has to be the one that the row names. A silence may follow a choice: when the words of it were gone.
    """
    if decision.policy != f"{policy.id}@{policy.digest}":
        return [f"the row is by {decision.policy}, this is {policy.id}@{policy.digest}"]
    if not decision.candidates:
        wrong = decision.chosen is not None or decision.silence is None
        return ["without candidates it has to be a silence with a reason"] if wrong else []
    estimates = policy.estimates(state, decision.context, decision.candidates)
    mixed = explore(policy.probabilities(state, decision.context, decision.candidates), estimates, decision.floor)
    found: list[str] = []
    if not _near(estimates, decision.estimates):
        found.append("the estimates differ")
    if not _near(mixed, decision.probabilities):
        found.append("the probabilities differ")
    if abs(sum(decision.probabilities) - 1) > TOLERANCE:
        found.append("the probabilities don't sum to 1")
    if decision.silence is None and draw(decision.probabilities, decision.seed) != decision.chosen:
        found.append("the seed draws another candidate")
    if decision.silence is not None and decision.chosen is not None:
        found.append("it is a tip and a silence")
    return found


def chosen_again(decision: Decision, policy: Policy, state: State) -> int | None:
    """Which of the decision's candidates its policy and seed choose now; None without candidates."""
    if not decision.candidates:
        return None
    estimates = policy.estimates(state, decision.context, decision.candidates)
    before = policy.probabilities(state, decision.context, decision.candidates)
    return draw(explore(before, estimates, decision.floor), decision.seed)


def _near(left: Sequence[float], right: Sequence[float]) -> bool:
    return len(left) == len(right) and all(abs(a - b) <= TOLERANCE for a, b in zip(left, right, strict=True))
