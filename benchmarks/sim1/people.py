"""The simulated people of oO-sim-1: candidates, chances and coins that follow from a seed and a person's number.

x0 = 1; x1 = overdue = min(2, max(0, N)); x2 = priority in thirds; x3 = age N; (x4, x5) = sin, cos of the hour, signed
by the kind; x6, x7 = kind flags; x8…x11 = topic N(0, 1). The weights are the population's mean, a person's own part
N(0, .6²) (bias .5) and an AR(1) drift (.998, sd .4); at round 1,000 eight of the twelve are drawn anew.
P(done) = sigmoid(weights · x), and the reward is one coin per round and candidate, so every policy meets the same luck.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEATURES, CANDIDATES, ROUNDS, CHANGE = 12, 20, 2000, 1000
POPULATION = np.array([-1.0, 0.5, 0.4, -0.2, 0.3, 0.2, 0.2, -0.2, 0.4, -0.3, 0.2, 0.0])
PERSON, BIAS, KEPT, DRIFT = 0.6, 0.5, 0.998, 0.4

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class People:
    """What is the same for every policy: candidates (n, T, K, d), chances and coins (n, T, K)."""

    candidates: NDArray[np.float32]
    chances: NDArray[np.float32]
    rewards: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.candidates)


def people(who: Iterable[tuple[int, int]], rounds: int = ROUNDS) -> People:
    """Those with these (seed, number); a person is the same whoever else is there."""
    each = [person(seed, number, rounds) for seed, number in who]
    return People(*(np.stack([one[i] for one in each]) for i in range(3)))


def person(seed: int, number: int, rounds: int = ROUNDS) -> tuple[NDArray[np.float32], ...]:
    """Candidates, chances and rewards of one person; drawn in the order of the definition, so that peers meet them."""
    chance = np.random.default_rng(np.random.SeedSequence([seed, number]))
    own = chance.normal(0, PERSON, FEATURES)
    own[0] *= BIAS / PERSON
    later = own.copy()
    later[4:] = chance.normal(0, PERSON, FEATURES - 4)
    steps = chance.normal(0, 1, (ROUNDS, FEATURES))
    drift = np.empty((ROUNDS, FEATURES))
    drift[0] = DRIFT * steps[0]
    for t in range(1, ROUNDS):
        drift[t] = KEPT * drift[t - 1] + DRIFT * np.sqrt(1 - KEPT**2) * steps[t]
    drift[:, 0] = 0
    weights = POPULATION + drift + np.where(np.arange(ROUNDS)[:, None] < CHANGE, own, later)
    shape = (ROUNDS, CANDIDATES)
    x = np.empty((*shape, FEATURES), np.float32)
    x[..., 0] = 1
    x[..., 1] = np.clip(chance.normal(size=shape), 0, 2)
    x[..., 2] = chance.integers(0, 4, shape) / 3
    x[..., 3] = chance.normal(size=shape)
    kind = chance.integers(0, 3, shape)
    hour = 2 * np.pi * chance.integers(0, 24, ROUNDS)[:, None] / 24
    sign = np.where(kind == 0, 1, -1)
    x[..., 4], x[..., 5] = np.sin(hour) * sign, np.cos(hour) * sign
    x[..., 6], x[..., 7] = kind == 1, kind == 2
    x[..., 8:] = chance.normal(size=(*shape, 4))
    odds = np.einsum("tkd,td->tk", x, weights)
    p = (1 / (1 + np.exp(-odds))).astype(np.float32)
    coins = chance.random(shape).astype(np.float32)
    return x[:rounds], p[:rounds], (coins < p).astype(np.float32)[:rounds]
