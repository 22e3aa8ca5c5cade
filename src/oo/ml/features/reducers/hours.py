"""At which hours and on which weekdays things get done, the recent past counting most."""

from __future__ import annotations

from dataclasses import dataclass

from oo.contracts.features import Activity, Verb
from oo.ml.features.reducers.reducer import State

HALF_LIFE_DAYS = 28.0
_GROWTH = 2.0 ** (1.0 / HALF_LIFE_DAYS)
_PLACES = 25
_FAR_DAYS = 560
"""Twenty half-lives: beyond it weights are made small again, so that they stay finite."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A weekly histogram of completions, 7 x 25 weights: the hours of a weekday, then what has no hour.

    A completion on day t weighs 2^((t - origin) / half-life): older ones needn't be touched to count less, a reader
    divides by the weight of today. State: `origin`, `weights` (Monday 00:00 first), `n` (of those with
    an hour).
    """

    name: str = "hours"
    version: int = 2
    hears: frozenset[Verb] = frozenset({"completed"})

    def start(self) -> State:
        """Nothing yet."""
        return {"origin": None, "weights": [0.0] * (7 * _PLACES), "n": 0}

    def step(self, state: State, activity: Activity) -> None:
        """Add its weight to its hour of the week."""
        if state["origin"] is None:
            state["origin"] = activity.day
        elif abs(activity.day - state["origin"]) > _FAR_DAYS:
            _move(state, activity.day)
        weight = _GROWTH ** (activity.day - state["origin"])
        state["weights"][activity.weekday * _PLACES + (int(activity.hour) % 24 if activity.timed else 24)] += weight
        state["n"] += activity.timed


def by_hour(state: State, today: int) -> list[float]:
    """The weight of each hour of day, in completions as of today."""
    scale, weights = _scale(state, today), state["weights"]
    return [scale * sum(weights[hour::_PLACES]) for hour in range(24)]


def by_weekday(state: State, today: int) -> list[float]:
    """The weight of each weekday, Monday first, in completions as of today."""
    scale, weights = _scale(state, today), state["weights"]
    return [scale * sum(weights[_PLACES * day : _PLACES * (day + 1)]) for day in range(7)]


def _scale(state: State, today: int) -> float:
    return 0.0 if state["origin"] is None else _GROWTH ** max(-_FAR_DAYS, min(state["origin"] - today, _FAR_DAYS))


def _move(state: State, day: int) -> None:
    factor = _GROWTH ** max(-_FAR_DAYS, min(state["origin"] - day, _FAR_DAYS))
    state["weights"] = [weight * factor for weight in state["weights"]]
    state["origin"] = day
