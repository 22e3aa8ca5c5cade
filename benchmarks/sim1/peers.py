"""Peers on oO-sim-1, one model for each person: run by the peers' own Python (`make bench-peers`), without oO.

Every library ranks the candidates by features, with one arm "show it": the only way that all of them can. A setting
comes from a small grid on three people of seed 99, 400 rounds. Prints one JSON line a peer.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from benchmarks.sim1.people import CANDIDATES, ROUNDS, person

TUNING, TUNING_ROUNDS = ((99, 900), (99, 901), (99, 902)), 400


class Peer(Protocol):
    """Chooses a row, and learns from what came of it."""

    def choose(self, x: Any) -> int:
        """The row that is shown."""

    def learn(self, x: Any, chosen: int, reward: float) -> None:
        """What came of it."""


class VowpalWabbit:
    """`--cb_explore_adf`, drawn from its own probabilities."""

    def __init__(self, settings: str, chance: np.random.Generator) -> None:
        import vowpalwabbit

        self._model = vowpalwabbit.Workspace(f"--cb_explore_adf --quiet --noconstant {settings}")
        self._chance = chance
        self._text: list[str] = []
        self._p = 0.0

    def choose(self, x: Any) -> int:
        """A draw from its probabilities."""
        self._text = ["|a " + " ".join(f"f{j}:{value:.4g}" for j, value in enumerate(row)) for row in x]
        p = np.asarray(self._model.predict(self._text))
        p = p / p.sum()
        chosen = int(self._chance.choice(CANDIDATES, p=p))
        self._p = p[chosen]
        return chosen

    def learn(self, x: Any, chosen: int, reward: float) -> None:
        """Cost and probability on the line that was chosen."""
        self._text[chosen] = f"0:{-reward}:{self._p:.6f} " + self._text[chosen]
        self._model.learn(self._text)


class MABWiser:
    """A learning policy with one arm."""

    def __init__(self, learning: Any, chance: np.random.Generator) -> None:
        from mabwiser.mab import MAB

        self._model, self._begun = MAB([1], learning, seed=int(chance.integers(1e9))), False

    def choose(self, x: Any) -> int:
        """The row with the highest expectation."""
        return int(np.argmax([one[1] for one in self._model.predict_expectations(x)])) if self._begun else 0

    def learn(self, x: Any, chosen: int, reward: float) -> None:
        """One more row."""
        learn = self._model.partial_fit if self._begun else self._model.fit
        learn([1], [reward], x[chosen : chosen + 1])
        self._begun = True


Make = Callable[[np.random.Generator], Peer]


def peers() -> Mapping[str, Mapping[str, Make]]:
    """Every peer with its grid."""
    from mabwiser.mab import LearningPolicy

    def vw(words: str) -> Mapping[str, Make]:
        return {f"-l {rate}": lambda c, r=rate: VowpalWabbit(f"{words} -l {r}", c) for rate in ("0.5", "2")}

    def mab(kind: Any, grid: Sequence[float]) -> Mapping[str, Make]:
        return {f"alpha {a}": lambda c, a=a: MABWiser(kind(alpha=a, l2_lambda=1.0), c) for a in grid}

    return {
        "mabwiser LinUCB": mab(LearningPolicy.LinUCB, (0.25, 0.5, 1.0)),
        "mabwiser LinTS": mab(LearningPolicy.LinTS, (0.1, 0.3)),
        "VW squarecb, gamma_scale 100": vw("--squarecb --gamma_scale 100"),
        "VW bag 5": vw("--bag 5"),
        "VW ε-greedy .1": vw("--epsilon 0.1"),
    }


def play(make: Make, who: Sequence[tuple[int, int]], rounds: int = ROUNDS) -> dict[str, Any]:
    """Expected regret a round, of the peer and of choosing at random (n, T), and µs for a decision and an update."""
    regret, random, spent = [], [], []
    for seed, number in who:
        x, chances, rewards = person(seed, number, rounds)
        peer, rows = make(np.random.default_rng([seed, number, 7])), x.astype(float)
        lost = np.empty(rounds)
        started = perf_counter()
        for t in range(rounds):
            chosen = peer.choose(rows[t])
            peer.learn(rows[t], chosen, float(rewards[t, chosen]))
            lost[t] = chances[t].max() - chances[t, chosen]
        spent.append((perf_counter() - started) / rounds * 1e6)
        regret.append(lost)
        random.append(chances.max(axis=1) - chances.mean(axis=1))
    return {"regret": np.array(regret), "random": np.array(random), "us": float(np.median(spent))}


def main(who: Sequence[tuple[int, int]]) -> None:
    """Tune each, play each, say each."""
    for name, grid in peers().items():
        tried = {}
        for setting, make in grid.items():
            found = play(make, TUNING, TUNING_ROUNDS)
            tried[setting] = float(found["regret"].sum() / found["random"].sum())
        best = min(tried, key=lambda setting: tried[setting])
        found = play(grid[best], who)
        said = {
            "name": f"{name}, {best}",
            "us": found["us"],
            "regret": found["regret"].round(6).tolist(),
            "random": found["random"].astype(float).round(6).tolist(),
        }
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
