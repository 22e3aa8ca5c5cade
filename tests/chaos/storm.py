"""The storm that bars 1 and 2 share: people write, parts are killed at random, and afterwards everything is counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.chaos import audit
from tests.chaos.processes import Part
from tests.chaos.world import World
from tests.chaos.writers import Writers, until

AIMED = 0.5
"""Share of the kills that wait for the instant when an effect has just been committed, and nobody was told yet."""
_AIM_SECONDS = 1.0
_LATE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Weather:
    """How hard it blows."""

    kills: int
    events: int
    """Reactions that have to be acknowledged before it ends."""
    down: tuple[float, float] = (0.1, 0.8)
    calm: tuple[float, float] = (0.4, 1.6)
    """Seconds between a part's return and the next kill."""
    drain_seconds: float = 15.0


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """How long it took until every event had its effect."""

    seconds: float | None
    """None when it never happened."""
    limit: float

    @property
    def in_time(self) -> bool:
        """Whether it was within the limit."""
        return self.seconds is not None and self.seconds <= self.limit

    def __str__(self) -> str:
        """In words."""
        if self.seconds is None:
            return "did not catch up"
        late = f", later than {self.limit:.0f} s" if self.seconds > self.limit else ""
        return f"caught up in {self.seconds:.1f} s{late}"


async def caught_up(there: World, limit: float) -> CaughtUp:
    """Wait until every event has its effect; well beyond the limit, as what is late is not lost."""
    return CaughtUp(await until(lambda: audit.drained(there.ask), limit + _LATE_SECONDS), limit)


@dataclass(frozen=True, slots=True)
class Storm:
    """What was found when it was over."""

    findings: audit.Findings
    killed: dict[str, int]
    drained: CaughtUp
    per_second: float

    @property
    def calm(self) -> bool:
        """Nothing was lost, doubled or out of order, and it drained in time."""
        return self.findings.clean and self.drained.in_time

    def __str__(self) -> str:
        """The figures in words."""
        kills = ", ".join(f"{name} {count}" for name, count in self.killed.items())
        killed = f"{sum(self.killed.values())} kills ({kills})"
        return f"{self.findings}, {self.drained}; {killed}, {self.per_second:.0f}/s written"


async def storm(there: World, victims: Sequence[Part], writers: Writers, weather: Weather, chance: Random) -> Storm:
    """Let people write while victims are killed."""
    writing = asyncio.create_task(writers.run())
    began = time.monotonic()
    killed = {part.name: 0 for part in victims}
    for _ in range(weather.kills):
        await asyncio.sleep(chance.uniform(*weather.calm))
        victim = chance.choice(victims)
        if chance.random() < AIMED:
            await asyncio.to_thread(_effect_just_there, there.ask)
        await asyncio.to_thread(victim.kill)
        killed[victim.name] += 1
        await asyncio.sleep(chance.uniform(*weather.down))
        await asyncio.to_thread(victim.start)
    await until(lambda: len(writers.acknowledged) >= weather.events or writing.done(), weather.events / 20)
    writers.stop()
    await writing
    took = time.monotonic() - began
    drained = await caught_up(there, weather.drain_seconds)
    await asyncio.sleep(0.5)  # what comes twice comes now
    findings = await asyncio.to_thread(audit.look, there.ask, writers.acknowledged)
    return Storm(findings, killed, drained, len(writers.acknowledged) / took)


def _effect_just_there(ask: audit.Ask) -> None:
    newest = "SELECT max(id) FROM ledger.effects"
    ends = time.monotonic() + _AIM_SECONDS
    before = ask(newest)
    while ask(newest) == before and time.monotonic() < ends:
        pass
