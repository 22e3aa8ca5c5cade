"""A model of rewards in hindsight: other persons' whole logs, and a person's own past, for each of their decisions.

What a policy believed when it decided is a poor model of a reward it seldom tried. This fits one logistic regression
per person whose weights drift in slow waves, under a prior estimated from other persons' logs (empirical Bayes), and
predicts every candidate of a block of decisions from the person's blocks before it. Not from those after it: what a
policy that learns chose later tells of rewards now, and leaving those out of a fit that has the later choices flatters
what is seldom shown (by 2.4 % against none, with the true prior). So the model never knows, not even by what was chosen
later, the rewards it is held against, and DR stays unbiased.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oo.engine.ope.clusters import Array, People

BLOCK, WAVES, ROUNDS, GROUPS = 20, 2, 30, 3
DRIFT = 0.02
"""Variance of a wave: how far a taste is taken to move. Fitted, it would take a policy's progress for people's."""
LOOSE = 0.1
"""Variance added to the prior as if seen in two more persons, so that few persons don't look alike."""


@dataclass(frozen=True, slots=True)
class Population:
    """How persons' weights spread: mean (d,) and covariance (d, d)."""

    mean: Array
    covariance: Array


def hindsight(
    candidates: NDArray[np.floating], chosen: People, reward: Array, person: People, *, waves: int = WAVES
) -> Array:
    """Expected rewards of every candidate, shape (n, K), from candidates (n, K, d) and rewards in 0 to 1.

    Rows are in time order within a person. d includes a constant; padded candidates are all 0.
    """
    d = candidates.shape[2]
    seat, place = _seats(person)
    people, longest = int(seat.max()) + 1, int(place.max()) + 1
    taken = np.zeros((people, longest, d))
    taken[seat, place] = candidates[np.arange(len(chosen)), chosen]
    rewards, there = np.zeros((people, longest)), np.zeros((people, longest))
    rewards[seat, place], there[seat, place] = reward, 1.0
    length = there.sum(1)
    waving = _waves(place, length[seat], waves)
    basis = np.zeros((people, longest, waves + 1))
    basis[seat, place] = waving
    design = (basis[..., None] * taken[:, :, None, :]).reshape(people, longest, -1)
    block = place // BLOCK
    group = np.arange(people) % GROUPS
    estimates = np.empty(candidates.shape[:2])
    for g in range(min(GROUPS, people)):
        here, others = group == g, group != g
        prior = population(design[others], rewards[others], there[others], fixed=d)
        for k in range(int(block.max()) + 1):
            past = there[here, : k * BLOCK]
            weights, spread = posterior(design[here, : k * BLOCK], rewards[here, : k * BLOCK], past, prior)
            rows = (block == k) & here[seat]
            who = (np.cumsum(here) - 1)[seat[rows]]
            estimates[rows] = _expected(candidates[rows], waving[rows], weights[who], spread[who])
    return estimates


def population(design: Array, reward: Array, there: Array, *, fixed: int) -> Population:
    """The prior over persons by EM; design (people, T, d), reward and there (0 or 1) (people, T).

    The mean is free in the first `fixed` dimensions and 0 in the others: persons drift, the population does not.
    """
    people, _, d = design.shape
    found = Population(np.zeros(d), np.diag(np.where(np.arange(d) < fixed, 0.3, DRIFT)))
    for i in range(ROUNDS if people else 0):
        weights, spread = posterior(design, reward, there, found, steps=3 if i else 8)
        mean = np.where(np.arange(d) < fixed, weights.mean(0), 0.0)
        away = weights - mean
        covariance = np.diag(np.full(d, DRIFT))
        seen = (spread.sum(0) + away.T @ away + 2 * LOOSE * np.eye(d)) / (people + 2)
        covariance[:fixed, :fixed] = seen[:fixed, :fixed]
        found = Population(mean, covariance)
    return found


def posterior(design: Array, reward: Array, there: Array, prior: Population, *, steps: int = 8) -> tuple[Array, Array]:
    """Each person's expected weights (people, d) and Laplace's covariance (people, d, d), by Newton's method.

    The mode of a few yes and no lies nearer to the prior than the mean; it is moved by the skewness (the first term of
    Tierney and Kadane 1986), without which a prior from many persons comes out too narrow.
    """
    precision = np.linalg.inv(prior.covariance)
    weights = np.tile(prior.mean, (len(design), 1))
    for _ in range(steps):
        p = _sigmoid(np.einsum("ptd,pd->pt", design, weights))
        curvature = (there * p * (1 - p))[..., None]
        hessian = np.matmul((design * curvature).transpose(0, 2, 1), design) + precision
        slope = np.einsum("ptd,pt->pd", design, there * (reward - p)) - (weights - prior.mean) @ precision
        move = np.linalg.solve(hessian, slope[..., None])[..., 0]
        weights = weights + move
        if np.abs(move).max() < 1e-5:
            break
    spread = np.linalg.inv(hessian)
    p = _sigmoid(np.einsum("ptd,pd->pt", design, weights))
    skewed = there * p * (1 - p) * (2 * p - 1) * np.einsum("ptd,ptd->pt", design @ spread, design)
    return weights + np.einsum("pde,pe->pd", spread, np.einsum("ptd,pt->pd", design, skewed)) / 2, spread


def _expected(x: NDArray[np.floating], wave: Array, weights: Array, spread: Array) -> Array:
    """Chances of candidates (m, K, d) at wave heights (m, w), under weights (m, w d) and their covariance."""
    m, _, d = x.shape
    there = x.astype(np.float64)
    now = np.einsum("mw,mwd->md", wave, weights.reshape(m, -1, d))
    blocks = spread.reshape(m, wave.shape[1], d, wave.shape[1], d)
    unsure = np.einsum("mv,mvdwe,mw->mde", wave, blocks, wave, optimize=True)
    mean = np.einsum("mkd,md->mk", there, now)
    variance = np.einsum("mkd,mkd->mk", there @ unsure, there)
    return _sigmoid(mean / np.sqrt(1 + math.pi / 8 * variance))


def _seats(person: People) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Each row's person as 0, 1, … and its place among that person's rows."""
    _, seat = np.unique(person, return_inverse=True)
    order = np.argsort(seat, kind="stable")
    starts = np.r_[0, np.cumsum(np.bincount(seat))][seat[order]]
    place = np.empty_like(seat)
    place[order] = np.arange(len(seat)) - starts
    return seat, place


def _waves(place: NDArray[np.intp], length: Array, waves: int) -> Array:
    """The constant and the slowest cosines over a person's rows, shape (n, waves + 1)."""
    through = (place + 0.5) / length
    return np.column_stack(
        [np.ones(len(place)), *(math.sqrt(2) * np.cos(math.pi * k * through) for k in range(1, waves + 1))]
    )


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-np.clip(z, -40, 40)))
