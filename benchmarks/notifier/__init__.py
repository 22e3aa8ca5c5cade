"""The notifier's figures: a year of a thousand people without a broken rule, and decision points a minute."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.report import Figure
from oo.engine.interrupting.measures import lift, rate

PEOPLE, DAYS = 1_000, 365
CONTROL_PEOPLE, CONTROL_DAYS = 40, 60
SLICE = 20
PICTURE = Path(__file__).parent / "year.svg"
BY_RULE = {
    "quiet-hours": "quiet hours",
    "context": "context",
    "meeting": "meeting",
    "here": "on screen",
    "budget": "daily budget",
    "one-open": "two unanswered",
    "no-task": "no task",
}
"""What the judge calls it when a rule is missing: those of the moment, and the one that keeps back what is no task."""


def notifier(people: int = PEOPLE, days: int = DAYS, seconds: float = math.inf) -> Iterator[Figure]:
    """Every figure; the year takes a quarter of an hour on two idle cores, and ends early after so many `seconds`."""
    from benchmarks.notifier import points
    from benchmarks.notifier.plot import svg
    from benchmarks.notifier.world import LIES, Told
    from benchmarks.notifier.year import lived

    started, told = time.perf_counter(), Told()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for start in range(0, people, SLICE):
            some = range(start, min(start + SLICE, people))
            for one in pool.map(partial(lived, days=days), some, chunksize=2):
                told.add(one)
            _bar(told.people, people, time.perf_counter() - started)
            if time.perf_counter() - started > seconds:
                break
        blind = []
        for rule, name in BY_RULE.items():
            without = partial(lived, days=CONTROL_DAYS, without=rule)
            found = sum(one.broken[name] for one in pool.map(without, range(CONTROL_PEOPLE), chunksize=4))
            print(f"  without {rule}: {found} violations in {CONTROL_PEOPLE} people's {CONTROL_DAYS} days")
            if not found:
                blind.append(rule)
    if days == DAYS:
        PICTURE.write_text(svg(told, told.people, days), encoding="utf-8")
    print(f"  reasons: {dict(told.reasons.most_common())}")
    print(f"  faults: {dict(told.faults.most_common())}")
    print(f"  in truth, while the server's clock was wrong on {len(LIES)} days: {dict(told.broken_lying)}")
    broken = {name: many for name, many in told.broken.items() if many}
    took = time.perf_counter() - started
    what = f"{told.points:,} decision points, {told.sent:,} pushes, {told.shown:,} messages in {took:.0f} s; {broken}"
    yield Figure(f"rules broken in a simulated year of {told.people:,} people", sum(broken.values()), "", "0", 0, what)
    yield Figure("rules whose absence the judge misses", len(blind), "", "0", 0, ", ".join(blind) or "none of seven")
    learnt = rate(told.arms["learnt in time"], told.arms["learnt sent"])
    random = rate(told.arms["random in time"], told.arms["random sent"])
    better = lift(learnt, random) or (0.0, 0.0, 0.0)
    beside = (
        f"{learnt.value:.3f} against {random.value:.3f}; 95 % {better[1]:+.3f} to {better[2]:+.3f}, of made-up people"
    )
    yield Figure("timing lift, simulated", better[0], "", "> 0", 0.0, beside, higher=True)
    fast = points.on_two_cores()
    note = "rules and bandit, no moment ends early"
    yield Figure("decision points a minute, pure, two processes", fast, "/min", "≥ 100,000", 100_000, note, higher=True)
    whole, sent = points.in_the_room()
    note = f"of one core's CPU; SQLite with FULL, other rooms made up; {points.PEOPLE:,} people, {sent} sent"
    yield Figure("decision points a minute, the whole room", whole, "/min", "≥ 100,000", 100_000, note, higher=True)


def _bar(done: int, of: int, took: float) -> None:
    width = 40 * done // of
    left = took / done * (of - done)
    end = "\r" if sys.stderr.isatty() and done < of else "\n"
    print(
        f"  [{'#' * width}{' ' * (40 - width)}] {done}/{of}, {left:.0f} s left ", end=end, file=sys.stderr, flush=True
    )
