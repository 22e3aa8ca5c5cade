"""A Bayesian logistic model learnt online: a Gaussian over weights, moved by one outcome at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from oo.contracts.policies import Array


def sigmoid(odds: Array) -> Array:
    """Probabilities of log-odds, without overflow.

    >>> [round(float(p), 4) for p in sigmoid(np.array([-1000.0, 0.0, 2.0]))]
    [0.0, 0.5, 0.8808]
    """
    found: Array = 0.5 * (1.0 + np.tanh(0.5 * odds))
    return found


def forget(mean: Array, cov: Array, prior_mean: Array, prior_cov: Array, kept: Array | float) -> tuple[Array, Array]:
    """Move a belief a little toward the prior: what a weight was then says less about what it is now.

    `kept` (rho, in 0 to 1) is how much of the distance to the prior's mean stays after one outcome; the variance grows
    back so that a belief which learns nothing ends as the prior: P ← rho² P + (1 − rho²) P0.

    >>> forget(np.array([1.0]), np.array([[0.1]]), np.array([0.0]), np.array([[1.0]]), 0.9)
    (array([0.9]), array([[0.271]]))
    """
    rho = np.asarray(kept, dtype=float)
    square = (rho * rho)[..., None, None]
    return prior_mean + rho[..., None] * (mean - prior_mean), square * cov + (1.0 - square) * prior_cov


def expected(mean: Array, cov: Array, x: Array) -> tuple[Array, Array, Array]:
    """The probability of a reward at `x`, and the mean and variance of its log-odds (MacKay 1992, moderated output)."""
    spread = np.einsum("...i,...ij,...j->...", x, cov, x)
    odds = np.einsum("...i,...i->...", x, mean)
    return sigmoid(odds / np.sqrt(1.0 + np.pi * spread / 8.0)), odds, spread


def learn(
    mean: Array, cov: Array, x: Array, reward: Array | float, weight: Array | float = 1.0
) -> tuple[Array, Array, Array]:
    """The belief after a reward in 0 to 1 at features `x`, and the log-likelihood it had given that reward before.

    One step of assumed density filtering: linearised at the moderated probability, O(d²). Shapes: mean (…, d), cov
    (…, d, d), x (…, d), reward and weight (…).

    >>> mean, cov, said = learn(np.zeros(2), np.eye(2), np.array([1.0, 0.0]), 1.0)
    >>> [round(float(one), 4) for one in (*mean, cov[0, 0], said)]
    [0.4, 0.0, 0.8, -0.6931]
    """
    toward = np.einsum("...ij,...j->...i", cov, x)
    spread = np.einsum("...i,...i->...", x, toward)
    odds = np.einsum("...i,...i->...", x, mean)
    p = sigmoid(odds / np.sqrt(1.0 + np.pi * spread / 8.0))
    sharp = weight * p * (1.0 - p)
    shrink = 1.0 / (1.0 + sharp * spread)
    after = mean + (weight * (reward - p) * shrink)[..., None] * toward
    narrower = cov - (sharp * shrink)[..., None, None] * toward[..., :, None] * toward[..., None, :]
    sure = np.clip(p, 1e-9, 1.0 - 1e-9)
    said = weight * (reward * np.log(sure) + (1.0 - reward) * np.log1p(-sure))
    return after, narrower, said
