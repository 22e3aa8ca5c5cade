"""Bar 16: the model refuses, hangs, fails, is cut short, floods or echoes: a good tip each time, and it is left alone.

In real time: a breaker that opens after five failures, one try ten seconds later. Each fault meets people who ask and
of whom nothing is ready, and others who are written for ahead; a model that hangs also where one call at a time is all
that is allowed.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from random import Random

from tests.chaos.newcomers import Model, ask, newcomers, running, until
from tests.chaos.outcome import Outcome
from tests.chaos.people import Person
from tests.chaos.world import World

from oo.testing.llm.answers import FAULTS, good

ALL = ("says nothing", "hangs", "500", "cut, and said to be whole", "a megabyte", "echoes the prompt", "429")
BRIEF = ("500", "cut, and said to be whole")
ALONE = ("hangs",)
"""Faults that are met again where one call at once is allowed, as where nothing else is set."""
AT_ONCE, AFTER, AHEAD = 5, 3, 10
"""People who ask together, then three more; and those who are written for ahead."""
RECOVERS, LONGEST = 15.0, 8.0
REPAIRS = 3
"""Requests that one call may make: the first, and two that ask for better."""
FAILURES = 5
MOST = FAILURES + AT_ONCE - 1
"""Calls until it opens: the fifth failure opens it while others are under way."""
FAULTY = 4
"""Seconds that a fault lasts after it was met."""
PATIENCE = 60
"""Seconds after which something that has to happen never will."""
_READ = frozenset({"cut, and said to be whole", "a megabyte", "echoes the prompt"})
"""Faults of what is said, which the model is asked to mend."""


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """In the control the breaker never opens."""
    faults, alone = (BRIEF, ()) if brief or broken else (ALL, ALONE)
    asking = (AT_ONCE + AFTER) * (len(faults) + len(alone))
    with newcomers(asking + AHEAD, "breaker" if broken else None) as (there, people):
        return asyncio.run(_Bar(there, people, Model(Random(seed), (0.05, 0.1))).run(faults, alone))


@dataclass
class _Bar:
    """What happens, and what comes of it."""

    there: World
    people: Sequence[Person]
    model: Model
    wrong: list[str] = field(default_factory=list)
    asked_more: list[str] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    longest: float = 0.0
    slowest: float = 0.0

    @property
    def ahead(self) -> Sequence[Person]:
        """Those who never ask."""
        return self.people[-AHEAD:]

    async def run(self, faults: Sequence[str], alone: Sequence[str]) -> Outcome:
        crowd = iter(list(enumerate(self.people)))
        async with running(self.there, self.model, AT_ONCE) as (_, port):
            await self._all_written()
            for fault in faults:
                await self._met(port, fault, crowd, least=FAILURES, most=MOST * (REPAIRS if fault in _READ else 1))
        self.there.parts["app"].kill()
        if alone:
            async with running(self.there, self.model, 1) as (_, port):
                await self._recovered()  # so that it is known how long good calls take
                for fault in alone:
                    await self._met(port, fault, crowd, least=1, most=FAILURES, name=f"{fault}, one at once")
        ok = not self.wrong and not self.asked_more
        return Outcome(
            ok and self.longest <= LONGEST + 1.0 and self.slowest <= RECOVERS,
            f"{len(self.calls)} faults, {len(self.wrong)} tips that were not good or not marked"
            f"{': ' + self.wrong[0] if self.wrong else ''}, longest answer {self.longest:.1f} s, requests while faulty "
            f"{_told(self.calls)}{' (more or fewer than they may be: ' if self.asked_more else ''}"
            f"{', '.join(self.asked_more)}{')' if self.asked_more else ''}, the model well and asked again after "
            f"{self.slowest:.1f} s at most",
        )

    async def _met(
        self, port: int, fault: str, crowd: Iterator[tuple[int, Person]], *, least: int, most: int, name: str = ""
    ) -> None:
        """A fault that lasts until it was met, and some seconds more; then the model is well."""
        before = len(self.model.calls)
        self.model.says = FAULTS[fault]
        asking = [next(crowd) for _ in range(AT_ONCE + AFTER)]
        self._nothing_is_ready([person for _, person in asking])
        self._something_changed()
        answers = [*await ask(port, asking[:AT_ONCE]), *await ask(port, asking[AT_ONCE:])]
        await until(lambda: len(self.model.calls) >= before + least, PATIENCE)
        await asyncio.sleep(FAULTY)
        name = name or fault
        self.calls[name] = len(self.model.calls) - before
        if not least <= self.calls[name] <= most:
            self.asked_more.append(name)
        self.model.says = good
        self.longest = max(self.longest, *(one.seconds for one in answers))
        for one in answers:
            if one.status != 200 or f"Thing of person {one.person}" not in one.content:
                self.wrong.append(f"{name}: {one.status} {one.content[:40]!r}")
        if marked := self._said_to_be_written([person for _, person in asking]):
            self.wrong.append(f"{name}: {marked} said to be a model's")
        self.slowest = max(self.slowest, await self._recovered())

    async def _recovered(self) -> float:
        """Seconds until the model is asked by one call after another again; infinite when it never is."""
        began, before = time.monotonic(), len(self.model.calls)
        self._something_changed()
        if not await until(lambda: len(self.model.calls) >= before + 2, RECOVERS + 10):
            return float("inf")
        took = self.model.calls[before + 1].begun - began
        await self._all_written()
        return took

    async def _all_written(self) -> None:
        """Whoever is due is written for, so that the next fault meets a breaker that is closed."""
        waits = "SELECT count(*) FROM recommender.prompt_contexts WHERE written_digest IS NULL"
        there = len(self.people)
        known = "SELECT count(*) FROM recommender.prompt_contexts"
        if not await until(lambda: self._count(known) == there and not self._count(waits), 2 * PATIENCE):
            raise TimeoutError("not everybody was written for while the model was well")

    def _nothing_is_ready(self, people: Sequence[Person]) -> None:
        """Nothing was ever made ready for them, and nobody is about to."""
        for table in ("written", "prompt_contexts"):
            self._change(f"DELETE FROM {table} WHERE user_id IN ({_names(people)})")  # noqa: S608 - ids of our own

    def _something_changed(self) -> None:
        """For those who never ask: whatever was written is of yesterday."""
        due = "due_at = 0, until = NULL, written_digest = NULL, tries = 0"
        self._change(f"UPDATE prompt_contexts SET {due} WHERE user_id IN ({_names(self.ahead)})")  # noqa: S608

    def _said_to_be_written(self, people: Sequence[Person]) -> int:
        """How many of their decisions say that a model wrote."""
        said = "SELECT count(*) FROM recommender.decisions WHERE row LIKE '%\"written\":%' AND user_id IN "
        return self._count(f"{said}({_names(people)})")

    def _count(self, statement: str) -> int:
        [[count]] = self.there.ask(statement)
        return int(count)

    def _change(self, statement: str) -> None:
        """Change rows past all of oO's code, while it runs."""
        with closing(sqlite3.connect(self.there.data / "oo.db", timeout=30)) as raw, raw:
            raw.execute(statement)


def _names(people: Sequence[Person]) -> str:
    return ", ".join(f"'{person.user}'" for person in people)


def _told(calls: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in calls.items())
