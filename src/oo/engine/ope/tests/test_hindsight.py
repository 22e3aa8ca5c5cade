"""A model that knows afterwards what the policy could not know before."""

from __future__ import annotations

import numpy as np
import pytest

from oo.engine.ope.clusters import Array, People
from oo.engine.ope.hindsight import BLOCK, hindsight, population, posterior

PERSONS, ROUNDS, K, D = 24, 100, 6, 4
Rows = tuple[Array, Array, People, Array, People]


def rows(seed: int = 1, *, drift: float = 0.0) -> Rows:
    """Candidates, chances, chosen, reward and person of people whose tastes differ, and may turn round half-way."""
    wild = np.random.default_rng(seed)
    x = wild.normal(size=(PERSONS, ROUNDS, K, D))
    x[..., 0] = 1
    taste = wild.normal(0, 1, (PERSONS, 1, 1, D)) + np.array([-0.5, 0.5, 0.0, 0.0])
    turn = np.where(np.arange(ROUNDS) < ROUNDS / 2, 1.0, 1.0 - 2 * drift)[None, :, None, None]
    chances = 1 / (1 + np.exp(-(x * taste * turn).sum(-1)))
    chosen = wild.integers(0, K, (PERSONS, ROUNDS))
    reward = (wild.random((PERSONS, ROUNDS)) < np.take_along_axis(chances, chosen[..., None], 2)[..., 0]).astype(float)
    n = PERSONS * ROUNDS
    return (
        x.reshape(n, K, D),
        chances.reshape(n, K),
        chosen.reshape(n),
        reward.reshape(n),
        np.repeat(np.arange(PERSONS), ROUNDS),
    )


def far(estimates: Array, chances: Array) -> float:
    return float(np.sqrt(np.square(estimates - chances).mean()))


def test_every_candidate_is_estimated_near_its_chance() -> None:
    x, chances, chosen, reward, person = rows()
    found = hindsight(x, chosen, reward, person)
    assert found.shape == chances.shape
    assert ((found > 0) & (found < 1)).all()
    later = np.arange(len(person)) % ROUNDS >= ROUNDS / 2
    assert far(found[later], chances[later]) < 0.55 * far(np.full_like(chances, reward.mean()), chances)
    assert abs(found.mean() - chances.mean()) < 0.02


def test_tastes_that_turn_are_followed_by_waves() -> None:
    x, chances, chosen, reward, person = rows(drift=0.8)
    assert far(hindsight(x, chosen, reward, person), chances) < 0.95 * far(
        hindsight(x, chosen, reward, person, waves=0), chances
    )


def test_only_a_person_s_past_moves_their_estimates() -> None:
    x, _, chosen, reward, person = rows()
    whole = hindsight(x, chosen, reward, person)
    other = reward.copy()
    other[BLOCK : 2 * BLOCK] = 1 - other[BLOCK : 2 * BLOCK]
    changed = np.abs(hindsight(x, chosen, other, person) - whole)
    assert changed[: 2 * BLOCK].max() < 1e-9
    assert changed[2 * BLOCK : ROUNDS].mean() > 0.01


def test_one_person_alone_is_estimated_too() -> None:
    x, chances, chosen, reward, person = rows()
    alone, plain = [], []
    for one in range(PERSONS):
        only = person == one
        alone.append(far(hindsight(x[only], chosen[only], reward[only], person[only]), chances[only]))
        plain.append(far(np.full_like(chances[only], reward[only].mean()), chances[only]))
    assert np.mean(alone) < 0.8 * np.mean(plain)


def test_rows_may_come_in_any_order_of_persons_and_padding_is_harmless() -> None:
    x, _, chosen, reward, person = rows()
    order = np.argsort(np.arange(len(person)) % ROUNDS, kind="stable")  # round by round instead of person by person
    padded = np.concatenate([x, np.zeros((len(x), 3, D))], axis=1)
    mixed = hindsight(padded[order], chosen[order], reward[order], person[order])
    assert mixed[:, :K] == pytest.approx(hindsight(x, chosen, reward, person)[order], abs=1e-9)
    assert mixed[:, K:] == pytest.approx(0.5)


def test_people_with_little_history_are_taken_for_average_people() -> None:
    x, _, chosen, reward, person = rows()
    few = (person < 20) | (np.arange(len(person)) % ROUNDS < 5)
    found = hindsight(x[few], chosen[few], reward[few], person[few])
    assert np.isfinite(found).all()


def test_the_prior_over_persons_is_theirs() -> None:
    wild = np.random.default_rng(4)
    x = wild.normal(size=(80, 150, 2))
    taste = np.array([1.0, 0.0]) + wild.normal(0, [0.3, 1.0], (80, 2))
    reward = (wild.random((80, 150)) < 1 / (1 + np.exp(-np.einsum("ptd,pd->pt", x, taste)))).astype(float)
    found = population(x, reward, np.ones((80, 150)), fixed=2)
    assert found.mean == pytest.approx([1.0, 0.0], abs=0.3)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx([0.3, 1.0], abs=0.2)
    weights, spread = posterior(x, reward, np.zeros((80, 150)), found)
    assert weights[0] == pytest.approx(found.mean)
    assert spread[0] == pytest.approx(found.covariance)
