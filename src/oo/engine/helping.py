"""Does oO help one person? From their own randomised moments: what is done after a tip, and after none by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from oo.contracts.experiments import Evidence, Help
from oo.engine.ope.clusters import by_person, spread
from oo.engine.ope.student import critical

MOMENTS, DAYS, EACH = 60, 20, 15
"""Randomised moments, days they lie on, and moments of either side: below these there is no number."""
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Coin:
    """A moment at which an interruption was decided by chance."""

    day: int
    probability: float
    sent: bool
    done: int
    """Tasks completed within a day of it."""


def helps(coins: Sequence[Coin]) -> Help:
    """How many more tasks are completed within a day of an interruption than of a coin of silence, with its interval.

    The coin's own probability is taken out of the action (Boruvka et al. 2018), so nothing about when oO would rather
    interrupt can look like an effect. Errors are clustered by day, as moments of a day share its completions; the
    interval is Student's. Moments that chance had no say in are left out.

    >>> days = [Coin(day, 0.5, day % 2 == 0, 2 + (day % 2 == 0) + day % 3) for day in range(90)]
    >>> found = helps(days).evidence
    >>> found.said, round(found.value, 2), found.low < 1 < found.high
    ('passed', 1.0, True)
    """
    tossed = [one for one in coins if 0 < one.probability < 1]
    sent = sum(one.sent for one in tossed)
    days = {one.day for one in tossed}
    if len(tossed) < MOMENTS or len(days) < DAYS or min(sent, len(tossed) - sent) < EACH:
        said = f"{len(tossed)} of {MOMENTS} moments on {len(days)} of {DAYS} days"
        return Help(Evidence("not enough data yet", said), len(tossed), sent)
    day = np.array([one.day for one in tossed])
    centred = np.array([one.sent - one.probability for one in tossed])
    done = np.array([float(one.done) for one in tossed])
    # Least squares of what was done on (1, sent - p): the effect is the second coefficient.
    x = np.column_stack([np.ones(len(done)), centred])
    inverse = np.linalg.inv(x.T @ x)
    fit = inverse @ (x.T @ done)
    influence = (x * (done - x @ fit)[:, None]) @ inverse[:, 1] * len(done)
    error = spread(influence, day)
    wide = critical(LEVEL, len(by_person(done, day)) - 2) * error
    effect = float(fit[1])
    low, high = effect - wide, effect + wide
    if low > 0:
        return Help(Evidence("passed", "more is done after an interruption", effect, low, high), len(tossed), sent)
    if high < 0:
        return Help(Evidence("failed", "less is done after an interruption", effect, low, high), len(tossed), sent)
    return Help(Evidence("undecided", "an effect can't be told from none yet", effect, low, high), len(tossed), sent)
