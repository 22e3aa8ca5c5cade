"""The mathematics of learning: what must always hold, and that many people at once are as each alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from oo.engine.learning import choice, logistic, rates, ridge, thompson

Array = NDArray[np.float64]
SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=40, deadline=None)


def belief(seed: int, width: int = 4) -> tuple[Array, Array, np.random.Generator]:
    chance = np.random.default_rng(seed)
    root = chance.normal(size=(width, width))
    return chance.normal(size=width), root @ root.T / width + 0.05 * np.eye(width), chance


def narrower(after: Array, before: Array) -> bool:
    return bool(np.linalg.eigvalsh(before - after).min() > -1e-9 and np.linalg.eigvalsh(after).min() > 0)


@FEW
@given(SEEDS, st.floats(0, 1), st.floats(0, 3))
def test_a_reward_moves_its_own_odds_toward_it_and_narrows_the_belief(seed: int, reward: float, weight: float) -> None:
    mean, cov, chance = belief(seed)
    x = chance.normal(size=4)
    p, odds, _ = logistic.expected(mean, cov, x)
    after, less, _ = logistic.learn(mean, cov, x, reward, weight)
    assert (after @ x - odds) * (reward - p) >= -1e-12
    assert narrower(less, cov)


def test_an_outcome_without_weight_teaches_nothing() -> None:
    mean, cov, chance = belief(1)
    after, less, said = logistic.learn(mean, cov, chance.normal(size=4), 1.0, 0.0)
    assert (after == mean).all() and (less == cov).all() and said == 0


def test_two_outcomes_of_half_the_weight_are_about_one() -> None:
    mean, cov, chance = belief(2)
    x = chance.normal(size=4)
    once, _, _ = logistic.learn(mean, cov, x, 1.0, 0.02)
    half, less, _ = logistic.learn(mean, cov, x, 1.0, 0.01)
    twice, _, _ = logistic.learn(half, less, x, 1.0, 0.01)
    assert twice == pytest.approx(once, abs=1e-3)


def test_the_logistic_learner_finds_the_weights_that_made_the_rewards() -> None:
    chance, true = np.random.default_rng(3), np.array([1.0, -2.0, 0.5])
    mean, cov = np.zeros(3), 4 * np.eye(3)
    for _ in range(4000):
        x = chance.normal(size=3)
        mean, cov, _ = logistic.learn(mean, cov, x, float(chance.random() < logistic.sigmoid(x @ true)))
    assert mean == pytest.approx(true, abs=0.2)


def test_the_ridge_equals_the_closed_form() -> None:
    chance = np.random.default_rng(4)
    x, y, w = chance.normal(size=(50, 3)), chance.random(50), chance.random(50)
    inverse, sums = np.eye(3), np.zeros(3)
    for row, reward, weight in zip(x, y, w, strict=True):
        inverse, sums = ridge.learn(inverse, sums, row, reward, weight)
    exact = np.linalg.solve(np.eye(3) + (x * w[:, None]).T @ x, x.T @ (w * y))
    assert ridge.weights(inverse, sums) == pytest.approx(exact)


@FEW
@given(SEEDS, st.floats(0.1, 5))
def test_what_was_done_gains_on_what_was_not(seed: int, weight: float) -> None:
    mean, cov, chance = belief(seed)
    x = chance.normal(size=(6, 4))
    after, less, said = choice.learn(mean, cov, x, [2], weight)
    p = np.exp(x @ mean - np.logaddexp.reduce(x @ mean))
    toward = x[2] - p @ x
    assert after @ toward >= mean @ toward - 1e-9
    assert narrower(less, cov)
    assert said <= 0


def test_the_order_of_what_was_open_and_what_all_have_in_common_teach_nothing() -> None:
    mean, cov, chance = belief(5)
    x = chance.normal(size=(5, 4))
    x[:, 0] = 1.0
    forth = choice.learn(mean, cov, x, [1, 3])
    back = choice.learn(mean, cov, x[::-1], [3, 1])
    other = choice.learn(mean + np.array([7.0, 0, 0, 0]), cov, x, [1, 3])
    assert forth[0] == pytest.approx(back[0]) and forth[1] == pytest.approx(back[1])
    assert other[0] - np.array([7.0, 0, 0, 0]) == pytest.approx(forth[0])


def test_the_choice_learner_finds_the_weights_that_made_the_choices() -> None:
    chance, true = np.random.default_rng(6), np.array([1.0, -1.5])
    mean, cov = np.zeros(2), 4 * np.eye(2)
    for _ in range(1500):
        x = chance.normal(size=(5, 2))
        mean, cov, _ = choice.learn(mean, cov, x, [int((x @ true + chance.gumbel(size=5)).argmax())])
    assert mean == pytest.approx(true, abs=0.2)


@FEW
@given(SEEDS, st.floats(0.5, 1))
def test_forgetting_ends_at_the_prior(seed: int, kept: float) -> None:
    mean, cov, chance = belief(seed)
    prior, wide = chance.normal(size=4), 9 * np.eye(4)
    near, spread = logistic.forget(mean, cov, prior, wide, kept)
    assert np.abs(near - prior).max() <= np.abs(mean - prior).max() + 1e-12
    assert np.linalg.eigvalsh(spread).min() > 0
    for _ in range(200):
        mean, cov = logistic.forget(mean, cov, prior, wide, 0.9)
    assert mean == pytest.approx(prior, abs=1e-6) and cov == pytest.approx(wide, abs=1e-6)


def test_many_people_at_once_are_as_each_alone() -> None:
    each = [belief(seed) for seed in range(3)]
    means, covs = np.stack([one[0] for one in each]), np.stack([one[1] for one in each])
    x = np.stack([one[2].normal(size=4) for one in each])
    together = logistic.learn(means, covs, x, np.array([0.0, 1.0, 0.3]), np.ones(3))
    for i, reward in enumerate((0.0, 1.0, 0.3)):
        alone = logistic.learn(means[i], covs[i], x[i], reward)
        assert all(both[i] == pytest.approx(one) for both, one in zip(together, alone, strict=True))


def test_the_rate_that_foretells_best_counts_most_after_a_change() -> None:
    """A taste turns round: the fast learner is trusted, and less again when all is quiet."""
    prior, wide, speeds = np.zeros(1), np.eye(1), np.array([1.0, 0.9])
    state = (np.zeros((2, 1)), np.tile(wide, (2, 1, 1)), np.zeros(2))
    trust = []
    for t in range(120):
        reward = 1.0 if t < 60 else 0.0
        state = rates.learn(*state, np.ones(1), reward, 1.0, prior, wide, speeds, 0.95)
        trust.append(float(rates.shares(state[2])[1]))
    assert trust[75] > 0.9 > trust[59]
    mean, cov = rates.joined(*state)
    assert mean.shape == (1,) and cov.shape == (1, 1) and mean[0] < 0


@FEW
@given(SEEDS, st.integers(1, 8))
def test_shares_sum_to_one_and_ties_are_split(seed: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    scores, apart = chance.normal(size=count), chance.normal(size=(count, 16))
    shares = thompson.shares(scores, apart)
    assert shares.sum() == pytest.approx(1)
    twice = thompson.shares(np.concatenate([scores, scores]), np.concatenate([apart, apart]))
    assert twice == pytest.approx(np.concatenate([shares, shares]) / 2)


def test_the_points_are_normal_and_follow_from_the_seed() -> None:
    z = thompson.points(20, 4000, 11)
    assert z.mean() == pytest.approx(0, abs=1e-12)
    assert np.cov(z) == pytest.approx(np.eye(20), abs=0.1)
    assert (thompson.points(20, 4000, 11) == z).all()
    assert (thompson.points(20, 4000, 12) != z).any()


def test_the_shares_come_near_thompson_s_integral() -> None:
    mean, cov, chance = belief(9)
    x = chance.normal(size=(4, 4))
    exact = np.bincount((x @ chance.multivariate_normal(mean, cov, 200_000).T).argmax(axis=0), minlength=4) / 200_000
    apart = x @ (thompson.root(cov) @ thompson.points(4, 20_000, 1))
    assert thompson.shares(x @ mean, apart) == pytest.approx(exact, abs=0.02)


def test_a_covariance_that_rounding_has_broken_is_mended() -> None:
    broken = np.array([[1.0, 1.0 + 1e-12], [1.0 + 1e-12, 1.0]])
    root = thompson.root(broken)
    assert root @ root.T == pytest.approx(broken, abs=1e-6)
