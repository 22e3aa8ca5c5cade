"""Fits the prior that oO ships: `python -m benchmarks.prior` writes it and its card beside the policy.

What a task's features weigh comes from the open histories: a pooled conditional logit in which every history counts
the same (short ones less, hindsight-ridden ones .3). The spread of people about it, and the speeds of forgetting, are
those that foretell histories best from the others' prior: prequential log-likelihood, one history left out at a time.
What a kind of tip starts from comes from oO-sim-1. `--without NAME` leaves a history out of everything.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.sim1 import donors
from oo.contracts.decisions import Decision
from oo.contracts.policies import Lesson, State
from oo.engine import features
from oo.engine.history import History, offset_of, read_event
from oo.engine.learning import choice, logistic
from oo.engine.learning.lessons import Kind, Learning
from oo.engine.policies.house import House

Array = NDArray[np.float64]
VERSION = 1
FOLDER = Path(__file__).parents[1] / "src" / "oo" / "plugins" / "policies" / "hierarchical_logit"
ABOUT_TIPS = 4
"""The bias and the kinds come first among `features.LIFE`; a choice among tasks says nothing of them."""
_TASK = (len(features.LIFE) - ABOUT_TIPS) // 2
DAY, MOMENT = slice(ABOUT_TIPS, ABOUT_TIPS + _TASK), slice(ABOUT_TIPS + _TASK, None)
RIDGE_DAY, RIDGE_MOMENT = 0.05, 0.1
GRADES = {"A": 1.0, "B": 1.0, "C": 0.3}
ENOUGH = 60.0
"""Weight of lessons from which on a history counts in full."""
MANY = 40
"""Lessons of a kind from which on it counts in full."""
RARE = 0.15
"""The least that a typical difference counts as: what hardly anybody has is not therefore all-important."""
SPREADS_DAY, SPREADS_MOMENT = (0.1, 0.15, 0.2, 0.3), (0.2, 0.4, 0.6)
SPEEDS = ((1.0,), (0.999,), (0.9997, 0.999, 0.997), (0.9997, 0.997, 0.98))
MEMORY = 0.99


@dataclass(frozen=True, slots=True)
class Taken:
    """A lesson as numbers."""

    x: Array
    done: list[int]
    weight: float
    kind: Kind
    day: datetime


@dataclass(frozen=True, slots=True)
class Taught:
    """A history as lessons."""

    name: str
    grade: str
    lessons: tuple[Taken, ...]

    @property
    def counts(self) -> float:
        """How much it says of other people."""
        return GRADES[self.grade] * min(1.0, sum(one.weight for one in self.lessons) / ENOUGH)


class Listener(House):
    """Learns nothing itself; it is there so that the lessons are noted."""

    def learn(self, state: State, lesson: Lesson) -> State:
        """The state as it was."""
        return state

    def update(self, state: State, decision: Decision, reward: float, weight: float) -> State:
        """The state as it was."""
        return state


def taught(path: Path) -> Taught:
    """What a history teaches."""
    head, *rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    past = History(offset_of(head["utc_offset_s"]), day_only=head["day_only"])
    learning = Learning(Listener(), State())
    for event in sorted(map(read_event, rows), key=lambda event: event["at"]):
        learning.see(past, event)
        past.apply(event)
    lessons = tuple(
        Taken(features.life(one.context, one.candidates), list(one.done), one.weight, one.kind, one.context.day_start)
        for one in learning.lessons
    )
    return Taught(head["history"], head["grade"], lessons)


def fit(histories: Sequence[Taught], tips: bool = True) -> dict[str, Any]:
    """The prior that these histories give, with what was chosen on the way.

    Without `tips` what a kind starts from is left at 0 ± 1, which no choice among tasks depends on.
    """
    spreads, speeds, ratings = chosen(histories)
    mean, sd = pooled(histories), spread_of(histories, *spreads)
    if tips:
        mean[:ABOUT_TIPS], sd[:ABOUT_TIPS] = of_kinds()
    return {"mean": mean, "sd": sd, "rates": speeds, "spreads": spreads, "ratings": ratings}


def pooled(histories: Sequence[Taught]) -> Array:
    """The weights that all share: a ridge-penalised conditional logit, by Newton's method."""
    lessons: list[tuple[Taken, float]] = []
    for one in histories:
        for moments in (True, False):
            mine = [lesson for lesson in one.lessons if (lesson.kind == "moment") is moments]
            total = sum(lesson.weight for lesson in mine)
            share = GRADES[one.grade] * min(1.0, total / ENOUGH) / max(total, 1e-9)
            lessons += [(lesson, lesson.weight * share) for lesson in mine]
    penalty = np.ones(len(features.LIFE))
    penalty[DAY], penalty[MOMENT] = RIDGE_DAY, RIDGE_MOMENT
    weights = np.zeros(len(penalty))
    for _ in range(15):
        slope, curve = -penalty * weights, np.diag(penalty)
        for lesson, weight in lessons:
            p = shares(lesson.x @ weights)
            middle = p @ lesson.x
            slope = slope + weight * (lesson.x[lesson.done].mean(axis=0) - middle)
            apart = lesson.x - middle
            curve = curve + weight * (apart * p[:, None]).T @ apart
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def spread_of(histories: Sequence[Taught], day: float, moment: float) -> Array:
    """How far people are from what all share: so much log-odds for a typical difference in a feature."""
    apart = np.concatenate([lesson.x - lesson.x.mean(axis=0) for one in histories for lesson in one.lessons[::5]])
    typical = np.maximum(apart.std(axis=0), RARE)[DAY]
    return np.concatenate([np.ones(ABOUT_TIPS), day / typical, moment / typical])


