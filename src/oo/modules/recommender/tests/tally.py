"""A policy that learns, small enough to compute by hand: the mean reward of each topic, older ones counting less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast, get_args

import numpy as np

from oo.contracts.decisions import Candidate, Context, Decision, Topic
from oo.contracts.policies import Lesson, State
from oo.kernel.plugins import Plugin

TOPICS = get_args(Topic)
KEPT = 0.9


@dataclass
class Tally:
    """Chooses by the mean reward of a topic, evenly among equals."""

    id: str = "tally"
    digest: str = "1"
    updates: list[float] = field(default_factory=list)
    broken: bool = False

    def initial(self) -> State:
        return State(1, {"sums": np.zeros(len(TOPICS)), "counts": np.ones(len(TOPICS))})

    def estimates(self, state: State, context: Context, candidates: Sequence[Candidate]) -> list[float]:
        means = state.arrays["sums"] / state.arrays["counts"]
        return [float(means[TOPICS.index(one.topic)]) for one in candidates]

    def probabilities(
        self,
        state: State,
        context: Context,
        candidates: Sequence[Candidate],
        estimates: Sequence[float] | None = None,
    ) -> list[float]:
        worth = np.exp(4 * np.array(self.estimates(state, context, candidates)))
        return cast("list[float]", (worth / worth.sum()).tolist())

    def update(self, state: State, decision: Decision, reward: float, weight: float) -> State:
        if self.broken:
            raise ValueError
        self.updates.append(reward)
        assert decision.tip is not None
        at = np.eye(len(TOPICS))[TOPICS.index(decision.tip.topic)]
        sums, counts = KEPT * state.arrays["sums"], KEPT * state.arrays["counts"]
        return State(1, {"sums": sums + weight * reward * at, "counts": counts + weight * at})


class Lived(Tally):
    """One that learns from life, too: what was done of its own accord counts half."""

    def learn(self, state: State, lesson: Lesson) -> State:
        self.lessons = [*getattr(self, "lessons", []), lesson]
        sums, counts = KEPT * state.arrays["sums"], KEPT * state.arrays["counts"]
        for n in lesson.done:
            at = np.eye(len(TOPICS))[TOPICS.index(lesson.candidates[n].topic)]
            sums, counts = sums + 0.5 * lesson.weight * at, counts + 0.5 * lesson.weight * at
        return State(1, {"sums": sums, "counts": counts})


def plugin(policy: Tally, stage: str = "live") -> Plugin[Any]:
    """The policy as it would be found."""
    return cast(
        "Plugin[Any]", SimpleNamespace(id=policy.id, manifest=SimpleNamespace(stage=stage), load=lambda: policy)
    )
