"""HeartSteps V1: what one interruption does, and the timing bandit tried on it as docs/adr/0014 fixed beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Figure
from oo.engine.ope.clusters import mean
from oo.engine.ope.excursion import Coefficient, wcls
from oo.engine.ope.student import critical
from oo.engine.timing import Bandit, Moment, chance, fair_price
from oo.engine.timing.price import lowest
from oo.testing.heartsteps import SENT, Trial, decisions, read

Array = NDArray[np.float64]
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
