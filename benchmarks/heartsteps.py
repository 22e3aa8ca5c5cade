"""HeartSteps V1: what one interruption does, and the timing bandit tried on it as docs/adr/0014 fixed beforehand."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Figure
from oo.engine.ope.clusters import mean
from oo.engine.ope.excursion import Coefficient, wcls
from oo.engine.ope.student import critical
from oo.engine.timing import Bandit, Moment, chance, fair_price
from oo.engine.timing.price import lowest

Array = NDArray[np.float64]
SENT = 0.6
BUDGETS = (0.1, 0.2, 0.3, 0.5)
REACHED_AT = 0.3
SEEDS = range(20)
FOLDS = 5
RIDGE = 30.0
BANDIT = Bandit(
    base_spread=(3.0, *(1.0,) * 12),
    effect_spread=(0.25, 0.5, 0.5, *(0.1,) * 7),
    noise=6.0,
    retain=1.0,
    temperature=0.1,
)


def decisions() -> Path | None:
    """Where the reduced table of the trial is; None without the shared data."""
    shared = Path(os.environ.get("OO_SHARED") or Path(__file__).parents[2] / "shared")
    path = shared / "heartsteps" / "decisions.csv"
    return path if path.is_file() else None


@dataclass(frozen=True, slots=True)
class Trial:
    """The analysed rows, each array of shape (n,), (n, g) or (n, f)."""

    person: NDArray[np.int64]
    day: Array
    available: NDArray[np.bool_]
    sent: Array
    before: Array
    after: Array
    base: Array
    effect: Array

    def at(self, rows: NDArray[np.bool_]) -> Trial:
        """Some of the rows."""
        return Trial(*(getattr(self, name)[rows] for name in self.__slots__))


def read(path: Path) -> Trial:
    """The rows that the authors analysed: no travel, 42 days, no send while unavailable or without a message."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: (int(row["user"]), int(row["decision"])))
    dose = _doses(rows)
    kept = [
        i
        for i, row in enumerate(rows)
        if row["decision_in_study"]
        and int(row["study_day"]) <= 41
        and not (row["sent"] in ("1", "1.0") and (row["available"] != "1" or not row["sent_antisedentary"]))
    ]

    def column(name: str, missing: float = 0.0) -> Array:
        return np.array([float(rows[i][name]) if rows[i][name] else missing for i in kept])

    def flag(name: str, *values: str) -> Array:
        return np.array([float(rows[i][name] in values) for i in kept])

    before = np.log(column("steps_30min_before", np.nan) + 0.5)
    day, weekend = column("study_day"), flag("weekday", "5", "6")
    degrees = column("temperature_c", np.nan)
    degrees = np.where(np.isnan(degrees), np.nanmedian(degrees), degrees)
    home, work = flag("place", "home"), flag("place", "work")
    one, scaled, used = np.ones(len(kept)), (before - 2) / 3, day / 41
    slots = [flag("slot", str(slot)) for slot in range(1, 6)]
    doses = dose[kept]
    still, warm = flag("activity", "STILL"), (degrees - 15) / 10
    return Trial(
        person=np.array([int(rows[i]["user"]) for i in kept]),
        day=day,
        available=column("available") == 1,
        sent=column("sent"),
        before=before,
        after=np.log(column("steps_30min_after", np.nan) + 0.5),
        base=np.column_stack([one, scaled, used, *slots[1:], home, work, weekend, still, doses, warm]),
        effect=np.column_stack([one, np.exp(-day / 7), used, scaled, home, work, slots[0], slots[4], weekend, doses]),
    )


def _doses(rows: list[dict[str, str]]) -> Array:
    """The share sent of the five decision points before, per person."""
    dose, past, last = np.zeros(len(rows)), list[float](), ""
    for i, row in enumerate(rows):
        if row["user"] != last:
            past, last = [], row["user"]
        dose[i] = float(np.mean(past[-5:])) if past else 0.0
        past.append(float(row["sent"] or 0))
    return dose


def marginal(trial: Trial) -> Coefficient:
    """The authors' first model: the effect of sending on log steps, given the 30 minutes before."""
    rows = trial.at(trial.available)
    one = np.ones(len(rows.sent))
    controls = np.column_stack([one, rows.before])
    probability = np.full(len(one), SENT)
    return wcls(rows.after, rows.sent, probability, controls, one[:, None], rows.person, centre=SENT)[0]


def fading(trial: Trial) -> tuple[Coefficient, ...]:
    """The authors' second model: the effect on day 0, and its change a day."""
    rows = trial.at(trial.available)
    one = np.ones(len(rows.sent))
    controls = np.column_stack([one, rows.before, rows.day])
    moderators = np.column_stack([one, rows.day])
    return wcls(rows.after, rows.sent, np.full(len(one), SENT), controls, moderators, rows.person, centre=SENT)


@dataclass(frozen=True, slots=True)
class Scored:
    """One rule at one budget and fold seed: DR against never and paired against a coin, with errors by person."""

    budget: float
    rate: float
    value: float
    value_error: float
    paired: float
    paired_error: float
    low: float
    coin: float


