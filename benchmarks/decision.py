"""One decision of the learner with exact propensities, fifty candidates: the mathematics, and all of it from facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import process_time

from benchmarks.report import Figure
from oo.contracts.decisions import Candidate
from oo.contracts.ids import Ref
from oo.contracts.items import Facts
from oo.engine import features
from oo.engine.sampling import draw, explore
from oo.engine.when import context
from oo.kernel.plugins import discover

COUNT, FLOOR, ROUNDS, EACH = 50, 0.02, 60, 50
MOMENT = context(datetime(2026, 11, 21, 12, tzinfo=UTC), "Europe/Berlin", last_project="p1")


def decision() -> Iterator[Figure]:
    """CPU time, medians of rounds, so that a neighbour on the machine counts little."""
    policy = discover("policies", dict).plugins["hierarchical_logit"].load()
    candidates, state = _candidates(), policy.initial()
    x = features.life(MOMENT, candidates)
    arrays = (state.arrays["means"], state.arrays["covs"], state.arrays["merits"])

    def mathematics() -> None:
        estimates, p = policy.weighed(arrays, x)
        draw(explore(p.tolist(), estimates.tolist(), FLOOR), 7)

    def whole() -> None:
        estimates, p = policy.weigh(state, MOMENT, candidates)
        draw(explore(p, estimates, FLOOR), 7)

    took = spent(mathematics)
    beside = f"K = {COUNT}, floor and draw included; {spent(whole):.0f} µs with the vectors from facts"
    yield Figure("a decision with exact propensities, CPU", took, "µs", "< 150 µs", 150.0, beside)


def spent(what: Callable[[], None]) -> float:
    """Median µs of CPU for one call."""
    what()
    rounds = []
    for _ in range(ROUNDS):
        started = process_time()
        for _ in range(EACH):
            what()
        rounds.append((process_time() - started) / EACH * 1e6)
    return median(rounds)


def _candidates() -> list[Candidate]:
    today = date(2026, 11, 21)
    return [
        Candidate(
            f"c:{n}",
            "task",
            "later",
            Facts(
                Ref(f"c:{n}"),
                "v",
                added=today - timedelta(days=n % 20),
                due=today + timedelta(days=n % 7) if n % 2 else None,
                priority=n % 4,
                project=f"p{n % 5}",
            ),
        )
        for n in range(COUNT)
    ]
