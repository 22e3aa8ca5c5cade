"""Bar 6: NATS is away for a while; people notice nothing, and the backlog drains in order when it is back."""

from __future__ import annotations

import asyncio

from tests.chaos import audit
from tests.chaos.outcome import Outcome
from tests.chaos.world import World, world
from tests.chaos.writers import Writers, percentile, until

AWAY_SECONDS, BRIEF_AWAY_SECONDS = 20.0, 4.0
WARM_SECONDS = 4.0
PER_SECOND = 150.0
DRAINED_PER_SECOND = 1_500.0
SLOWER, SLACK = 2.0, 0.010
CAUGHT_UP_SECONDS = 60.0


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """The control publishes before it keeps, and refuses what it can't publish."""
    away = BRIEF_AWAY_SECONDS if brief else AWAY_SECONDS
    tips = int((2 * away + WARM_SECONDS + 10) * PER_SECOND / 40)
    with world(people=40, tips=tips, nats=True, env={"CHAOS_BREAK": "bus"} if broken else {}) as there:
        return asyncio.run(_away(there, away, measured=not brief))


async def _away(there: World, seconds: float, *, measured: bool) -> Outcome:
    """`measured` in full: a short backlog is through before its speed can be told."""
    _, port = await asyncio.to_thread(there.up)
    writers = Writers([port], there.people, per_second=PER_SECOND)
    writing = asyncio.create_task(writers.run())
    nats = there.parts["nats"]
    await asyncio.sleep(WARM_SECONDS)
    normal = await _p95(writers, seconds)
    await asyncio.to_thread(nats.kill)
    without = await _p95(writers, seconds)
    writers.stop()
    await writing
    [[waiting]] = there.ask("SELECT count(*) FROM events.outbox WHERE NOT sent")
    await asyncio.to_thread(nats.start)
    begun = await until(lambda: _waiting(there) < waiting, CAUGHT_UP_SECONDS, every=0.01)
    drained = await until(lambda: not _waiting(there), CAUGHT_UP_SECONDS, every=0.01)
    caught = await until(lambda: audit.drained(there.ask), CAUGHT_UP_SECONDS)
    found = await asyncio.to_thread(audit.look, there.ask, writers.acknowledged)
    rate = 0.0 if drained is None or begun is None else waiting / max(drained, 0.001)
    ok = (
        found.clean
        and caught is not None
        and not writers.faults
        and not writers.refused
        and (not measured or (without < max(SLOWER * normal, SLACK) and rate >= DRAINED_PER_SECOND))
    )
    return Outcome(
        ok,
        f"{found}, {writers.faults} faults; p95 {normal * 1000:.1f} ms with NATS, {without * 1000:.1f} ms without; "
        f"{waiting} events waited, drained at {rate:.0f}/s",
    )


async def _p95(writers: Writers, seconds: float) -> float:
    before = len(writers.acknowledged)
    await asyncio.sleep(seconds)
    return percentile([one.latency for one in writers.acknowledged[before:]], 0.95)


def _waiting(there: World) -> int:
    [[count]] = there.ask("SELECT count(*) FROM events.outbox WHERE NOT sent")
    return int(count)
