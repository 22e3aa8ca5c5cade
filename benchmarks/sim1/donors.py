"""A prior from other people of oO-sim-1: empirical Bayes on three hundred who are in no table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.sim1.people import FEATURES, People, people
from oo.engine.learning import logistic

Array = NDArray[np.float64]
DONORS = tuple((seed, number) for seed in (101, 102, 103, 104) for number in range(75))
ROUNDS = 500
AROUND, STRENGTH = 0.3, 2.0


def prior(who: tuple[tuple[int, int], ...] = DONORS, rounds: int = ROUNDS) -> tuple[Array, Array]:
    """Mean (d,) and covariance (d, d) of people's weights, from their first rounds."""
    return pooled(*seen(people(who, rounds)))


def seen(donors: People) -> tuple[Array, Array]:
    """What donors were shown by Thompson sampling from a flat prior, and how they took it: (n, T, d) and (n, T)."""
    chance, count = np.random.default_rng(2026), len(donors)
    who, flat = np.arange(count), np.eye(FEATURES)
    mean, cov = np.zeros((count, FEATURES)), np.tile(flat, (count, 1, 1))
    shown, got = [], []
    for t in range(donors.candidates.shape[1]):
        drawn = mean + np.einsum("nij,nj->ni", np.linalg.cholesky(cov), chance.normal(size=mean.shape))
        chosen = np.einsum("nkd,nd->nk", donors.candidates[:, t], drawn).argmax(axis=1)
        x = donors.candidates[who, t, chosen].astype(float)
        reward = donors.rewards[who, t, chosen].astype(float)
        mean, cov, _ = logistic.learn(mean, cov, x, reward)
        shown.append(x)
        got.append(reward)
    return np.stack(shown, axis=1), np.stack(got, axis=1)


def pooled(x: Array, rewards: Array, rounds: int = 40) -> tuple[Array, Array]:
    """Mean and covariance by EM: each one's mode and curvature under the prior so far, then the prior anew."""
    count, _, width = x.shape
    mean, cov, weights = np.zeros(width), np.eye(width), np.zeros((count, width))
    for _ in range(rounds):
        sharp = np.linalg.inv(cov)
        for _ in range(4):
            p = logistic.sigmoid(np.einsum("ntd,nd->nt", x, weights))
            curve = np.einsum("nti,nt,ntj->nij", x, p * (1 - p), x, optimize=True) + sharp
            slope = np.einsum("ntd,nt->nd", x, rewards - p) - (weights - mean) @ sharp
            weights = weights + np.linalg.solve(curve, slope[..., None])[..., 0]
        mean = weights.mean(axis=0)
        apart = weights - mean
        spread = np.linalg.inv(curve).sum(axis=0) + apart.T @ apart + STRENGTH * AROUND * np.eye(width)
        cov = spread / (count + STRENGTH)
    return mean, cov
