"""Bar 17: one account sends 1,000 reactions a second; it is told to wait, and fifty others hardly notice."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.outcome import Outcome
from tests.chaos.people import Person
from tests.chaos.world import World, world
from tests.chaos.writers import Writers, percentile

NORMAL = 50
PER_SECOND = 50.0
"""Of all normal people together: more than any day has."""
FLOOD = 1_000.0
WARM_SECONDS = 4
"""At first sight of a person more is looked up."""
SLOWER, SLACK = 2.0, 0.010
"""A p95 below this many times the quiet one holds, and one below the slack is nothing that anybody feels."""


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """Quiet and flooded stretches in turn, so that a slow minute of the machine is in both.

    In the control nobody is told to wait.
    """
    seconds, rounds = (2.0, 1) if brief else (6.0, 3)
    tips = int(PER_SECOND * seconds * rounds * 3 / NORMAL) + 20
    with world(people=NORMAL + 1, tips=tips, env={"CHAOS_BREAK": "pace"} if broken else {}) as there:
        _, port = there.up()
        return asyncio.run(_fairness(there, port, seconds, rounds))


async def _fairness(there: World, port: int, seconds: float, rounds: int) -> Outcome:
    abuser, *normal = there.people
    writers = Writers([port], normal, per_second=PER_SECOND)
    writing = asyncio.create_task(writers.run())
    await asyncio.sleep(WARM_SECONDS)
    quiet: list[float] = []
    flooded: list[float] = []
    said: dict[str, int] = {}
    without = 0
    for _ in range(rounds):
        quiet += await _latencies(writers, seconds)
        flood = await _flood(port, abuser, seconds + 1)
        await asyncio.sleep(1)  # past its burst
        flooded += await _latencies(writers, seconds)
        answer = json.loads((await flood.communicate())[0])
        without += answer["without_retry_after"]
        for status, count in answer["statuses"].items():
            said[status] = said.get(status, 0) + count
    writers.stop()
    await writing
    return _judge(quiet, flooded, said, without, writers)


async def _latencies(writers: Writers, seconds: float) -> Sequence[float]:
    before = len(writers.acknowledged)
    await asyncio.sleep(seconds)
    return [one.latency for one in writers.acknowledged[before:]]


async def _flood(port: int, abuser: Person, seconds: float) -> asyncio.subprocess.Process:
    program = str(Path(__file__).with_name("flood.py"))
    given = [str(port), abuser.cookie, str(FLOOD), str(seconds)]
    return await asyncio.create_subprocess_exec(sys.executable, program, *given, stdout=subprocess.PIPE)


def _judge(
    quiet: Sequence[float], flooded: Sequence[float], said: dict[str, int], without: int, writers: Writers
) -> Outcome:
    before, during = percentile(quiet, 0.95), percentile(flooded, 0.95)
    waits = said.get("429", 0)
    fair = during < max(SLOWER * before, SLACK) and not writers.refused and not writers.faults
    told = waits > 0.5 * sum(said.values()) and not without
    return Outcome(
        fair and told,
        f"p95 of {NORMAL} normal people {before * 1000:.1f} ms, {during * 1000:.1f} ms beside {sum(said.values())} "
        f"requests of one account, {waits} of them answered with 429, {without} of these without Retry-After",
    )
