"""Bar 12: two that may plan, clocks that jump an hour, the leader killed; each shard of each tick has its effect once.

Without NATS, so that whoever plans also does what it planned: two leaders would do everything twice.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from tests.chaos.crew import Crew, crew
from tests.chaos.outcome import Outcome
from tests.chaos.processes import Part

EVERY, SHARDS, LEADER_SECONDS = 5.0, 4, 10.0
_HOUR = 3600
_UP_SECONDS = 60.0
_TICK = "SELECT number FROM ops.ticks WHERE what = 'crowd.compute'"
_HOLDER = "SELECT holder FROM ops.leases WHERE name = 'planner'"


@dataclass
class _Seen:
    """When ticks were opened, and who led."""

    opened: dict[int, float] = field(default_factory=dict)
    leaders: list[str] = field(default_factory=list)

    def look(self, there: Crew) -> None:
        """Note what is new."""
        if (number := there.one(_TICK)) is not None:
            self.opened.setdefault(number, time.monotonic())
        holder = there.one(_HOLDER)
        if holder and (not self.leaders or self.leaders[-1] != holder):
            self.leaders.append(holder)

    def watch(self, there: Crew, seconds: float) -> None:
        """Look for some time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look(there)
            time.sleep(0.03)

    def longest(self) -> float:
        """The longest span between two ticks."""
        times = sorted(self.opened.values())
        return max((after - before for before, after in pairwise(times)), default=0.0)


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """In the control nobody asks who leads."""
    env = {"CROWD_PEOPLE": str(1000 * SHARDS), "CROWD_SECONDS": "0.2", "CROWD_EVERY": str(EVERY)}
    if broken:
        env["CHAOS_BREAK"] = "lease"
    with crew(nats=False, env=env) as there:
        return _storm(there, Random(seed), jumps=2 if brief or broken else 6)


def _storm(there: Crew, random: Random, jumps: int) -> Outcome:
    parts = [_started(there, name) for name in ("one", "two")]
    for part in parts:
        part.up()
    seen = _Seen()
    there.until(_TICK, 1, _UP_SECONDS)
    for number in range(jumps):
        name = random.choice(("one", "two"))
        (there.folder / f"{name}.clock").write_text(str(random.choice((-_HOUR, 0, _HOUR))))
        seen.watch(there, 2 + 2 * random.random())
        if number == jumps // 2:
            changed = _leader_killed(there, parts, seen)
    seen.watch(there, EVERY)
    last = max(seen.opened)
    there.until("SELECT min(times) FROM crowd.crowd_effects WHERE tick = %s", 1, 5, last - 1)
    times = there.rows("SELECT tick, shard, times FROM crowd.crowd_effects WHERE tick < %s", last)
    doubled = sum(count - 1 for _, _, count in times)
    lacking = SHARDS * (last - 1) - len(times)
    missed = max(0, round(seen.longest() / EVERY) - 1)
    line = (
        f"{last} ticks, {jumps} jumps of an hour, {lacking} shards left out, {doubled} doubled, "
        f"{missed} ticks missed in a row, another leader after {changed:.1f} s"
    )
    return Outcome(not lacking and not doubled and missed <= 1 and changed <= LEADER_SECONDS, line)


def _started(there: Crew, name: str) -> Part:
    clock = there.folder / f"{name}.clock"
    clock.write_text("0")
    return there.worker(name, {"CROWD_CLOCK": str(clock)})


def _leader_killed(there: Crew, parts: list[Part], seen: _Seen) -> float:
    """Kill whoever leads and start it again; the seconds until another leads."""
    before = there.one(_HOLDER)
    worker = max(parts, key=_led)
    at = time.monotonic()
    worker.kill()
    while there.one(_HOLDER) == before and time.monotonic() < at + 2 * LEADER_SECONDS:
        seen.look(there)
        time.sleep(0.02)
    took = time.monotonic() - at
    worker.start(wait=False)
    return took


def _led(part: Part) -> str:
    """When a worker became leader the last time, as its log says."""
    lines = [json.loads(line) for line in part.log.read_text().splitlines() if '"lease.taken"' in line]
    return str(lines[-1]["at"]) if lines else ""
