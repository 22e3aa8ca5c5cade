"""Every agent over made-up people, from stored features to written snippets: the house's own round, and the next one.

A size is a process of its own, so that its memory is its own: `python -m benchmarks.agents 10000`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import func, select

from benchmarks.population import NOW, change, ids, pasts, settle
from benchmarks.report import Figure
from oo.contracts.asking import Asking
from oo.contracts.features import UserHistory
from oo.contracts.manifests import AgentManifest
from oo.entry.wiring import House, house
from oo.kernel.db import Transaction
from oo.kernel.jobs.here import Here
from oo.kernel.jobs.lease import Alone
from oo.kernel.jobs.planner import Planner
from oo.kernel.jobs.running import Running
from oo.kernel.jobs.runs import kick, progress
from oo.kernel.outbox import outbox
from oo.kernel.plugins import discover
from oo.kernel.settings import Settings
from oo.ml.features.fold import At, fold, start
from oo.ml.features.registry import profile_values
from oo.ml.serving.local import Local
from oo.modules.recommender.tables import agent_outputs, hearings, rounds
from oo.testing.agents import lives
from oo.testing.determinism import FixedClock

SIZES = (10_000, 30_000, 100_000)
CHANGED = 0.05
LATER = timedelta(minutes=15)


class Standing(FixedClock):
    """The hour stands still, so that rounds can be told apart; spans are real."""

    def monotonic(self) -> float:
        """Seconds."""
        return time.monotonic()


async def measure(people: int, folder: Path) -> dict[str, Any]:
    """Seconds, processor time and rows of a round, and of the next one after some people's tasks changed."""
    clock, lived = Standing(NOW), await pasts()
    logging.disable(logging.CRITICAL)
    settings = Settings(data=folder, log_level="error", files=())
    async with house(settings, clock=clock, background=False) as home:
        await settle(home.kit.db, home.kit.keys, people, lived)
        children = home.promises[Asking]._children  # type: ignore[attr-defined]
        await children.run(time.process_time)
        as_served()
        first = await _round(home, clock, children)
        clock.advance(LATER)
        changed = sorted(random.Random(3).sample(ids(people), int(people * CHANGED)))  # noqa: S311
        await change(home.kit.db, home.kit.keys, changed, lived, clock.now())
        second = await _round(home, clock, children)
    usage = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {"first": first, "second": second, "mb": sum(usage)}


def as_served() -> None:
    """Collect garbage as seldom as `oo up` does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def _round(home: House, clock: Standing, children: Any) -> dict[str, float]:
    work = next(one for built in home.rooms.values() for one in built.works if one.name == "recommender.hear-all")
    work = replace(work, spread=timedelta(0))
    before = await home.kit.db.read(_events)
    used = [time.process_time(), await children.run(time.process_time)]
    seconds = await _pass(home, work)
    cpu = [time.process_time() - used[0], await children.run(time.process_time) - used[1]]
    now = clock.now()
    said, settled, noted, events = await home.kit.db.read(lambda tx: (*_rows(tx, now), _events(tx) - before))
    return {
        "seconds": seconds,
        "parent": cpu[0],
        "child": cpu[1],
        "snippets": said,
        "rows": said + settled + noted,
        "events": events,
    }


async def _pass(home: House, work: Any) -> float:
    """A tick from its opening to its last run: the planner, a queue and what works it off."""
    db, clock = home.kit.db, home.kit.clock
    running = Running(db, clock, "bench", [work])
    here = Here(running.run, lambda: planner.wake())
    planner = Planner(db, clock, Alone(), here, [work], shared=False)
    await db.write(lambda tx: kick(tx, work.name))
    began = time.perf_counter()
    tasks = [asyncio.create_task(task) for task in (here.work(), planner.run())]
    while True:
        await asyncio.sleep(0.25)  # looking costs, too
        told = [one for one in await db.read(progress) if one.planned and one.at == clock.now()]
        if told and told[0].failed:
            raise SystemExit(f"a shard failed: {told[0].reason}")
        if told and told[0].done == told[0].shards:
            break
    seconds = time.perf_counter() - began
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return seconds


def _rows(tx: Transaction, now: datetime) -> tuple[int, int, int]:
    found = [
        select(func.count()).where(column == now) for column in (agent_outputs.c.at, hearings.c.heard_at, rounds.c.at)
    ]
    said, settled, noted = (int(tx.execute(one).scalar_one()) for one in found)
    return said, settled, noted


def _events(tx: Transaction) -> int:
    return int(tx.execute(select(func.count()).select_from(outbox)).scalar_one())


def rounds_of_agents() -> Iterator[Figure]:
    """Bars of part 5: a full pass, the next one, memory, and the cost of a person as people become more."""
    found = {people: _apart(people) for people in SIZES}
    most, again = found[SIZES[-1]]["first"], found[SIZES[-1]]["second"]
    cpu = f"CPU {most['parent']:.0f} s and {most['child']:.0f} s in the child"
    yield Figure(
        "100,000 people, every agent, stored features to written snippets", most["seconds"], "s", "≤ 60", 60.0,
        f"{cpu}; {most['snippets']:.0f} snippets, {most['events']:.0f} events",
    )  # fmt: skip
    share = 100 * again["rows"] / most["rows"]
    note = f"in {again['seconds']:.1f} s; {again['snippets']:.0f} snippets of {again['rows']:.0f} rows"
    yield Figure("a quarter of an hour later, 5 % changed: rows written", share, "%", "≤ 6", 6.0, note)
    yield Figure("both, memory of the process and its child at most", found[SIZES[-1]]["mb"], "MB", "< 1000", 1e3, "")
    each = {people: 1e6 * (one["first"]["parent"] + one["first"]["child"]) / people for people, one in found.items()}
    spread = 100 * (max(each.values()) / min(each.values()) - 1)
    told = " ".join(f"{one:.0f}" for one in each.values()) + " µs CPU"
    yield Figure("a person among 10,000, 30,000 and 100,000: spread", spread, "%", "≤ 15", 15.0, told)
    yield from _recomputed()


def _recomputed() -> Iterator[Figure]:
    """One person anew: 5,000 events folded, all profile features, all parameters inferred."""
    agents = Local(discover("agents", AgentManifest.model_validate).plugins)
    history = lives(1, days=2600, now=NOW)
    past = history.activities[-5000:]
    history = UserHistory(history.user, history.now, history.zone, history.today, past)
    took = []
    for _ in range(9):
        began = time.process_time()
        profile_values(fold(start(), past), At(NOW.timestamp(), history.today))
        asyncio.run(agents.infer(history=history))
        took.append(1000 * (time.process_time() - began))
    note = f"{min(took):.0f} to {max(took):.0f} ms CPU, {len(past)} events"
    yield Figure("one person's full recomputation", median(took), "ms", "< 50", 50.0, note)


def _apart(people: int) -> dict[str, Any]:
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.agents", str(people)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(said.stdout))


rounds_of_agents.__name__ = "agents"
BENCHES: tuple[Callable[[], Iterator[Figure]], ...] = (rounds_of_agents,)

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(json.dumps(asyncio.run(measure(int(sys.argv[1]), Path(made)))))
