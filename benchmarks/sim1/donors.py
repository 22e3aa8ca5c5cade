"""A prior from other people of oO-sim-1: empirical Bayes on a hundred who are in no table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.sim1.people import FEATURES, People, people
from oo.engine.learning import logistic

Array = NDArray[np.float64]
DONORS = tuple((seed, number) for seed in (101, 102) for number in range(50))
ROUNDS = 200
PENALTY, AROUND, STRENGTH = 0.05, 0.3, 2.0


def prior(who: tuple[tuple[int, int], ...] = DONORS, rounds: int = ROUNDS) -> tuple[Array, Array]:
    """Mean (d,) and covariance (d, d) of people's weights, from their first rounds."""
    x, rewards = seen(people(who, rounds))
    each = [fitted(one, got) for one, got in zip(x, rewards, strict=True)]
    return pooled(np.array([one[0] for one in each]), np.array([one[1] for one in each]))


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


def fitted(x: Array, rewards: Array) -> tuple[Array, Array]:
    """One person's weights by penalised maximum likelihood, and the inverse of its curvature."""
    weights = np.zeros(x.shape[1])
    for _ in range(25):
        p = logistic.sigmoid(x @ weights)
        curve = (x * (p * (1 - p))[:, None]).T @ x + PENALTY * np.eye(len(weights))
        step = np.linalg.solve(curve, x.T @ (rewards - p) - PENALTY * weights)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    return weights, np.asarray(np.linalg.inv(curve))


def pooled(weights: Array, errors: Array, rounds: int = 60) -> tuple[Array, Array]:
    """Mean and covariance of people by EM, given each one's estimate (n, d) and its error (n, d, d)."""
    mean, cov = weights.mean(axis=0), np.cov(weights.T) + 0.05 * np.eye(weights.shape[1])
    sharp = np.linalg.inv(errors)
    for _ in range(rounds):
        inverse = np.linalg.inv(cov)
        left = np.linalg.inv(sharp + inverse)
        each = np.einsum("nij,nj->ni", left, np.einsum("nij,nj->ni", sharp, weights) + inverse @ mean)
        mean = each.mean(axis=0)
        apart = each - mean
        spread = left.sum(axis=0) + apart.T @ apart + STRENGTH * AROUND * np.eye(len(mean))
        cov = spread / (len(weights) + STRENGTH)
    return mean, cov
