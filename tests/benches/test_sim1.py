"""oO-sim-1 is what it says: the same people whoever plays, the live floor, and regret between the oracle and chance."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.sim1.people import people, person
from benchmarks.sim1.policies import Hierarchical, Rule, explored
from benchmarks.sim1.run import play

from oo.engine.policies.hierarchical_logit import Prior
from oo.engine.sampling import explore


def test_a_person_is_the_same_whoever_else_is_there_and_however_long_it_lasts() -> None:
    whole, short = person(1, 3), people([(2, 0), (1, 3)], rounds=50)
    assert (short.candidates[1] == whole[0][:50]).all() and (short.rewards[1] == whole[2][:50]).all()
    assert float(whole[1].sum()) == pytest.approx(float(person(1, 3)[1].sum()))
    assert set(np.unique(whole[2])) == {0.0, 1.0}
    assert np.abs(whole[2].mean() - whole[1].mean()) < 0.01


def test_many_people_at_once_get_the_floor_that_one_gets_live() -> None:
    chance = np.random.default_rng(1)
    p, estimates = chance.dirichlet(np.ones(20), size=4), chance.normal(size=(4, 20))
    together = explored(p, estimates)
    for row in range(4):
        assert together[row] == pytest.approx(explore(p[row].tolist(), estimates[row].tolist(), 0.02))


def test_the_learner_does_better_than_chance_within_fifty_rounds_and_the_same_seed_plays_the_same() -> None:
    everybody = people([(7, number) for number in range(8)], rounds=50)
    flat = Prior(np.zeros(12), np.eye(12), np.array([0.9997, 0.999, 0.997]), "flat")
    first, again = (play(everybody, Hierarchical(8, flat), True, 1) for _ in range(2))
    assert (first.regret == again.regret).all()
    ratio, error = first.ratio(50)
    assert 0 < ratio < 0.8 and 0 < error < 0.2
    random, _ = play(everybody, Rule(lambda x: np.zeros(x.shape[:2])), False, 1).ratio(50)
    assert random == pytest.approx(1, abs=0.15)
