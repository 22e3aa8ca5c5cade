"""Which logs can be trusted: an audit of importance weights that refuses instead of printing a number."""

from __future__ import annotations

import math
from dataclasses import dataclass

from oo.engine.ope.clusters import Array, People
from oo.engine.ope.log import Log

BAND = (0.95, 1.05)
"""Where the mean weight has to be; it is 1 when the logged propensities are those that were drawn from.

A mean is outside when two of its standard errors don't bring it back, so that chance alone seldom refuses a log.
"""
TOP_SHARE = 0.05
"""No single decision may hold more of the weight."""
LEAST = 100.0
"""Effective decisions below which an estimate is no news."""


class Refused(ValueError):
    """This log can't carry an estimate: its weights fail the audit."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found of a log's weights; `faults` are sentences, and none means that the log is trusted."""

    rows: int
    mean_weight: float
    top_share: float
    effective: float
    """Kish's effective sample size."""
    faults: tuple[str, ...]


def audit(log: Log, *, least: float = LEAST) -> Audit:
    """Look at the weights alone; rewards play no part, so looking never biases what is estimated later."""
    return audited(log.weight, least=least)


def audited(weight: Array, *, least: float = LEAST) -> Audit:
    """The same for bare weights of shape (n,)."""
    rows, total = len(weight), float(weight.sum())
    if total <= 0:
        return Audit(rows, 0.0, 0.0, 0.0, ("no decision in the log is one that the target would have made",))
    average, top, effective = total / rows, float(weight.max()) / total, total**2 / float(weight @ weight)
    faults = []
    noise = 2 * math.sqrt(max(rows / effective - 1, 0.0) / rows)
    if not BAND[0] - noise <= average <= BAND[1] + noise:
        faults.append(
            f"mean weight {average:.3f} is outside {BAND[0]}-{BAND[1]}: a logged propensity is wrong or missing"
        )
    if top > TOP_SHARE:
        faults.append(f"one decision holds {top:.0%} of the weight; {TOP_SHARE:.0%} is the most")
    if effective < least:
        faults.append(f"the log is worth {effective:.0f} decisions for this target; {least:.0f} is the least")
    return Audit(rows, average, top, effective, tuple(faults))


def by_action(chosen: People, probability: Array, *, least: float = LEAST) -> tuple[Audit, ...]:
    """An audit of each action's own weights, from what was chosen (n,) and every action's logged probability (n, A).

    Finds a coin that is not what its log says even when the chosen action's weight looks fine on the whole. Rows in
    which an action could not be chosen (probability 0) are left out of its audit.
    """
    found = []
    for action in range(probability.shape[1]):
        able = probability[:, action] > 0
        found.append(audited((chosen[able] == action) / probability[able, action], least=least))
    return tuple(found)


def trusted(log: Log, *, least: float = LEAST) -> Log:
    """The log itself; raises Refused, with every fault, when the audit fails."""
    found = audit(log, least=least)
    if found.faults:
        raise Refused("; ".join(found.faults))
    return log
