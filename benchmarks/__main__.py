"""`make bench`: run every bench (or those named), print each figure as it comes, keep a whole run in RESULTS.md."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import date

from benchmarks import (
    agents,
    calendars,
    decision,
    events,
    heartsteps,
    learner,
    ope,
    open_bandit,
    peeking,
    postgres,
    processes,
    ready,
    served,
    sources,
    ticks,
    untruths,
)
from benchmarks.notifier import notifier
from benchmarks.replay import replays
from benchmarks.report import Figure, write
from benchmarks.sim1 import table

Bench = Callable[[], Iterator[Figure]]


def main(wanted: list[str]) -> int:
    """Run; 1 when a figure misses what was asked, 2 for a bench that is not there."""
    tables: list[str] = []

    def tabled(measure: Callable[[], tuple[list[Figure], str]]) -> Bench:
        def bench() -> Iterator[Figure]:
            figures, table = measure()
            tables.append(table)
            if wanted:
                print(table)
            yield from figures

        return bench

    benches: dict[str, Bench] = {
        bench.__name__: bench
        for bench in (
            *served.BENCHES,
            *postgres.BENCHES,
            *processes.BENCHES,
            *events.BENCHES,
            *ticks.BENCHES,
            *sources.BENCHES,
            *agents.BENCHES,
            *calendars.BENCHES,
            *peeking.BENCHES,
            *untruths.BENCHES,
        )
    }
    benches |= {
        "replay": tabled(replays),
        "heartsteps": tabled(heartsteps.heartsteps),
        "ope": tabled(ope.ope),
        "open-bandit": tabled(open_bandit.open_bandit),
        "sim1": tabled(table.tables),
        "learner": tabled(learner.learner),
        "decision": decision.decision,
        "ready": ready.ready,
        "notifier": notifier,
    }
    unknown = [name for name in wanted if name not in benches]
    if unknown:
        print(f"There is no bench {', '.join(unknown)}; there are: {', '.join(benches)}.", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    for name in wanted or benches:
        print(f"{name} …", flush=True)
        for figure in benches[name]():
            print(f"  {figure.said()}", flush=True)
            figures.append(figure)
    if not wanted:
        write(figures, tables, date.today().isoformat())  # noqa: DTZ011 - the day on the reader's wall
    return int(not all(figure.met for figure in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