def foretold(one: Taught, mean: Array, sd: Array, speeds: Sequence[float]) -> float:
    """Log-likelihood of a history's lessons, each foretold by what was known when it began; kinds count the same.

    A day and its old tasks are foretold by what was known at the day's start: what it taught in between is no forecast.
    """
    rates, prior = np.array(speeds), np.diag(sd**2)
    now = (np.tile(mean, (len(rates), 1)), np.tile(prior, (len(rates), 1, 1)), np.zeros(len(rates)))
    said: dict[Kind, list[float]] = {"moment": [], "day": [], "old": []}
    dawn, day = now, None
    for lesson in one.lessons:
        if lesson.day != day:
            dawn, day = now, lesson.day
        means, _, merits = now if lesson.kind == "moment" else dawn
        p = shares(lesson.x @ (shares(merits) @ means))
        said[lesson.kind].append(float(np.log(p[lesson.done]).mean()))
        means, covs = logistic.forget(now[0], now[1], mean, prior, rates)
        means, covs, likely = choice.learn(means, covs, lesson.x, lesson.done, lesson.weight)
        now = (means, covs, MEMORY * now[2] + likely)
    return sum(float(np.mean(each)) * min(1.0, len(each) / MANY) for each in said.values() if each)


def chosen(histories: Sequence[Taught]) -> tuple[tuple[float, float], tuple[float, ...], dict[str, float]]:
    """The spreads and speeds that foretell each history best from the prior of the others, and how well each does."""
    known = []
    for one in histories:
        others = [other for other in histories if other is not one]
        known.append((one, others, pooled(others)))
    ratings: dict[tuple[float, float, tuple[float, ...]], float] = {}

    def rated(day: float, moment: float, speeds: tuple[float, ...]) -> None:
        ratings[day, moment, speeds] = sum(
            GRADES[one.grade] * foretold(one, mean, spread_of(others, day, moment), speeds)
            for one, others, mean in known
        )

    for day, moment in itertools.product(SPREADS_DAY, SPREADS_MOMENT):
        rated(day, moment, SPEEDS[0])
    day, moment, _ = max(ratings, key=lambda key: ratings[key])
    for speeds in SPEEDS[1:]:
        rated(day, moment, speeds)
    best = max(ratings, key=lambda key: ratings[key])
    return best[:2], best[2], {f"{a}/{b} {c}": round(value, 4) for (a, b, c), value in ratings.items()}


