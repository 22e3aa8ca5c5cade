"""A room with work for many people, who exist as numbers alone: each shard's effect is counted, so that a doubled one
shows, and writes a row for each of its people, half of them before a pause and half after it.

The bars of jobs build it into the real program (tests/chaos/crowd_program.py); variables named CROWD_* say how much.
"""

from __future__ import annotations

import asyncio
import os
import zlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, insert, update

from oo.kernel.db import Transaction, insert_new, upsert
from oo.kernel.ids import ulid
from oo.kernel.jobs import Shard, Tick, Work
from oo.kernel.keys import Cipher
from oo.kernel.module import Built, Kit, Module, Needs

NAME, WHAT = "crowd", "crowd.compute"
_BORN = 1_700_000_000_000
metadata = MetaData(schema=NAME)

results = Table(
    "results", metadata, Column("person", String(26), primary_key=True), Column("value", Integer, nullable=False)
)
effects = Table(
    "crowd_effects",
    metadata,
    Column("tick", Integer, primary_key=True),
    Column("shard", Integer, primary_key=True),
    Column("times", Integer, nullable=False),
)
begun = Table(
    "begun",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("shard", Integer, nullable=False),
    Column("process", Integer, nullable=False),
)


def person(number: int) -> str:
    """The id of the person of a number: they joined a millisecond apart."""
    return ulid((_BORN + number) << 80 | number)


def value(person: str, tick: int) -> int:
    """What is computed for a person in a tick."""
    return zlib.crc32(f"{person}{tick}".encode()) & 0x7FFFFFFF


def _after(bound: str, count: int) -> int:
    """The number of the first person after an id."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if person(middle) <= bound else (low, middle)
    return low


def _build(kit: Kit, needs: Needs) -> Built:
    count, pause = int(os.environ["CROWD_PEOPLE"]), float(os.environ.get("CROWD_SECONDS", "0"))

    def plan(tx: Transaction, tick: Tick, after: str, limit: int) -> Sequence[str]:
        first = _after(after, count)
        return [person(number) for number in range(first, min(first + limit, count))]

    async def run(shard: Shard, tick: Tick) -> int:
        mine = [person(number) for number in range(_after(shard.after, count), _after(shard.upto, count))]
        rows = [{"person": one, "value": value(one, tick.number)} for one in mine]
        half = len(rows) // 2

        def begin(tx: Transaction) -> None:
            tx.execute(insert(begun), {"shard": shard.number, "process": os.getpid()})
            upsert(tx, results, rows[:half])

        await kit.db.write(begin)
        await asyncio.sleep(pause)

        def end(tx: Transaction) -> None:
            upsert(tx, results, rows[half:])
            here = (effects.c.tick == tick.number, effects.c.shard == shard.number)
            if not insert_new(tx, effects, {"tick": tick.number, "shard": shard.number, "times": 1}):
                tx.execute(update(effects).where(*here).values(times=effects.c.times + 1))

        await kit.db.write(end)
        return len(rows)

    every = timedelta(seconds=float(os.environ.get("CROWD_EVERY", "3600")))
    return Built(promises={}, works=[Work(WHAT, 1, every, plan, run)])


def _erase(tx: Transaction, user: str) -> int:
    return 0


def _export(tx: Transaction, user: str, cipher: Cipher) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    return {}


module = Module(name=NAME, keeps=(), needs=(), tables=metadata, erase=_erase, export=_export, build=_build)
