"""Bar 2: as bar 1 on Postgres, with two doors, a worker and a relay apart; the postmaster is killed too."""

from __future__ import annotations

import asyncio
from random import Random

from tests.chaos.outcome import Outcome
from tests.chaos.postgres import postgres
from tests.chaos.processes import free_port
from tests.chaos.storm import Weather, storm
from tests.chaos.world import world
from tests.chaos.writers import Writers

FULL, BRIEF = Weather(kills=30, events=4_000), Weather(kills=3, events=150)
CONTROL = Weather(kills=8, events=300)


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """The control has no cursor: what is handed over again has its effect again."""
    weather = CONTROL if broken else BRIEF if brief else FULL
    env = {"CHAOS_BREAK": "cursor"} if broken else {}
    with postgres() as (server, url), world(people=40, tips=250, url=url, nats=True, env=env) as there:
        ports = [free_port(), free_port()]
        doors = [there.oo(f"api-{number}", "api", port=port) for number, port in enumerate(ports)]
        apart = [*doors, there.oo("worker", "worker"), there.oo("relay", "relay")]
        for part in apart:
            part.start(wait=False)
        for part in apart:
            part.up()
        writers = Writers(ports, there.people, per_second=100)
        victims = [*apart, there.parts["nats"], server]
        done = asyncio.run(storm(there, victims, writers, weather, Random(seed)))
        return Outcome(done.calm, str(done))
