"""Student's t distribution, for intervals from few persons; the engine has numpy, not scipy."""

from __future__ import annotations

import math


def two_sided(t: float, freedom: float) -> float:
    """P(|T| > |t|) with `freedom` degrees.

    >>> round(two_sided(1.947, 34), 4)
    0.0598
    """
    return _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def critical(level: float, freedom: float) -> float:
    """The t that |T| exceeds with probability 1 - level; by bisection, to 1e-10.

    >>> round(critical(0.95, 36), 4)
    2.0281
    """
    low, high = 0.0, 1e3
    while high - low > 1e-10:
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, freedom) > 1 - level else (low, middle)
    return high


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by Lentz's continued fraction (Press et al., Numerical Recipes 6.4)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x > (a + 1) / (a + b + 2):
        return 1 - front * _fraction(b, a, 1 - x) / b
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    h = d
    for m in range(1, 1000):
        for number in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + number * d or tiny)
            c = 1 + number / c or tiny
            h *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return h
