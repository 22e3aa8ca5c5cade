"""Confidence sequences: intervals that may be looked at after every decision, and stopped by."""

from __future__ import annotations

import math
from typing import overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ALPHA = 0.05
TUNED_AT = 1000
"""Rows at which the sequence is narrowest; it holds everywhere."""


@overload
def inflation(rows: float, alpha: float = ..., *, tuned_at: float = ..., sides: int = ...) -> float: ...
@overload
def inflation(rows: Array, alpha: float = ..., *, tuned_at: float = ..., sides: int = ...) -> Array: ...
def inflation(
    rows: float | Array, alpha: float = ALPHA, *, tuned_at: float = TUNED_AT, sides: int = 2
) -> float | Array:
    """How many standard errors wide, at any number of rows, so that one of all looks errs with chance alpha at most.

    The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (Annals of Statistics 2024):
    two-sided theorem 2.2, one-sided its boundary for a lower or an upper limit alone. A fixed-time interval has 1.96
    where this has about 3.

    >>> round(inflation(1000), 3), round(inflation(1000, sides=1), 3)
    (3.035, 2.78)
    """
    rho = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / tuned_at
    time = np.asarray(rows, dtype=np.float64) * rho
    root = np.sqrt(time + 1)
    inside = root / alpha if sides == 2 else 1 + root / (2 * alpha)
    with np.errstate(divide="ignore"):
        wide = np.sqrt(2 * (time + 1) / time * np.log(inside))
    return wide if isinstance(rows, np.ndarray) else float(wide)
