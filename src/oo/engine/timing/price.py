"""From an expected effect and a price to a probability of interrupting, and from a budget to the price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TEMPERATURE = 0.1
CAP = 0.8
FLOOR = 0.1
STEADY = 14.0
"""Days of habit that a forecast of tomorrow's moments starts from."""


@overload
def chance(effect: float, variance: float, price: float, *, floor: float = ..., temperature: float = ...) -> float: ...
@overload
def chance(effect: Array, variance: Array, price: float, *, floor: float = ..., temperature: float = ...) -> Array: ...
def chance(
    effect: float | Array,
    variance: float | Array,
    price: float,
    *,
    floor: float = FLOOR,
    temperature: float = TEMPERATURE,
) -> float | Array:
    """p(send): E[logistic((b - price) / temperature)] over b ~ N(effect, variance), clipped to floor and CAP.

    The expectation is MacKay's formula (1992), which *is* the policy: what is logged is exact, not an approximation of
    something else. Smooth, so that a small change of the posterior is a small change of the policy.

    >>> round(chance(0.13, 0.01, 0.0), 4)
    0.7506
    """
    scale = np.sqrt(temperature**2 + np.pi / 8 * np.asarray(variance))
    p = np.clip(1 / (1 + np.exp(-np.clip((effect - price) / scale, -500, 500))), floor, CAP)
    return p if isinstance(effect, np.ndarray) else float(p)


def lowest(share: float) -> float:
    """The floor of the probability at a budgeted share: half the share, FLOOR at most.

    >>> lowest(0.1), lowest(0.5)
    (0.05, 0.1)
    """
    return min(FLOOR, share / 2)


def fair_price(effect: Array, variance: Array, share: float, *, temperature: float = TEMPERATURE) -> float:
    """The price at which the mean probability over these moments is the share; by bisection, to 1e-9."""
    floor = lowest(share)
    reach = 10 * float(np.sqrt(temperature**2 + variance.max(initial=0.0)))
    low, high = float(effect.min()) - reach, float(effect.max()) + reach
    while high - low > 1e-9:
        middle = (low + high) / 2
        sent = chance(effect, variance, middle, floor=floor, temperature=temperature).mean()
        low, high = (middle, high) if sent > share else (low, middle)
    return (low + high) / 2


def share(budget: float, moments: Sequence[int], expected: float = 12.0) -> float:
    """The share of moments that may be interrupted, from a budget a day and the numbers of moments on past days.

    Starts from `expected` moments a day and follows the last STEADY days; at most CAP.

    >>> share(3, []), round(share(3, [24] * 14), 3)
    (0.25, 0.167)
    """
    recent = moments[-int(STEADY) :]
    a_day = (expected * STEADY + sum(recent)) / (STEADY + len(recent)) if recent else expected
    return min(CAP, budget / a_day) if a_day > 0 else CAP
