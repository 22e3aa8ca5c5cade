"""What estimators read: a log of decisions, reduced to what a target policy makes of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oo.engine.ope.clusters import Array, People


@dataclass(frozen=True, slots=True)
class Log:
    """n logged decisions beside a target policy; every array has shape (n,)."""

    reward: Array
    propensity: Array
    """The logged probability of what was chosen; positive."""
    target: Array
    """The target policy's probability of what was chosen."""
    person: People
    direct: Array | None = None
    """What a model expects of the target policy here: the sum of target x estimate over the candidates."""
    fitted: Array | None = None
    """What the same model expects of what was chosen."""

    def __post_init__(self) -> None:
        """Raise ValueError when arrays differ in length, a number is missing or a propensity is not in (0, 1]."""
        named = {"reward": self.reward, "propensity": self.propensity, "target": self.target}
        if (self.direct is None) != (self.fitted is None):
            raise ValueError("a log has both of direct and fitted, or neither")
        if self.direct is not None and self.fitted is not None:
            named |= {"direct": self.direct, "fitted": self.fitted}
        for name, array in named.items():
            if array.shape != (len(self.person),):
                raise ValueError(f"{name} has shape {array.shape}, person has {self.person.shape}")
            if not np.isfinite(array).all():
                raise ValueError(f"{name} holds what is no number")
        if not ((self.propensity > 0) & (self.propensity <= 1)).all():
            raise ValueError("a logged propensity is not above 0 and at most 1")

    @property
    def weight(self) -> Array:
        """Importance weights: how much rather the target would have chosen what was chosen."""
        return self.target / self.propensity

    def modelled(self) -> tuple[Array, Array]:
        """(direct, fitted); raises ValueError for a log without a model."""
        if self.direct is None or self.fitted is None:
            raise ValueError("this estimator needs a model: give the log direct and fitted")
        return self.direct, self.fitted


def reduce(
    reward: Array,
    propensity: Array,
    chosen: People,
    target: Array,
    person: People,
    estimates: Array | None = None,
) -> Log:
    """A log from full arrays: target and estimates have shape (n, K), the others (n,); chosen indexes K."""
    at = np.arange(len(chosen))
    if estimates is None:
        return Log(reward, propensity, target[at, chosen], person)
    direct = np.einsum("nk,nk->n", target, estimates)
    return Log(reward, propensity, target[at, chosen], person, direct, estimates[at, chosen])
