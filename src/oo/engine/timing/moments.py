"""A moment as numbers: what the baseline and the effect of an interruption may depend on."""

from __future__ import annotations

import math

import numpy as np

from oo.engine.timing.bandit import Bandit, Moment

BASE = ("constant", "hour sin", "hour cos", "weekend", "novelty", "dose", "value now")
EFFECT = (
    *("constant", "novelty", "use", "hour sin", "hour cos", "weekend"),
    *("just interrupted", "just here", "dose", "worth now"),
)
NOVEL_DAYS, USE_DAYS = 7.0, 42.0
INTERRUPTED_MINUTES, HERE_MINUTES = 180.0, 60.0

SHIPPED = Bandit(
    base_spread=(0.5, 0.2, 0.2, 0.2, 0.2, 0.2, 1.0),
    effect_spread=(0.1, 0.2, 0.2, 0.05, 0.05, 0.05, 0.1, 0.1, 0.1, 0.3),
    effect_mean=(0.03, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3),
    noise=0.25,
    temperature=0.05,
)
"""What a person starts with: rewards in 0 to 1, time in use free to matter most; fitted on nothing."""


def moment(
    *,
    hour: float,
    weekend: bool,
    days_of_use: float,
    minutes_since_interruption: float | None,
    minutes_since_use: float | None,
    dose: float,
    value_now: float,
    value_later: float,
) -> Moment:
    """The moment's vectors: BASE of shape (7,) and EFFECT of shape (10,).

    `hour` is local, 0 to 24; `dose` is `Bandit.dose(state)`; `value_now` is the best tip's estimate and `value_later`
    the best that is expected for the rest of the day, both as probabilities. None means never.
    """
    angle = 2 * math.pi * hour / 24
    novelty = math.exp(-days_of_use / NOVEL_DAYS)
    sin, cos, rest = math.sin(angle), math.cos(angle), float(weekend)
    base = [1.0, sin, cos, rest, novelty, dose, value_now]
    effect = [
        1.0,
        novelty,
        min(days_of_use / USE_DAYS, 1.0),
        sin,
        cos,
        rest,
        _recency(minutes_since_interruption, INTERRUPTED_MINUTES),
        _recency(minutes_since_use, HERE_MINUTES),
        dose,
        value_now - value_later,
    ]
    return Moment(np.array(base), np.array(effect))


def _recency(minutes: float | None, scale: float) -> float:
    return 0.0 if minutes is None else math.exp(-minutes / scale)
