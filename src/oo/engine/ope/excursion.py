"""The excursion effect: what one randomised interruption changed, and how that depends on the moment (WCLS)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from oo.engine.ope.clusters import Array, People
from oo.engine.ope.student import critical, two_sided


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient with its small-sample error, 95 % interval and p (Student's t, persons - parameters degrees)."""

    value: float
    error: float
    low: float
    high: float
    p: float


def wcls(
    outcome: Array,
    sent: Array,
    probability: Array,
    controls: Array,
    moderators: Array,
    person: People,
    *,
    centre: float | None = None,
) -> tuple[Coefficient, ...]:
    """The coefficients of the moderators in the causal excursion effect of `sent` (Boruvka et al. 2018).

    Weighted and centred least squares over available moments: weights c(sent) / p(sent), `sent` centred at c, the
    numerator probability, which defaults to the mean of `sent`. Outcome, sent (0 or 1) and probability have shape (n,),
    controls (n, g), moderators (n, f). Errors: sandwich by person with Mancl and DeRouen's correction (2001).
    """
    c = float(sent.mean()) if centre is None else centre
    weight = np.where(sent == 1, c / probability, (1 - c) / (1 - probability))
    design = np.hstack([controls, (sent - c)[:, None] * moderators])
    return gee(design, outcome, weight, person)[controls.shape[1] :]


def gee(design: Array, outcome: Array, weight: Array, person: People) -> tuple[Coefficient, ...]:
    """Weighted least squares as a GEE of independent working correlation, with Mancl and DeRouen's corrected sandwich.

    Raises ValueError when there are no more persons than parameters.
    """
    people = np.unique(person)
    freedom = len(people) - design.shape[1]
    if freedom < 1:
        raise ValueError(f"{len(people)} persons can't carry {design.shape[1]} parameters")
    weighted = weight[:, None] * design
    bread = np.linalg.inv(design.T @ weighted)
    value = bread @ (weighted.T @ outcome)
    residual = outcome - design @ value
    meat = np.zeros_like(bread)
    for one in people:
        rows = person == one
        # H = X B X'W; (I - H)^-1 undoes how much a person's own rows pulled the fit toward them.
        leverage = design[rows] @ bread @ weighted[rows].T
        score = weighted[rows].T @ np.linalg.solve(np.eye(int(rows.sum())) - leverage, residual[rows])
        meat += np.outer(score, score)
    errors = np.sqrt(np.diag(bread @ meat @ bread))
    wide = critical(0.95, freedom)
    return tuple(
        Coefficient(float(v), float(e), float(v - wide * e), float(v + wide * e), _p(float(v), float(e), freedom))
        for v, e in zip(value, errors, strict=True)
    )


def _p(value: float, error: float, freedom: int) -> float:
    return two_sided(value / error, freedom) if error > 0 else float(math.isclose(value, 0))
