"""A tick of per-person work: 100,000 invented people, six stub agents each, through the planner, runs and a child.

Agents read a person's few numbers and say a snippet; what is the same as before is not written. A size is a process of
its own, so that its memory is its own: `python -m benchmarks.ticks 30000`.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, insert, select, update

from benchmarks.report import Figure
from benchmarks.stub_agents import computed
from oo.kernel.children import Children
from oo.kernel.clock import SystemClock
from oo.kernel.db import Database, Prepared, SqliteDatabase, Transaction, upsert
from oo.kernel.ids import ulid
from oo.kernel.jobs.here import Here
from oo.kernel.jobs.job import Shard, Tick, Work
from oo.kernel.jobs.lease import Alone
from oo.kernel.jobs.planner import Planner
from oo.kernel.jobs.running import Running
from oo.kernel.jobs.runs import kick, progress
from oo.kernel.jobs.tables import metadata as jobs_tables
from oo.testing.databases import make

SIZES = (10_000, 30_000, 100_000)
CHANGED = 0.05
ROUNDS = 3
SLICE = 500
metadata = MetaData(schema="bench")
inputs = Table(
    "inputs",
    metadata,
    Column("user_id", String(26), primary_key=True),
    *(Column(name, Integer, nullable=False) for name in ("opened", "done", "due", "busy")),
)
outputs = Table(
    "outputs",
    metadata,
    Column("user_id", String(26), primary_key=True),
    Column("agent", Integer, primary_key=True),
    Column("hash", Integer, nullable=False),
    Column("snippet", String, nullable=False),
)
_between = lambda table: (table.c.user_id > bindparam("after"), table.c.user_id <= bindparam("upto"))  # noqa: E731
_INPUTS = Prepared(select(inputs).where(*_between(inputs)))
_HASHES = Prepared(select(outputs.c.user_id, outputs.c.agent, outputs.c.hash).where(*_between(outputs)))
_DUE = Prepared(
    select(inputs.c.user_id).where(inputs.c.user_id > bindparam("after")).order_by(inputs.c.user_id).limit(1000)
)


class Agents:
    """Six stub agents as one piece of work."""

    def __init__(self, db: Database, children: Children) -> None:
        self._db, self._children = db, children
        self.work = Work("bench.agents", 1, timedelta(hours=1), self._plan, self._run)

    def _plan(self, tx: Transaction, tick: Tick, after: str, limit: int) -> Sequence[str]:
        return [row.user_id for row in tx.fetch(_DUE, {"after": after})]

    async def _run(self, shard: Shard, tick: Tick) -> int:
        span = {"after": shard.after, "upto": shard.upto}
        rows, known = await self._db.read(lambda tx: (tx.fetch(_INPUTS, span), tx.fetch(_HASHES, span)))
        before = {(row.user_id, row.agent): row.hash for row in known}
        made = await self._children.run(computed, [tuple(row) for row in rows])
        fresh = [
            {"user_id": user, "agent": agent, "hash": digest, "snippet": snippet}
            for user, agent, digest, snippet in made
            if before.get((user, agent)) != digest
        ]
        for at in range(0, len(fresh), SLICE):
            await self._db.write(partial(upsert, table=outputs, rows=fresh[at : at + SLICE]))
        return len(fresh)


async def measure(people: int, folder: Path) -> dict[str, float]:
    """Seconds and rows of a full pass, and of a second one after some people's numbers changed."""
    db, children = SqliteDatabase(folder / "oo.db"), Children(1)
    for tables in (jobs_tables, metadata):
        await db.write(lambda tx, tables=tables: make(tx, tables))  # type: ignore[misc]
    draw = random.Random(7)  # noqa: S311
    ids = [ulid((1_700_000_000_000 + number) << 80 | number) for number in range(people)]
    for at in range(0, people, 5000):
        rows = [{"user_id": one, **{name: draw.randrange(50) for name in _NUMBERS}} for one in ids[at : at + 5000]]
        await db.write(lambda tx, rows=rows: tx.run(Prepared(insert(inputs)), rows))  # type: ignore[misc]
    agents = Agents(db, children)
    await children.run(computed, [])
    used = time.process_time() + await children.run(time.process_time)
    first, rows = await _pass(db, agents.work)
    cpu = time.process_time() + await children.run(time.process_time) - used
    changed = draw.sample(ids, int(people * CHANGED))
    change = Prepared(update(inputs).where(inputs.c.user_id == bindparam("one")).values(done=inputs.c.done + 1))
    await db.write(lambda tx: tx.run(change, [{"one": one} for one in changed]))
    second, again = await _pass(db, agents.work)
    children.close()
    await db.close()
    usage = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    mb, child = (one.ru_maxrss / 1024 for one in usage)
    return {"first": first, "cpu": cpu, "rows": rows, "second": second, "again": again, "mb": mb + child}


async def _pass(db: Database, work: Work) -> tuple[float, int]:
    """A tick from its opening to its last run: the planner, a queue and what works it off."""
    clock = SystemClock()
    running = Running(db, clock, "bench", [work])
    here = Here(running.run, lambda: planner.wake())
    planner = Planner(db, clock, Alone(), here, [work], shared=False)
    await db.write(lambda tx: kick(tx, work.name))
    began = time.perf_counter()
    tasks = [asyncio.create_task(task) for task in (here.work(), planner.run())]
    while True:
        await asyncio.sleep(0.05)
        told = [one for one in await db.read(progress) if one.planned]
        if told and told[0].done == told[0].shards:
            break
    seconds = time.perf_counter() - began
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return seconds, told[0].wrote


def ticks() -> Iterator[Figure]:
    """Bars 13 and 14.

    What a person costs is told in processor time, as others use this machine too.
    """
    found = {people: [_apart(people) for _ in range(ROUNDS)] for people in SIZES}
    most = min(found[SIZES[-1]], key=lambda one: one["first"])
    share = 100 * most["again"] / most["rows"]
    yield Figure(
        "a tick of 100,000 people and six stub agents, every row new", most["first"], "s", "≤ 60", 60.0,
        f"{most['rows']:.0f} rows written",
    )  # fmt: skip
    yield Figure(
        "the next tick, 5 % of the people changed: rows written", share, "%", "≤ 6", 6.0, f"in {most['second']:.1f} s"
    )
    yield Figure("both, memory of the process and its child at most", most["mb"], "MB", "< 1000", 1000.0, "")
    each = {people: min(one["cpu"] for one in ran) / people * 1e6 for people, ran in found.items()}
    spread = 100 * (max(each.values()) / min(each.values()) - 1)
    yield Figure(
        "a person's share of a tick, CPU, among 10,000, 30,000 and 100,000: spread", spread, "%", "≤ 15", 15.0,
        " ".join(f"{one:.0f}" for one in each.values()) + " µs",
    )  # fmt: skip


def _apart(people: int) -> dict[str, float]:
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.ticks", str(people)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(said.stdout))


_NUMBERS = ("opened", "done", "due", "busy")
BENCHES: tuple[Callable[[], Iterator[Figure]], ...] = (ticks,)

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        told: Any = asyncio.run(measure(int(sys.argv[1]), Path(made)))
        print(json.dumps(told))
