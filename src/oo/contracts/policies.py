"""The seam of policies: how likely each candidate should be the tip, and how a reward changes that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from oo.contracts.decisions import Candidate, Context, Decision

if TYPE_CHECKING:  # `oo tip` must start without numpy
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class State:
    """What a policy has learnt, as named arrays with a version; never pickled."""

    version: int = 1
    arrays: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lesson:
    """Something that a person did of their own accord, beside all that was open: life teaches without any tip."""

    context: Context
    candidates: Sequence[Candidate]
    done: Sequence[int]
    """Which of the candidates were done, by index; one or more, and not all."""
    kind: Literal["moment", "day", "old"]
    """The next thing done; those of a day; those of a day that were at least a week old."""
    weight: float = 1.0


class Policy(Protocol):
    """Chooses among candidates; pure, so that a logged decision can be computed again."""

    @property
    def id(self) -> str:
        """The policy's name, as in settings and logs."""

    @property
    def digest(self) -> str:
        """Hash of the policy's version and parameters; logs name a policy `<id>@<digest>`."""

    def initial(self) -> State:
        """The state before anything was learnt."""

    def estimates(self, state: State, context: Context, candidates: Sequence[Candidate]) -> Sequence[float]:
        """One number per candidate; higher is rather now. Only order and differences mean anything."""

    def probabilities(
        self,
        state: State,
        context: Context,
        candidates: Sequence[Candidate],
        estimates: Sequence[float] | None = None,
    ) -> Sequence[float]:
        """The exact probability of each candidate before any exploration floor; sums to 1 when there are candidates.

        `estimates` are those for the same arguments, when the caller has them already.
        """

    def update(self, state: State, decision: Decision, reward: float, weight: float) -> State:
        """The state after a reward in 0 to 1 for the decision's choice, with an importance weight."""


class Learner(Policy, Protocol):
    """A policy that learns from life as well: from what was done, whether it was a tip or not."""

    def learn(self, state: State, lesson: Lesson) -> State:
        """The state after a lesson."""
