"""Several speeds of forgetting side by side, weighted by how well each has foretold what came (prequentially)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from oo.engine.learning import logistic

if TYPE_CHECKING:
    from oo.contracts.policies import Array


def learn(
    means: Array,
    covs: Array,
    merits: Array,
    x: Array,
    reward: Array | float,
    weight: Array | float,
    prior_mean: Array,
    prior_cov: Array,
    rates: Array,
    memory: float,
) -> tuple[Array, Array, Array]:
    """Every rate forgets and learns; `merits` are log-likelihoods that fade by `memory`, so that a change is noticed.

    Shapes: means (…, R, d), covs (…, R, d, d), merits (…, R), rates (R,), x (…, d), reward and weight (…).
    """
    means, covs = logistic.forget(means, covs, prior_mean, prior_cov, rates)
    reward, weight = np.asarray(reward, dtype=float)[..., None], np.asarray(weight, dtype=float)[..., None]
    means, covs, said = logistic.learn(means, covs, x[..., None, :], reward, weight)
    return means, covs, memory * merits + said


def shares(merits: Array) -> Array:
    """How much each rate counts now; they sum to 1."""
    found = np.exp(merits - merits.max(axis=-1, keepdims=True))
    share: Array = found / found.sum(axis=-1, keepdims=True)
    return share


def joined(means: Array, covs: Array, merits: Array) -> tuple[Array, Array]:
    """The one Gaussian with the mean and covariance of the rates' mixture.

    >>> mean, cov = joined(np.array([[0.0], [2.0]]), np.ones((2, 1, 1)), np.zeros(2))
    >>> float(mean[0]), float(cov[0, 0])
    (1.0, 2.0)
    """
    share = shares(merits)[..., None, :]
    width = means.shape[-1]
    mean = share @ means
    apart = means - mean
    flat = share @ covs.reshape(*covs.shape[:-2], width * width)
    weighed = np.swapaxes(apart, -1, -2) * share
    return mean[..., 0, :], flat.reshape(*flat.shape[:-2], width, width) + weighed @ apart
