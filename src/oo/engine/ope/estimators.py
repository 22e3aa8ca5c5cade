"""Estimates of a policy's value from another policy's log, each with its influence on the mean row by row.

IPS (Horvitz & Thompson 1952), SNIPS (Swaminathan & Joachims 2015), DR (Dudik, Langford & Li 2011), SNDR, Switch-DR
(Wang, Agarwal & Dudik 2017), DR with optimistic shrinkage (Su et al. 2020); DM is here for reports only: under a
policy that learns it was 45 to 65 % wrong, so that it gates nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from oo.engine.ope.clusters import Array, spread
from oo.engine.ope.log import Log


@dataclass(frozen=True, slots=True)
class Estimate:
    """A policy's value per decision, its standard error by person, and each row's centred influence, shape (n,)."""

    value: float
    error: float
    influence: Array


def ips(log: Log) -> Estimate:
    """Inverse propensity scores: unbiased when propensities are right, and noisy."""
    return _averaged(log.weight * log.reward, log)


def snips(log: Log) -> Estimate:
    """Self-normalised: weights divided by their sum; never outside the range of the rewards."""
    return _normalised(np.zeros_like(log.reward), log.reward, log)


def dm(log: Log) -> Estimate:
    """The direct method: what the model says. For reports only; its error says nothing of the model's own."""
    direct, _ = log.modelled()
    return _averaged(direct, log)


def dr(log: Log) -> Estimate:
    """Doubly robust: the model, mended by the weighted residuals."""
    direct, fitted = log.modelled()
    return _averaged(direct + log.weight * (log.reward - fitted), log)


def sndr(log: Log) -> Estimate:
    """Doubly robust with self-normalised residuals; the one that gates."""
    direct, fitted = log.modelled()
    return _normalised(direct, log.reward - fitted, log)


def shrunk(log: Log, doubt: float = 0.02) -> Estimate:
    """The model's word, mended by SNDR's residuals only as far as these are less noisy than the model is doubted.

    `doubt` is the standard deviation of the model's own error that is taken for possible, in units of reward: residuals
    with error s count for doubt^2 / (doubt^2 + s^2), as a Gaussian posterior has it. The best number for a report when
    few decisions bear on the target; a gate takes `sndr`, which trusts no model.
    """
    direct, fitted = log.modelled()
    model, mended = dm(log), _normalised(np.zeros_like(direct), log.reward - fitted, log)
    if not np.isfinite(mended.error):
        return Estimate(model.value, float(np.hypot(model.error, doubt)), model.influence)
    trust = doubt**2 / (doubt**2 + mended.error**2)
    influence = model.influence + trust * mended.influence
    error = float(np.hypot(spread(influence, log.person), (1 - trust) * doubt))
    return Estimate(model.value + trust * mended.value, error, influence)


def switch_dr(log: Log, most: float) -> Estimate:
    """Doubly robust where the weight is at most `most`, the model alone beyond."""
    direct, fitted = log.modelled()
    weight = np.where(log.weight <= most, log.weight, 0.0)
    return _averaged(direct + weight * (log.reward - fitted), log)


def dr_os(log: Log, strength: float) -> Estimate:
    """Doubly robust with weights w shrunk to strength w / (w^2 + strength); inf shrinks nothing."""
    direct, fitted = log.modelled()
    weight = log.weight if np.isinf(strength) else strength * log.weight / (log.weight**2 + strength)
    return _averaged(direct + weight * (log.reward - fitted), log)


ESTIMATORS: Mapping[str, Callable[[Log], Estimate]] = MappingProxyType(
    {"ips": ips, "snips": snips, "dm": dm, "dr": dr, "sndr": sndr}
)
"""Those without a parameter, by name."""


def _averaged(rows: Array, log: Log) -> Estimate:
    value = float(rows.mean())
    influence = rows - value
    return Estimate(value, spread(influence, log.person), influence)


def _normalised(direct: Array, residual: Array, log: Log) -> Estimate:
    """The mean of direct plus the weighted mean of residuals; 0 for the latter when no weight is positive."""
    weight = log.weight
    average = float(weight.mean())
    base = float(direct.mean())
    if average <= 0:
        influence = direct - base
        return Estimate(base, float("inf"), influence)
    mended = float(weight @ residual / weight.sum())
    influence = (direct - base) + weight * (residual - mended) / average
    return Estimate(base + mended, spread(influence, log.person), influence)
