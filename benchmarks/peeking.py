"""False launches when somebody looks after every pair, and how soon a real lift is told: intervals beside sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Figure
from oo.engine.launch import Arm, Word, trial
from oo.engine.ope.sequences import inflation

Array = NDArray[np.float64]
RUNS, PAIRS, FIRST, CHUNK = 2000, 4000, 100, 250
BEFORE, AFTER = 0.45, 0.50
SEED = 3


def peeking() -> Iterator[Figure]:
    """What is asked of peeking; beside it the plain interval, and experiments whose persons differ."""
    naive, two, one = (_share(_raised(BEFORE, wide)) for wide in (_fixed, _both, _upper))
    yield Figure("false launch, looked at after every pair", one[0], "", "≤ .05", 0.05, _beside(naive, two, one))
    told = _raised(AFTER, _upper)
    found = float(np.median(told))
    power = _share(told)[0]
    both = _raised(AFTER, _both)
    yield Figure(
        "pairs until .45 → .50 is told, median", found, "pairs", "≤ 1400", 1400.0,
        f"{power:.1%} by {PAIRS} pairs; two-sided {np.median(both):.0f} and {_share(both)[0]:.1%}",
    )  # fmt: skip
    wrong, error = _persons()
    yield Figure(
        "false launch of an A/B whose persons differ, 60 looks", wrong, "", "≤ .05", 0.05,
        f"± {error:.3f}; 100 and 100 persons, sd .15 between them, both arms the same policy",
    )  # fmt: skip


def _raised(lifted: float, wide: Callable[[Array], Array]) -> Array:
    """The pair at which each run first says that the second arm is better (PAIRS + 1 for never), shape (RUNS,)."""
    chance, pairs = np.random.default_rng(SEED), np.arange(1, PAIRS + 1, dtype=np.float64)
    first = []
    for _ in range(RUNS // CHUNK):
        x = (chance.random((CHUNK, PAIRS)) < lifted) * 1.0 - (chance.random((CHUNK, PAIRS)) < BEFORE) * 1.0
        mean = x.cumsum(1) / pairs
        error = np.sqrt(np.maximum((x**2).cumsum(1) / pairs - mean**2, 1e-6) / pairs)
        away = mean if wide is _upper else np.abs(mean)
        said = (away > wide(pairs) * error) & (pairs >= FIRST)
        first.append(np.where(said.any(1), said.argmax(1) + 1, PAIRS + 1))
    return np.concatenate(first).astype(np.float64)


def _fixed(pairs: Array) -> Array:
    return np.full_like(pairs, 1.96)


def _both(pairs: Array) -> Array:
    return inflation(pairs)


def _upper(pairs: Array) -> Array:
    return inflation(pairs, sides=1)


def _share(first: Array) -> tuple[float, float]:
    share = float((first <= PAIRS).mean())
    return share, float(np.sqrt(share * (1 - share) / len(first)))


def _beside(naive: tuple[float, float], two: tuple[float, float], one: tuple[float, float]) -> str:
    return (
        f"± {one[1]:.3f}; plain 95 % interval {naive[0]:.1%} ± {naive[1]:.1%}, two-sided sequence {two[0]:.1%} "
        f"± {two[1]:.1%}; {RUNS} runs of {PAIRS} pairs, seed {SEED}"
    )


def _persons(runs: int = 400, looks: int = 60, people: int = 100, sd: float = 0.15) -> tuple[float, float]:
    """How often `trial` passes at one of its looks when both arms are alike and persons are not."""
    chance, wrong = np.random.default_rng(SEED + 1), 0
    for _ in range(runs):
        taste = np.clip(chance.normal(BEFORE, sd, 2 * people), 0.02, 0.98)
        who = np.arange(2 * people)
        person = np.repeat(who[None], looks, 0)
        reward = (chance.random(person.shape) < taste[person]).astype(np.float64)
        for look in range(1, looks + 1):
            some, rows = person[:look], reward[:look]
            ours, theirs = some < people, some >= people
            if trial(Arm(rows[ours], some[ours]), Arm(rows[theirs], some[theirs])).word is Word.PASSED:
                wrong += 1
                break
    share = wrong / runs
    return share, float(np.sqrt(max(share * (1 - share), 1 / runs) / runs))


BENCHES = (peeking,)