def shares(odds: Array) -> Array:
    """Softmax."""
    p = np.exp(odds - odds.max())
    found: Array = p / p.sum()
    return found


def of_kinds() -> tuple[Array, Array]:
    """What a tip and its kind start from, before the person is known: mean and spread."""
    mean, cov = donors.prior()
    like = [0, 6, 6, 7]  # the bias, advice, insight as advice, reminder among the simulation's features
    return mean[like], np.sqrt(np.diag(cov))[like]


def main(arguments: Sequence[str]) -> int:
    """Fit and write; 2 when the histories are not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", help="leave this history out")
    parser.add_argument("--to", type=Path, default=FOLDER, help="the folder of prior.json and its card")
    asked = parser.parse_args(arguments)
    shared = Path(os.environ.get("OO_SHARED") or Path(__file__).parents[2] / "shared")
    paths = sorted((shared / "replay" / "histories").glob("*.jsonl"))
    if not paths:
        sys.stderr.write("The open histories are not here: set OO_SHARED, or put the data beside the checkout.\n")
        return 2
    histories = [taught(path) for path in paths if path.stem != asked.without]
    found = fit(histories, tips=asked.without is None)
    write(asked.to, found, histories)
    return 0


def write(folder: Path, found: Mapping[str, Any], histories: Sequence[Taught]) -> None:
    """Keep the prior, and beside it the card that says what it is."""
    row = {
        "version": VERSION,
        "features": list(features.LIFE),
        "mean": [round(float(value), 4) for value in found["mean"]],
        "sd": [round(float(value), 4) for value in found["sd"]],
        "rates": list(found["rates"]),
        "fitted_on": [one.name for one in histories],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prior.json").write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")
    if folder == FOLDER:
        (folder / "README.md").write_text(card(found, histories), encoding="utf-8")


def card(found: Mapping[str, Any], histories: Sequence[Taught]) -> str:
    """What the prior was fitted on, what was chosen on the way, and what it can't know."""
    weights = zip(features.LIFE, found["mean"], found["sd"], strict=True)
    kinds = Counter(lesson.kind for one in histories for lesson in one.lessons)
    day, moment = found["spreads"]
    return "\n".join(
        [
            "# The prior of `hierarchical_logit`",
            "",
            "Made by `python -m benchmarks.prior`; the same data give the same file. Do not edit.",
            "",
            f"- **Version** {VERSION}, fitted on {datetime.now(UTC).date().isoformat()}.",
            f"- **Tasks' features**: {len(histories)} open histories ({', '.join(one.name for one in histories)}),",
            f"  as {kinds['moment']} moments, {kinds['day']} days and {kinds['old']} days of old tasks. Each history",
            "  counts the same; one with few lessons less, one ridden with hindsight (grade C) .3.",
            f"- **The bias and the kinds of tips**: oO-sim-1, {len(donors.DONORS)} simulated people of seeds 101",
            f"  to 104, {donors.ROUNDS} rounds each, who are in no table of the bench. Insight starts as advice does.",
            "- **Tuned on the open histories**, by how well each is foretold from the others' prior: the spread of",
            f"  people ({day} by day, {moment} at the moment, in log-odds for a typical difference), the speeds of",
            f"  forgetting ({', '.join(str(rate) for rate in found['rates'])}), and which features there are.",
            f"- **Set by hand**: ridge {RIDGE_DAY} and {RIDGE_MOMENT}, weights of lessons, memory of merits {MEMORY}.",
            "- **Tuned on oO-sim-1** (seeds 11 and 12): spread and bonus of the draws.",
            "- **Limits**: few people, all of whom keep their task lists in public. What they did next is not what was",
            "  best. Few set priorities, so the prior gives them little; a person's own completions soon say more.",
            "  How it fares on a history that it never saw: `python -m benchmarks learner`.",
            "",
            "| feature | mean | sd |",
            "|---|---|---|",
            *(f"| {name} | {mean:+.2f} | {sd:.2f} |" for name, mean, sd in weights),
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
