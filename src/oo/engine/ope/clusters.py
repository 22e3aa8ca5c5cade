"""Means whose errors know that one person's decisions are alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
People = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its standard error; `rows` decisions of `people` persons stand behind it."""

    value: float
    error: float
    rows: int
    people: int


def mean(values: Array, person: People) -> Mean:
    """The mean of shape (n,) values, its error clustered by person (Liang & Zeger 1986, with G / (G - 1)).

    The error is infinite with fewer than two persons: nothing is known then about how persons differ.

    >>> mean(np.array([1.0, 1.0, 0.0, 0.0]), np.array([7, 7, 8, 8]))
    Mean(value=0.5, error=0.5, rows=4, people=2)
    """
    if not len(values):
        return Mean(math.nan, math.inf, 0, 0)
    average = float(values.mean())
    return Mean(average, spread(values - average, person), len(values), len(np.unique(person)))


def spread(influence: Array, person: People) -> float:
    """The clustered standard error of a mean, from each row's influence on it (shape (n,), centred)."""
    sums = by_person(influence, person)
    people = len(sums)
    if people < 2:
        return math.inf
    return math.sqrt(people / (people - 1) * float(sums @ sums)) / len(influence)


def by_person(values: Array, person: People) -> Array:
    """Each person's sum of values, shape (people,)."""
    _, index = np.unique(person, return_inverse=True)
    return np.bincount(index, weights=values).astype(np.float64)
