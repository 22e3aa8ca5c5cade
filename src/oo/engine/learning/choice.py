"""Learning from what a person did: it was chosen over all that was open (conditional logit, McFadden 1974)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from oo.contracts.policies import Array


def learn(mean: Array, cov: Array, x: Array, done: Sequence[int], weight: float = 1.0) -> tuple[Array, Array, Array]:
    """The belief after `done` (rows of `x`, one or more) was chosen from `x`, and the log-likelihood it had before.

    One Newton step on the multinomial log-likelihood, linearised at the mean: precision + w Σ p (x − x̄)(x − x̄)ᵀ, mean
    moved by covariance · w (x_done − x̄); O(K d² + d³). Several that were done share the one choice evenly. Shapes:
    mean (…, d), cov (…, d, d), x (K, d); the log-likelihood is (…).

    >>> mean, cov, said = learn(np.zeros(1), np.eye(1), np.array([[1.0], [0.0]]), [0])
    >>> [round(float(one), 4) for one in (mean[0], cov[0, 0], said)]
    [0.4, 0.8, -0.6931]
    """
    odds = mean @ x.T
    odds = odds - odds.max(axis=-1, keepdims=True)
    p = np.exp(odds)
    total = p.sum(axis=-1, keepdims=True)
    p /= total
    middle = p @ x
    chosen = x[np.asarray(done)]
    apart = x - middle[..., None, :]
    seen = weight * np.einsum("...k,...ki,...kj->...ij", p, apart, apart, optimize=True)
    narrower = cov @ np.linalg.inv(np.eye(x.shape[1]) + seen @ cov)
    narrower = (narrower + np.swapaxes(narrower, -1, -2)) / 2
    toward = weight * (chosen.mean(axis=0) - middle)
    said = weight * (odds[..., np.asarray(done)].mean(axis=-1) - np.log(total[..., 0]))
    return mean + np.einsum("...ij,...j->...i", narrower, toward), narrower, said
