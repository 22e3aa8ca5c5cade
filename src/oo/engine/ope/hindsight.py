"""A model of rewards in hindsight: each person's moving preferences, learnt from the whole log without the row.

What a policy believed when it decided is a poor model of a reward it seldom tried. Afterwards the log knows more: this
fits one logistic regression per person whose weights drift in slow waves, under a prior estimated over persons
(empirical Bayes), and predicts every candidate of a block of decisions from the person's other blocks, under a prior
from other persons alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oo.engine.ope.clusters import Array, People

FOLDS, BLOCK, WAVES, ROUNDS, GROUPS = 5, 10, 2, 30, 3
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
    fold = (place // BLOCK) % FOLDS
    group = np.arange(people) % GROUPS
    estimates = np.empty(candidates.shape[:2])
    for g in range(min(GROUPS, people)):
        here, others = group == g, group != g
        prior = population(design[others], rewards[others], there[others], fixed=d)
        for k in range(FOLDS):
            left_out = np.zeros_like(there)
            left_out[seat[fold == k], place[fold == k]] = 1.0
            seen = (there * (1 - left_out))[here]
            weights, spread = posterior(design[here], rewards[here], seen, prior)
            rows = (fold == k) & here[seat]
            who = (np.cumsum(here) - 1)[seat[rows]]
            estimates[rows] = _expected(candidates[rows], waving[rows], weights[who], spread[who])
    return estimates


def population(design: Array, reward: Array, there: Array, *, fixed: int) -> Population:
    """The prior over persons by EM; design (people, T, d), reward and there (0 or 1) (people, T).

    The mean is free in the first `fixed` dimensions and 0 in the others: persons drift, the population does not.
    """
    people, _, d = design.shape
    found = Population(np.zeros(d), 0.3 * np.eye(d))
    for i in range(ROUNDS if people else 0):
        weights, spread = posterior(design, reward, there, found, steps=3 if i else 8)
        mean = np.where(np.arange(d) < fixed, weights.mean(0), 0.0)
        away = weights - mean
        covariance = (spread.sum(0) + away.T @ away + 2 * LOOSE * np.eye(d)) / (people + 2)
        found = Population(mean, covariance)
    return found


def posterior(design: Array, reward: Array, there: Array, prior: Population, *, steps: int = 8) -> tuple[Array, Array]:
    """Each person's most likely weights (people, d) and Laplace's covariance (people, d, d), by Newton's method."""
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
    return weights, np.linalg.inv(hessian)


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
