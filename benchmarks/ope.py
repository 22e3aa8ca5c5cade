"""How far off-policy estimates are from the known truth: 20,000 decisions of a learner, a deterministic target.

Waves and the doubt of `shrunk` were chosen on seeds 5000 to 5011; reported are seeds 1000 to 1014.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.logs import Floor, Logged, logged
from benchmarks.report import Figure
from oo.engine.ope.audit import audit
from oo.engine.ope.estimators import Estimate, dm, dr, ips, shrunk, sndr, snips
from oo.engine.ope.hindsight import hindsight
from oo.engine.ope.log import reduce

Array = NDArray[np.float64]
PERSONS, ROUNDS = 100, 200
SEEDS = range(1000, 1015)
BENT = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A logger and the candidates that the target, overdue first, chooses among."""

    name: str
    floor: Floor
    inside: bool
    bent: bool = False
    asked: float | None = None


CASES = (
    Case("all 20, floor .05 on all", Floor(0.05), inside=False, asked=0.08),
    Case("top 5, floor .02 on them and .002 on all", Floor(0.002, 0.02), inside=True, asked=0.04),
    Case("all 20, floor .05, bent world", Floor(0.05), inside=False, bent=True),
    Case("top 5, floor .02, bent world", Floor(0.002, 0.02), inside=True, bent=True),
)


def ope(seeds: range = SEEDS) -> tuple[list[Figure], str]:
    """Relative errors (root mean square over logs) of every estimator, and the two that are asked for."""
    lines = [
        f"## Off-policy error: {PERSONS * ROUNDS} decisions of {PERSONS} persons, target overdue first",
        "",
        "Root mean square error relative to the true value, ± its standard error over logs; in brackets the mean error",
        f"and how often the 95 % interval held. Seeds from {seeds.start}, {len(seeds)} logs ({BENT} in a bent world);",
        "tuned on 5000 to 5011. *preq*: the model is what the policy believed when it decided; *hind*:",
        "`engine.ope.hindsight`. A bent world has products, squares and sines that no model here knows.",
        "",
    ]
    names: list[str] = []
    figures = []
    for case in CASES:
        found: dict[str, list[tuple[float, bool]]] = {}
        effective: list[float] = []
        for seed in seeds[:BENT] if case.bent else seeds:
            for name, error in _errors(case, seed, effective).items():
                found.setdefault(name, []).append(error)
        if not names:
            names = list(found)
            lines += ["| target and logger | ESS | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
        cells = [_cell(found[name]) for name in names]
        lines.append(f"| {case.name} | {np.mean(effective):.0f} | " + " | ".join(cells) + " |")
        print(f"  {lines[-1]}", flush=True)
        if case.asked is not None:
            far, noise = _rms(found["shrunk hind"])
            gate, gate_noise = _rms(found["SNDR hind"])
            figures.append(
                Figure(
                    f"off-policy error, {case.name}", far, "", f"≤ {case.asked:.2f}", case.asked,
                    f"± {noise:.3f}, shrunk; SNDR {gate:.3f} ± {gate_noise:.3f}; {len(seeds)} logs",
                )
            )  # fmt: skip
    return figures, "\n".join([*lines, ""])


def _errors(case: Case, seed: int, effective: list[float]) -> Mapping[str, tuple[float, bool]]:
    log = logged(seed, PERSONS, ROUNDS, case.floor, bent=case.bent)
    target = _overdue_first(log, inside=case.inside)
    truth = float(np.take_along_axis(log.chances, target[..., None], 2).mean())
    n = PERSONS * ROUNDS
    chosen, person = log.chosen.reshape(n), np.repeat(np.arange(PERSONS), ROUNDS)
    propensity = np.take_along_axis(log.propensities, log.chosen[..., None], 2).reshape(n)
    policy = (np.arange(log.chances.shape[2]) == target[..., None]).reshape(n, -1).astype(np.float64)
    reward = log.reward.reshape(n)
    late = hindsight(log.candidates.reshape(n, *log.candidates.shape[2:]), chosen, reward, person)
    early = reduce(reward, propensity, chosen, policy, person, log.beliefs.reshape(n, -1))
    hind = reduce(reward, propensity, chosen, policy, person, late)
    effective.append(audit(hind).effective)
    estimates: dict[str, Estimate] = {
        "IPS": ips(hind), "SNIPS": snips(hind), "DM preq": dm(early), "DR preq": dr(early), "SNDR preq": sndr(early),
        "shrunk preq": shrunk(early),
        "DM hind": dm(hind), "DR hind": dr(hind), "SNDR hind": sndr(hind), "shrunk hind": shrunk(hind),
    }  # fmt: skip
    return {
        name: ((one.value - truth) / truth, abs(one.value - truth) < 1.96 * one.error)
        for name, one in estimates.items()
    }


def _overdue_first(log: Logged, *, inside: bool) -> NDArray[np.intp]:
    x = log.candidates
    score = x[..., 1] + 0.01 * x[..., 2] + 1e-6 * x[..., 3]
    best: NDArray[np.intp] = np.where(log.short | (not inside), score, -np.inf).argmax(2)
    return best


def _rms(found: list[tuple[float, bool]]) -> tuple[float, float]:
    squares = np.square([error for error, _ in found])
    far = float(np.sqrt(squares.mean()))
    return far, float(squares.std(ddof=1) / np.sqrt(len(squares)) / (2 * far)) if len(squares) > 1 else float("inf")


def _cell(found: list[tuple[float, bool]]) -> str:
    far, noise = _rms(found)
    bias, held = np.mean([error for error, _ in found]), np.mean([ok for _, ok in found])
    return f"{far:.1%} ± {noise:.1%} ({bias:+.1%}, {held:.0%})"


if __name__ == "__main__":
    figures, text = ope()
    print(text, *(figure.said() for figure in figures), sep="\n")
