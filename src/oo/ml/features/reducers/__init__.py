"""Reducers: how what happened is folded into a small state, one activity after the other."""

from __future__ import annotations

from oo.ml.features.reducers.days import Days
from oo.ml.features.reducers.hours import Hours
from oo.ml.features.reducers.lateness import Lateness
from oo.ml.features.reducers.looking import Looking
from oo.ml.features.reducers.recent import Recent
from oo.ml.features.reducers.reducer import Reducer, State
from oo.ml.features.reducers.tasks import Tasks

REDUCERS: dict[str, Reducer] = {
    reducer.name: reducer for reducer in (Days(), Hours(), Lateness(), Looking(), Recent(), Tasks())
}
"""Every reducer, by name."""

__all__ = ["REDUCERS", "Reducer", "State"]
