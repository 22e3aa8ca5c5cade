"""Logs of a policy that learns about simulated people, with exact propensities, for off-policy evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.sim1.people import CANDIDATES, FEATURES, People, people
from oo.engine.ope.hindsight import Population, population

Array = NDArray[np.float64]
SHORT_LIST, DRAWS, KEPT, HEAT = 5, 256, 0.998, 0.25
DONORS, DONATED, DONOR_SEED = 60, 200, 7


@dataclass(frozen=True, slots=True)
class Floor:
    """How a logger explores: shares of probability spread over everything and over the short list."""

    everything: float
    short: float = 0.0


@dataclass(frozen=True, slots=True)
class Logged:
    """What `persons` people were shown over `rounds`: candidates (n, T, K, d), others (n, T, K) or (n, T)."""

    candidates: Array
    chances: Array
    propensities: Array
    beliefs: Array
    """What the policy expected of every candidate when it decided."""
    short: NDArray[np.bool_]
    chosen: NDArray[np.intp]
    reward: Array


def simulated(seed: int, persons: int, rounds: int, *, bent: bool = False) -> tuple[Array, Array, Array]:
    """Candidates, chances and rewards of oO-sim-1's people; bent ones like in ways that no linear model has."""
    found: People = people([(seed, number) for number in range(persons)], rounds)
    x, p, r = (np.asarray(array, np.float64) for array in (found.candidates, found.chances, found.rewards))
    if bent:
        odds = (
            np.log(p / (1 - p))
            + 0.5 * x[..., 8] * x[..., 9]
            - 0.6 * (x[..., 1] - 0.4) ** 2
            + 0.3 * np.sin(3 * x[..., 3])
        )
        p = _sigmoid(odds)
        r = (np.random.default_rng([seed, 99]).random(p.shape) < p).astype(np.float64)
    return x, p, r


def logged(seed: int, persons: int, rounds: int, floor: Floor, *, bent: bool = False) -> Logged:
    """A log by Bayesian logistic Thompson sampling per person under a pooled prior, mixed with the floor."""
    x, chances, rewards = simulated(seed, persons, rounds, bent=bent)
    prior = donors()
    chance = np.random.default_rng([seed, persons, round(1000 * floor.everything), round(1000 * floor.short)])
    every = np.arange(persons)
    mean, covariance = np.tile(prior.mean, (persons, 1)), np.tile(prior.covariance, (persons, 1, 1))
    kept = []
    for t in range(rounds):
        here = x[:, t]
        odds = np.einsum("nkd,nd->nk", here, mean)
        variance = np.einsum("nkd,nkd->nk", here @ covariance, here)
        short = np.argsort(np.argsort(-odds, axis=1), axis=1) < SHORT_LIST
        p = _thompson(here, mean, covariance, chance)
        p = (1 - floor.everything - floor.short) * p + floor.everything / CANDIDATES + floor.short / SHORT_LIST * short
        chosen = (p.cumsum(1) > chance.random((persons, 1)) * p.sum(1, keepdims=True)).argmax(1)
        reward = rewards[every, t, chosen]
        kept.append((p, _sigmoid(odds / np.sqrt(1 + np.pi / 8 * variance)), short, chosen, reward))
        mean, covariance = _learnt(mean, covariance, prior, here[every, chosen], reward)
    p, beliefs, short, chosen, reward = (np.stack(column, 1) for column in zip(*kept, strict=True))
    return Logged(x, chances, p, beliefs, short, chosen, reward)


@cache
def donors() -> Population:
    """The pooled prior: other people's first rounds under uniform choice."""
    x, _, rewards = simulated(DONOR_SEED, DONORS, DONATED)
    chosen = np.random.default_rng(DONOR_SEED).integers(0, CANDIDATES, rewards.shape[:2])
    taken = np.take_along_axis(x, chosen[..., None, None], 2)[:, :, 0]
    reward = np.take_along_axis(rewards, chosen[..., None], 2)[..., 0]
    return population(taken, reward, np.ones_like(reward), fixed=FEATURES)


def _thompson(x: Array, mean: Array, covariance: Array, chance: np.random.Generator) -> Array:
    """The share of DRAWS posterior draws in which each candidate is best; exact for the policy that draws them."""
    root = np.linalg.cholesky(covariance + 1e-9 * np.eye(FEATURES))
    weights = mean[:, :, None] + HEAT * root @ chance.standard_normal((len(x), FEATURES, DRAWS))
    scores = np.matmul(x, weights)
    best, top = np.zeros((len(x), DRAWS), np.intp), scores[:, 0].copy()
    for k in range(1, CANDIDATES):
        better = scores[:, k] > top
        best[better] = k
        np.maximum(top, scores[:, k], out=top)
    counts = np.bincount((best + CANDIDATES * np.arange(len(x))[:, None]).ravel(), minlength=CANDIDATES * len(x))
    return counts.reshape(len(x), CANDIDATES) / DRAWS


def _learnt(mean: Array, covariance: Array, prior: Population, x: Array, reward: Array) -> tuple[Array, Array]:
    """One step of forgetting toward the prior, one of assumed-density filtering."""
    mean = prior.mean + KEPT * (mean - prior.mean)
    covariance = KEPT**2 * covariance + (1 - KEPT**2) * prior.covariance
    along = np.einsum("nij,nj->ni", covariance, x)
    variance = np.einsum("ni,ni->n", x, along)
    p = _sigmoid(np.einsum("ni,ni->n", x, mean) / np.sqrt(1 + np.pi / 8 * variance))
    curve = p * (1 - p)
    shrink = 1 + curve * variance
    mean = mean + ((reward - p) / shrink)[:, None] * along
    return mean, covariance - (curve / shrink)[:, None, None] * along[:, :, None] * along[:, None, :]


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))
