"""Bar 4, seen by strace: between each write and its answer, SQLite, Postgres and nats-server wait for the disk."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import psycopg
from tests.chaos.nats import nats
from tests.chaos.outcome import Outcome
from tests.chaos.people import Person
from tests.chaos.postgres import postgres
from tests.chaos.tracing import Sync, traced
from tests.chaos.world import world
from tests.chaos.writers import Door, reaction

WRITES, BRIEF_WRITES = 40, 5
_APART_SECONDS = 0.25
"""Between two writes, so that what the relay writes after one is not taken for the sync of the next."""

Window = tuple[float, float]


def run(seed: int, broken: bool, brief: bool) -> Outcome:
    """The controls: `synchronous=NORMAL`, `fsync=off`, `sync_interval: 2m`; each of them must miss."""
    writes = BRIEF_WRITES if brief else WRITES
    stores = {"SQLite": _sqlite, "Postgres": _postgres, "NATS": _nats}
    found = {name: store(writes, broken) for name, store in stores.items()}
    met = [count == writes for count in found.values()]
    line = ", ".join(f"{name} {count} of {writes}" for name, count in found.items())
    return Outcome(any(met) if broken else all(met), f"writes with a sync before their answer: {line}")


def _sqlite(writes: int, broken: bool) -> int:
    with world(people=1, tips=writes, env={"CHAOS_BREAK": "sync"} if broken else {}) as there:
        app, port = there.up()
        with traced(app) as seen:
            windows = asyncio.run(_reacting(port, there.people[0], writes))
            return _covered(windows, seen(), "oo.db-wal")


def _postgres(writes: int, broken: bool) -> int:
    with postgres() as (server, url):
        if broken:
            with psycopg.connect(url, autocommit=True) as asking:  # oO asks for synchronous_commit itself
                asking.execute("ALTER SYSTEM SET fsync = off")
                asking.execute("SELECT pg_reload_conf()")
        with world(people=1, tips=writes, url=url) as there, traced(server) as seen:
            _, port = there.up()
            return _covered(asyncio.run(_reacting(port, there.people[0], writes)), seen(), "pg_wal")


def _nats(writes: int, broken: bool) -> int:
    with tempfile.TemporaryDirectory(prefix="oo-chaos-") as folder:
        part, url = nats(Path(folder), sync="2m" if broken else "always")
        part.start()
        try:
            with traced(part) as seen:
                return _covered(asyncio.run(_publishing(url, writes)), seen(), "jetstream")
        finally:
            part.stop()


async def _reacting(port: int, person: Person, writes: int) -> list[Window]:
    """React to one tip after the other through the real route; when each was sent and answered."""
    with contextlib.closing(Door(port)) as door:

        async def one(turn: int) -> None:
            status = await door.post("/api/feedback", reaction(person, turn), person.cookie)
            if status != 200:
                raise RuntimeError(f"a reaction was answered with {status}")

        return await _one_by_one(one, writes)


async def _publishing(url: str, writes: int) -> list[Window]:
    """Publish one message after the other, each acknowledged."""
    from nats import connect

    client = await connect(url)
    try:
        stream = client.jetstream()
        await stream.add_stream(name="BAR4", subjects=["bar4"])

        async def one(turn: int) -> None:
            await stream.publish("bar4", b"%d" % turn)

        return await _one_by_one(one, writes)
    finally:
        await client.close()


async def _one_by_one(write: Callable[[int], Awaitable[None]], writes: int) -> list[Window]:
    windows = []
    for turn in range(writes):
        await asyncio.sleep(_APART_SECONDS)
        began = time.time()
        await write(turn)
        windows.append((began, time.time()))
    return windows


def _covered(windows: Sequence[Window], seen: Sequence[Sync], where: str) -> int:
    """In how many of these windows a sync of that file came back."""
    times = [one.at for one in seen if where in one.path]
    return sum(any(began <= at <= ended for at in times) for began, ended in windows)
