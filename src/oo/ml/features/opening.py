"""A person's past as it travelled here, opened: the states of every reducer, with what waited folded in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from oo.contracts.decisions import UserView
from oo.contracts.features import Kept
from oo.engine.when import today
from oo.ml.features.activity import Place, activity
from oo.ml.features.fold import At, States, fold, load, start
from oo.ml.features.grouping import themes_of
from oo.ml.features.registry import FEATURES, moment_values, profile_values, task_values


def opened(kept: Kept, place: Place, features: Collection[str]) -> States | None:
    """The states that features read; None when a reducer has another version by now, so that all is folded anew."""
    if kept.states is None or kept.waiting:
        states = start() if kept.states is None else load(kept.states)
        waiting = [activity(verb, at, data, place) for verb, at, data in kept.waiting]
        return None if states is None else fold(states, waiting)
    return load(kept.states, names={name for one in features if one in FEATURES for name in FEATURES[one].inputs})


def hydrated(
    view: UserView, states: States, groups: bytes | None, granted: Collection[str], names: Collection[str]
) -> UserView:
    """The view with the named features that have a value and whose consent is given."""
    allowed = {name for name in names if name in FEATURES and FEATURES[name].consent in (None, *granted)}
    at = At(view.context.now.timestamp(), today(view.context).toordinal())
    return replace(
        view,
        features={**profile_values(states, at, allowed), **moment_values(view, allowed)},
        task_features=task_values(view, states, themes_of(groups), allowed),
    )
