"""Exact Thompson probabilities: how often each candidate is the best, over a fixed set of draws from the belief.

The draws are no estimate of the propensity, they define it: the standard normal points are fixed once (`points`), so
the share of them in which a candidate comes first follows from state, context and candidates alone. The tip is drawn
from these shares with the decision's seed. So the logged probability is the one the tip was chosen with, exactly, and
can be computed again. That the shares approach Thompson's integral as the points grow in number is a matter of taste,
not of correctness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from oo.contracts.policies import Array

TIE = 1e-9
"""Scores nearer than this are one."""


def points(dimensions: int, count: int, seed: int) -> Array:
    """Standard normal points (d, count) that follow from the seed for ever, in pairs ±z, so that their mean is 0.

    SplitMix64 and the polar form of Box and Muller rather than a generator whose stream a release may change.

    >>> z = points(2, 4, 7)
    >>> z.shape, bool((z[:, :2] == -z[:, 2:]).all()), round(float(z[0, 0]), 6)
    ((2, 4), True, -0.949951)
    """
    half = (count + 1) // 2
    u = _units(2 * dimensions * half, seed).reshape(2, dimensions, half)
    z = np.sqrt(-2.0 * np.log(1.0 - u[0])) * np.cos(2.0 * np.pi * u[1])
    return np.concatenate([z, -z], axis=1)[:, :count]


def shares(scores: Array, apart: Array) -> Array:
    """The share of draws in which each candidate has the highest score; ties are split evenly, the sum is 1.

    Scores (…, K) are those at the mean, `apart` (…, K, M) is what each draw adds.
    """
    drawn = scores[..., None] + apart
    count = drawn.shape[-1]
    first = drawn >= drawn.max(axis=-2, keepdims=True) - TIE
    times = first.sum(axis=-1)
    if times.sum() * drawn.shape[-2] == count * times.size:  # every draw has one that is first
        share: Array = times / count
        return share
    tied: Array = (first / first.sum(axis=-2, keepdims=True)).sum(axis=-1) / count
    return tied


def root(cov: Array) -> Array:
    """The Cholesky factor of a covariance; one that rounding has made indefinite is mended on its diagonal."""
    try:
        factor: Array = np.asarray(np.linalg.cholesky(cov), dtype=np.float64)
        return factor
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh((cov + np.swapaxes(cov, -1, -2)) / 2)
        found: Array = vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]
        return found


def _units(count: int, seed: int) -> Array:
    """Numbers in [0, 1): 53 bits of SplitMix64 each (Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed % (1 << 64)) + np.uint64(0x9E3779B97F4A7C15) * np.arange(1, count + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) / float(1 << 53)
