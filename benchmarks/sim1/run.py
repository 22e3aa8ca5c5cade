"""Plays the rounds of oO-sim-1 and sums up regret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.sim1.people import People
from benchmarks.sim1.policies import Chooser, explored

Array = NDArray[np.float64]
MARKS = (20, 50, 200, 1000, 2000)


@dataclass(frozen=True, slots=True)
class Played:
    """Expected regret a round, of a policy and of choosing at random; (n, T) each."""

    regret: Array
    random: Array

    def ratio(self, rounds: int, since: int = 0) -> tuple[float, float]:
        """Cumulative regret as a share of random's, and its standard error over people (delta method)."""
        ours, theirs = (one[:, since:rounds].sum(axis=1) for one in (self.regret, self.random))
        found = ours.mean() / theirs.mean()
        error = (ours - found * theirs).std(ddof=1) / np.sqrt(len(ours)) / theirs.mean()
        return float(found), float(error)


def play(people: People, chooser: Chooser, floor: bool, seed: int) -> Played:
    """Every round: weigh, mix in the floor, draw, learn. The draws follow from the seed."""
    chance, who = np.random.default_rng(seed), np.arange(len(people))
    rounds = people.candidates.shape[1]
    regret, random = np.empty((len(people), rounds)), np.empty((len(people), rounds))
    for t in range(rounds):
        x = people.candidates[:, t].astype(float)
        estimates, p = chooser.weigh(x)
        p = explored(p, estimates) if floor else p
        chosen = (p.cumsum(axis=1) > chance.random((len(people), 1)) * p.sum(axis=1, keepdims=True)).argmax(axis=1)
        chooser.learn(x[who, chosen], people.rewards[who, t, chosen].astype(float))
        chances = people.chances[:, t]
        best = chances.max(axis=1)
        regret[:, t] = best - chances[who, chosen]
        random[:, t] = best - chances.mean(axis=1)
    return Played(regret, random)


def row(name: str, played: Played, marks: Sequence[int] = MARKS) -> str:
    """A line of the table."""
    cells = [f"{ratio:.3f} ± {error:.3f}" for ratio, error in (played.ratio(mark) for mark in marks)]
    after, error = played.ratio(2000, 1000)
    return f"| {name} | " + " | ".join([*cells, f"{after:.3f} ± {error:.3f}"]) + " |"
