"""What the linear policies share: a ridge regression of rewards as state, checked before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from oo.contracts.decisions import Decision
from oo.contracts.policies import State
from oo.engine.features import Vectors
from oo.engine.learning import ridge

if TYPE_CHECKING:
    from oo.contracts.policies import Array

VERSION = 1


def fresh(width: int, penalty: float) -> State:
    """Nothing learnt yet: the inverse of the penalty, and no sums."""
    return State(VERSION, {"inverse": np.eye(width) / penalty, "sums": np.zeros(width)})


def read(state: State, width: int) -> tuple[Array, Array]:
    """The inverse (d, d) and the sums (d,); raises ValueError for a state of another version or width."""
    arrays = checked(state, VERSION, {"inverse": (width, width), "sums": (width,)})
    return arrays["inverse"], arrays["sums"]


def after(state: State, width: int, vectors: Vectors, decision: Decision, reward: float, weight: float) -> State:
    """The state after a reward; a silence teaches nothing."""
    if decision.chosen is None:
        return state
    x = vectors(decision.context, decision.candidates)[decision.chosen]
    inverse, sums = ridge.learn(*read(state, width), x, reward, weight)
    return State(VERSION, {"inverse": inverse, "sums": sums})


def checked(state: State, version: int, shapes: Mapping[str, tuple[int, ...]]) -> Mapping[str, Array]:
    """The state's arrays; raises ValueError when its version or a shape is another."""
    if state.version != version:
        raise ValueError(f"this state has version {state.version}; version {version} is read here")
    for name, shape in shapes.items():
        found = state.arrays[name].shape if name in state.arrays else None
        if found != shape:
            raise ValueError(f"the state's {name} has shape {found}; it has to be {shape}")
    return state.arrays
