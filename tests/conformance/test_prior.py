"""The prior that is shipped: for these features, in bounds, with a card; and what the learner makes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from oo.contracts.policies import Lesson
from oo.engine import features
from oo.engine.policies.hierarchical_logit import HierarchicalLogit, Prior
from oo.kernel.plugins import discover
from oo.testing.policies import MOMENT, candidate, decided, some

PLUGIN = discover("policies", dict).plugins["hierarchical_logit"]
LEARNER: HierarchicalLogit = PLUGIN.load()
ROW = json.loads((PLUGIN.folder / "prior.json").read_text())


def test_the_prior_is_for_the_features_that_there_are_and_says_where_it_comes_from() -> None:
    assert tuple(ROW["features"]) == features.LIFE
    assert np.abs(ROW["mean"]).max() < 5 and min(ROW["sd"]) > 0.05
    card = (PLUGIN.folder / "README.md").read_text()
    assert all(name in card for name in [*features.LIFE, *ROW["fitted_on"], "oO-sim-1", "Limits"])


def test_a_prior_for_other_features_is_refused() -> None:
    with pytest.raises(ValueError, match=r"benchmarks\.prior"):
        Prior.read({**ROW, "features": ["age"]})


def test_another_prior_is_another_policy() -> None:
    other = Prior.read({**ROW, "mean": [*ROW["mean"][:-1], 0.5]})
    assert HierarchicalLogit(other).digest != LEARNER.digest == HierarchicalLogit(Prior.read(ROW)).digest
    assert HierarchicalLogit(LEARNER.prior, spread=0.2).digest != LEARNER.digest


def test_reactions_and_life_teach_the_same_weights() -> None:
    """Somebody who does labelled things, first of their own accord; then nothing that is labelled as a tip."""
    plain, labelled = candidate("plain"), candidate("labelled", labels=3)

    def lead(state: object) -> float:
        first, second = LEARNER.estimates(state, MOMENT, [plain, labelled])  # type: ignore[arg-type]
        return second - first

    born = LEARNER.initial()
    lived = born
    for _ in range(30):
        lived = LEARNER.learn(lived, Lesson(MOMENT, (plain, labelled), (1,), "moment", 0.5))
    assert lead(lived) > lead(born)
    reacted = lived
    for _ in range(30):
        reacted = LEARNER.update(reacted, decided(LEARNER, reacted, [plain, labelled], 1), 0.0, 1.0)
    assert lead(reacted) < lead(lived)


def test_with_time_the_learner_forgets_toward_the_prior() -> None:
    state, liked = LEARNER.initial(), candidate("liked", labels=3)
    for _ in range(60):
        state = LEARNER.update(state, decided(LEARNER, state, [liked], 0), 1.0, 1.0)
    fast = int(np.argmin(LEARNER.prior.rates))
    far = np.abs(state.arrays["means"][fast] - LEARNER.prior.mean).max()
    for _ in range(300):
        state = LEARNER.update(state, decided(LEARNER, state, [liked], 0), 1.0, 0.0)
    assert np.abs(state.arrays["means"][fast] - LEARNER.prior.mean).max() < 0.1 * far


def test_expected_rewards_are_chances_in_the_order_of_the_estimates() -> None:
    estimates = LEARNER.estimates(LEARNER.initial(), MOMENT, some())
    chances = LEARNER.expected(estimates)
    assert np.argsort(chances).tolist() == np.argsort(estimates).tolist()
    assert 0 < min(chances) < max(chances) < 1


def test_a_state_of_another_shape_is_refused() -> None:
    other = replace(LEARNER.initial(), arrays={"means": np.zeros(3)})
    with pytest.raises(ValueError, match="means"):
        LEARNER.estimates(other, MOMENT, some())
    with pytest.raises(ValueError, match="version"):
        LEARNER.estimates(replace(LEARNER.initial(), version=9), MOMENT, some())


def test_the_card_is_beside_the_prior_in_what_is_installed() -> None:
    assert '"prior.json"' in (Path(__file__).parents[2] / "pyproject.toml").read_text()
