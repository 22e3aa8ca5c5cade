"""Bar 15: 200 people at once before a model of 1 to 5 s, while it writes ahead for all of them: nobody waits long.

In real time; two calls of the model at once are allowed.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.chaos.newcomers import Answered, Model, ask, newcomers, running, until
from tests.chaos.outcome import Outcome
from tests.chaos.people import Person
from tests.chaos.world import World
from tests.chaos.writers import percentile

PEOPLE, BRIEF_PEOPLE, TWICE = 200, 120, 1
"""So many; the first asks from two devices at once."""
PARALLEL = 2
LONGEST, P95 = 8.0, 1.5
SLOWER = 10.0
"""On a busy machine the p95 may be so many times that of the same crowd asking for a tip that stands already."""
SETTLES = 8
"""Seconds in which rooms hear of so many connections; the model writes for minutes."""
SLOW = (1.0, 5.0)


@dataclass(frozen=True, slots=True)
class Flood:
    """What came of it."""

    answers: list[Answered]
    model: Model
    ahead: bool
    """Whether the model was writing ahead when everybody asked."""
    standing: float
    """The p95 of the same crowd asking for tips that stand, in seconds."""
    spent: float
    """Seconds of processor time that the server took until all were answered, all else that it did included."""

    @property
    def p95(self) -> float:
        """Seconds that 95 of a hundred answers stayed under."""
        return percentile([one.seconds for one in self.answers], 0.95)

    @property
    def longest(self) -> float:
        """Seconds of the slowest answer."""
        return max(one.seconds for one in self.answers)

    @property
    def faults(self) -> int:
        """Answers of 500 and more."""
        return sum(one.status >= 500 for one in self.answers)


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """In the control there is no gate before the model."""
    with newcomers(BRIEF_PEOPLE if brief else PEOPLE, "gate" if broken else None) as (there, people):
        return _judge(asyncio.run(flood(there, people, seed)))


async def flood(there: World, people: list[Person], seed: int) -> Flood:
    """Everybody asks at once while the model writes ahead."""
    model = Model(Random(seed), SLOW)
    async with running(there, model, PARALLEL) as (_, port):
        # The burst of what is made ahead has begun: everybody has just connected something.
        ahead = await until(lambda: len(model.calls) >= PARALLEL, 20)
        await asyncio.sleep(SETTLES)
        everybody = list(enumerate(people))
        spent = _cpu(there)
        answers = await ask(port, [*everybody, *everybody[:TWICE]])
        spent = _cpu(there) - spent
        before = len(model.calls)
        await until(lambda: len(model.calls) >= before + 4, 30)
        standing = percentile([one.seconds for one in await ask(port, everybody)], 0.95)
        return Flood(answers, model, ahead, standing, spent)


def _cpu(there: World) -> float:
    process = there.parts["app"].process
    assert process is not None
    threads = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def _judge(found: Flood) -> Outcome:
    answers, model, ahead, standing = found.answers, found.model, found.ahead, found.standing
    p95, longest, faults = found.p95, found.longest, found.faults
    most, twice = model.most_at_once(), model.overlapping()
    good = sum(f"Thing of person {one.person}" in one.content for one in answers)
    ok = ahead and not faults and good == len(answers) and longest <= LONGEST + standing
    return Outcome(
        ok and p95 <= max(P95, SLOWER * standing) and most <= PARALLEL and not twice,
        f"{len(answers)} asked at once, {good} with their own thing, {faults} faults, p95 {p95:.2f} s, longest "
        f"{longest:.2f} s (tips that stand: p95 {standing:.2f} s), at most {most} calls at once of {PARALLEL} allowed, "
        f"{twice} second calls for one person, {found.spent:.1f} s of processor time, "
        f"{len(model.calls)} calls",
    )
