"""Bar 3: JetStream's store is deleted under load, again and again; the log sends again what was lost with it."""

from __future__ import annotations

import asyncio
from random import Random

from tests.chaos import audit
from tests.chaos.nats import wipe
from tests.chaos.outcome import Outcome
from tests.chaos.storm import caught_up
from tests.chaos.world import World, world
from tests.chaos.writers import Writers

WIPES, BRIEF_WIPES = 5, 2
PER_SECOND = 150.0
CAUGHT_UP_SECONDS = 20.0


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """The control does not ask a new stream what it lacks."""
    wipes = BRIEF_WIPES if brief else WIPES
    with world(people=40, tips=200, nats=True, env={"CHAOS_BREAK": "reconcile"} if broken else {}) as there:
        return asyncio.run(_wiped(there, wipes, Random(seed)))


async def _wiped(there: World, wipes: int, chance: Random) -> Outcome:
    _, port = await asyncio.to_thread(there.up)
    writers = Writers([port], there.people, per_second=PER_SECOND)
    writing = asyncio.create_task(writers.run())
    nats = there.parts["nats"]
    for _ in range(wipes):
        await asyncio.sleep(chance.uniform(1.0, 3.0))
        await asyncio.to_thread(nats.kill)
        wipe(there.folder)
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        await asyncio.to_thread(nats.start)
    await asyncio.sleep(1.0)
    writers.stop()
    await writing
    caught = await caught_up(there, CAUGHT_UP_SECONDS)
    await asyncio.sleep(0.5)
    found = await asyncio.to_thread(audit.look, there.ask, writers.acknowledged)
    return Outcome(found.clean and caught.in_time, f"{found}, {caught}; store deleted {wipes} times")