def score(trial: Trial, seed: int, *, greedy: bool = False) -> list[Scored]:
    """The rule at every budget, learnt on other persons' folds."""
    people = np.unique(trial.person)
    shuffled = np.random.default_rng(seed).permutation(len(people)) % FOLDS
    fold = shuffled[np.searchsorted(people, trial.person)]
    n = len(trial.sent)
    send = {budget: np.zeros(n) for budget in BUDGETS}
    coin = {budget: np.zeros(n) for budget in BUDGETS}
    never, always = np.zeros(n), np.zeros(n)
    for k in range(FOLDS):
        train, test = fold != k, fold == k
        never[test], always[test] = _nuisance(trial.at(train), trial.at(test))
        state = BANDIT.initial()
        rows = trial.at(train)
        for base, effect, sent, after in zip(rows.base, rows.effect, rows.sent, rows.after, strict=True):
            state = BANDIT.learn(state, Moment(base, effect), SENT, bool(sent), float(after))
        known = BANDIT.effect(state, rows.effect)
        new = BANDIT.effect(state, trial.effect[test])
        for budget in BUDGETS:
            if greedy:
                p = (new[0] > np.quantile(known[0], 1 - budget)).astype(float)
            else:
                p = chance(*new, fair_price(*known, budget), floor=lowest(budget))
            send[budget][test], coin[budget][test] = p, p.mean()
    weight = np.where(trial.sent == 1, 1 / SENT, 1 / (1 - SENT))
    residual = weight * (trial.after - np.where(trial.sent == 1, always, never))
    # The pseudo-effect of sending at each moment: a rule's DR value against never is the mean of p times it.
    gain = always - never + np.where(trial.sent == 1, residual, -residual)
    wide = critical(0.95, len(people) - 1)
    found = []
    for budget in BUDGETS:
        value = mean(send[budget] * gain, trial.person)
        paired = mean((send[budget] - coin[budget]) * gain, trial.person)
        found.append(
            Scored(
                budget,
                float(send[budget].mean()),
                value.value,
                value.error,
                paired.value,
                paired.error,
                paired.value - wide * paired.error,
                float((coin[budget] * gain).mean()),
            )
        )
    return found


def _nuisance(train: Trial, test: Trial) -> tuple[Array, Array]:
    """Expected outcomes without and with a send, by ridge on the base and the centred effect."""
    design = np.hstack([train.base, (train.sent - SENT)[:, None] * train.effect])
    penalty = RIDGE * np.eye(design.shape[1])
    penalty[0, 0] = 1e-6
    weights = np.linalg.solve(design.T @ design + penalty, design.T @ train.after)
    g = train.base.shape[1]
    base, effect = test.base @ weights[:g], test.effect @ weights[g:]
    return base - SENT * effect, base + (1 - SENT) * effect


def heartsteps() -> tuple[list[Figure], str]:
    """The published effect again, then the bandit at four budgets over 20 fold seeds: what is asked, and the table."""
    path = decisions()
    if path is None:
        missing = "HeartSteps: the shared data is not here (set OO_SHARED, or put it beside the checkout as ../shared)."
        return [], missing
    trial = read(path)
    rows = trial.at(trial.available)
    effect, days = marginal(trial), fading(trial)
    said = (
        f"{len(trial.sent)} rows, {len(rows.sent)} available, {len(np.unique(rows.person))} persons. Effect of "
        f"a send on log steps {effect.value:.4f} ± {effect.error:.4f}, p {effect.p:.4f} (published .1312 ± .0674, p "
        f".0599); on day 0 {days[0].value:.4f} ± {days[0].error:.4f}, a day {days[1].value:.4f} ± {days[1].error:.4f}."
    )
    lines = [
        "## HeartSteps (the trial that docs/adr/0014 fixed before its first run)",
        "",
        said,
        "Held out by person; means over 20 fold seeds, in brackets the range over seeds; ± standard errors by person.",
        "",
        "| rule | budget | sent | DR against never | coin | paired against it | lower 95 % bound | seeds above 0 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    figures = [
        Figure(
            "HeartSteps: distance to the published effect", abs(effect.value - 0.1312), "", "≤ .0001", 1e-4,
            f"{effect.value:.4f} ± {effect.error:.4f}",
        )
    ]  # fmt: skip
    for rule in ("as served", "greedy"):
        scored = [score(rows, seed, greedy=rule == "greedy") for seed in SEEDS]
        for at, budget in enumerate(BUDGETS):
            column = [row[at] for row in scored]
            lines.append(_line(rule, column))
            if rule == "as served" and budget == REACHED_AT:
                figures.append(
                    Figure(
                        "HeartSteps, 30 % budget: paired lower bound over a coin",
                        float(np.mean([one.low for one in column])),
                        "log steps",
                        "> 0",
                        0.0,
                        f"above 0 in {sum(one.low > 0 for one in column)} of {len(column)} fold seeds",
                        higher=True,
                    )
                )
    return figures, "\n".join([*lines, ""])


def _line(rule: str, column: list[Scored]) -> str:
    paired, low = [one.paired for one in column], [one.low for one in column]
    value, error = np.mean([one.value for one in column]), np.mean([one.value_error for one in column])
    return (
        f"| {rule} | {column[0].budget:.0%} | {np.mean([one.rate for one in column]):.3f} | {value:+.3f} ± {error:.3f} "
        f"| {np.mean([one.coin for one in column]):+.3f} | {np.mean(paired):+.3f} "
        f"± {np.mean([one.paired_error for one in column]):.3f} [{min(paired):+.3f}, {max(paired):+.3f}] "
        f"| {np.mean(low):+.3f} [{min(low):+.3f}, {max(low):+.3f}] | {sum(one > 0 for one in low)} of {len(low)} |"
    )


if __name__ == "__main__":
    found, text = heartsteps()
    print(*(figure.line() for figure in found), "", text, sep="\n")
