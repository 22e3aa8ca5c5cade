"""Ridge regression learnt online: a precision's inverse and sums, moved by one outcome at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from oo.contracts.policies import Array


def learn(
    inverse: Array, sums: Array, x: Array, reward: Array | float, weight: Array | float = 1.0
) -> tuple[Array, Array]:
    """The inverse of A = λI + Σ w x xᵀ and b = Σ w r x after one more outcome (Sherman and Morrison 1950), O(d²).

    Shapes: inverse (…, d, d), sums (…, d), x (…, d), reward and weight (…).

    >>> inverse, sums = learn(np.eye(1), np.zeros(1), np.array([2.0]), 1.0)
    >>> [round(float(one), 4) for one in (inverse[0, 0], sums[0], (inverse @ sums)[0])]
    [0.2, 2.0, 0.4]
    """
    toward = np.einsum("...ij,...j->...i", inverse, x)
    spread = np.einsum("...i,...i->...", x, toward)
    shrink = np.asarray(weight / (1.0 + weight * spread))
    less = shrink[..., None, None] * toward[..., :, None] * toward[..., None, :]
    return inverse - less, sums + np.asarray(weight * reward)[..., None] * x


def weights(inverse: Array, sums: Array) -> Array:
    """The ridge solution, (…, d)."""
    found: Array = np.einsum("...ij,...j->...i", inverse, sums)
    return found
