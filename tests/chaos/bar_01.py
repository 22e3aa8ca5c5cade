"""Bar 1: on SQLite, oO and nats-server are killed at random while people write; nothing is lost, doubled, reordered."""

from __future__ import annotations

import asyncio
from random import Random

from tests.chaos.outcome import Outcome
from tests.chaos.storm import Weather, storm
from tests.chaos.world import world
from tests.chaos.writers import Writers

FULL, BRIEF = Weather(kills=30, events=4_000), Weather(kills=3, events=150)
CONTROL = Weather(kills=8, events=300)


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """The control has no cursor: what is handed over again has its effect again."""
    weather = CONTROL if broken else BRIEF if brief else FULL
    with world(people=40, tips=250, nats=True, env={"CHAOS_BREAK": "cursor"} if broken else {}) as there:
        app, port = there.up()
        writers = Writers([port], there.people, per_second=100)
        done = asyncio.run(storm(there, [app, there.parts["nats"]], writers, weather, Random(seed)))
        return Outcome(done.calm, str(done))
