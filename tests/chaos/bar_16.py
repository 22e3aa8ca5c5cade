"""Bar 16: the model refuses, hangs, fails, is cut short, floods or echoes: a good tip each time, and it is left alone.

In real time: a breaker that opens after five failures, one try ten seconds later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from random import Random

from tests.chaos.newcomers import Model, ask, newcomers, running, until
from tests.chaos.outcome import Outcome
from tests.chaos.people import Person
from tests.chaos.world import World

from oo.testing.llm.answers import FAULTS, good

ALL = ("says nothing", "hangs", "500", "cut, and said to be whole", "a megabyte", "echoes the prompt", "429")
BRIEF = ("500", "cut, and said to be whole")
AT_ONCE, AFTER = 5, 3
RECOVERS, LONGEST = 15.0, 8.0
REPAIRS = 3
"""Requests that one call may make: the first, and two that ask for better."""
MOST = 5 + AT_ONCE - 1
"""Calls until it opens: the fifth failure opens it while others are under way."""
FAULTY = 4
"""Seconds that a fault lasts after it was met."""
_EACH = AT_ONCE + AFTER + 10


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """In the control the breaker never opens."""
    faults = BRIEF if brief or broken else ALL
    with newcomers(_EACH * len(faults), "breaker" if broken else None) as (there, people):
        return asyncio.run(_faults(there, people, faults, seed))


async def _faults(there: World, people: list[Person], faults: tuple[str, ...], seed: int) -> Outcome:
    crowd = iter(list(enumerate(people)))
    model = Model(Random(seed), (0.05, 0.1))
    wrong: list[str] = []
    longest = slowest = 0.0
    calls: dict[str, int] = {}
    async with running(there, model, AT_ONCE) as (_, port):
        for fault in faults:
            model.says, before = FAULTS[fault], len(model.calls)
            first = await ask(port, [next(crowd) for _ in range(AT_ONCE)])
            after = await ask(port, [next(crowd) for _ in range(AFTER)])
            for one in (*first, *after):
                longest = max(longest, one.seconds)
                if one.status != 200 or f"Thing of person {one.person}" not in one.content:
                    wrong.append(f"{fault}: {one.status} {one.content[:40]!r}")
            await asyncio.sleep(FAULTY)
            calls[fault] = len(model.calls) - before
            model.says = good
            slowest = max(slowest, await _recovered(model))
    most = {name: MOST * (REPAIRS if name in _READ else 1) for name in faults}
    asked_more = [name for name in faults if calls[name] > most[name]]
    ok = not wrong and not asked_more and longest <= LONGEST + 1.0 and slowest <= RECOVERS
    return Outcome(
        ok,
        f"{len(faults)} faults, {len(wrong)} tips that were not good{': ' + wrong[0] if wrong else ''}, longest answer "
        f"{longest:.1f} s, requests while faulty {_told(calls)}, the model asked again after {slowest:.1f} s at most",
    )


_READ = frozenset({"cut, and said to be whole", "a megabyte", "echoes the prompt"})
"""Faults of what is said, which the model is asked to mend."""


async def _recovered(model: Model) -> float:
    """Seconds until the model answers again and is asked on; infinite when it never is."""
    began, before = time.monotonic(), len(model.calls)
    if not await until(lambda: len(model.calls) >= before + 2, RECOVERS + 5):
        return float("inf")
    took = model.calls[before].begun - began
    # Whoever is waiting is written for, so that the next fault meets a breaker that is closed.
    await asyncio.sleep(1.0)
    return took


def _told(calls: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in calls.items())
