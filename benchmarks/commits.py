"""Which thread runs a unit: the event loop, with only COMMIT in a thread (shipped), or a thread for the whole group."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import insert, select

from benchmarks.report import Figure
from oo.kernel.clock import SystemClock
from oo.kernel.db import SqliteDatabase, Transaction, insert_new
from oo.kernel.db.sqlite import _Writer
from oo.kernel.ids import UlidIds
from oo.kernel.outbox import cursors, metadata, outbox, sequences

ROUNDS = 5
UNITS = 3_000
CLIENTS = 64


class _Threaded(_Writer):
    """The variant as design.md first wrote it: a group runs and commits in the writer's thread."""

    async def _commit(self, group: list[Any]) -> list[Any]:
        return list(await self._in_thread(lambda: _whole_group(self._raw, self._transaction, group)))


def variants() -> Iterator[Figure]:
    """Durable units a second from 64 clients, both variants in turn."""
    pairs = [(asyncio.run(_speed(_Writer)), asyncio.run(_speed(_Threaded))) for _ in range(ROUNDS)]
    loop, thread = (median(values) for values in zip(*pairs, strict=True))
    note = f"{loop:.0f}/s against {thread:.0f}/s"
    yield Figure(
        "units on the loop against units in a thread",
        median(a / b for a, b in pairs),
        "x",
        "≥ 1",
        1.0,
        note,
        higher=True,
    )


async def _speed(writer: type[_Writer]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        db = SqliteDatabase(Path(folder) / "oo.db")
        db._writer = writer(db._engine.connect())
        await db.write(lambda tx: metadata.create_all(tx._connection))
        ids, left = UlidIds(), iter(range(UNITS))

        async def client() -> None:
            for number in left:
                await db.write(_unit(ids.new(), number))

        started = time.perf_counter()
        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        speed = UNITS / (time.perf_counter() - started)
        await db.close()
        return speed


def _unit(event: str, number: int) -> Callable[[Transaction], bool]:
    """As much as a reaction does: two look-ups, three rows."""

    now = SystemClock().now()

    def unit(tx: Transaction) -> bool:
        user = f"u{number % CLIENTS}"
        tx.execute(select(sequences.c.last).where(sequences.c.user_id == user)).first()
        tx.execute(select(cursors.c.seq).where(cursors.c.user_id == user)).first()
        insert_new(tx, sequences, {"user_id": user, "last": number})
        insert_new(tx, cursors, {"consumer": event, "user_id": user, "seq": number})
        row = {
            "event_id": event,
            "user_id": user,
            "user_seq": number,
            "type": "t",
            "at": now,
            "trace": "",
            "payload": b"x" * 200,
        }
        tx.execute(insert(outbox), row)
        return True

    return unit


def _whole_group(raw: sqlite3.Connection, transaction: Transaction, group: list[Any]) -> list[Any]:
    raw.execute("BEGIN IMMEDIATE")
    outcomes = []
    for unit, future in group:
        raw.execute("SAVEPOINT unit")
        outcomes.append((future, unit(transaction), None))
        raw.execute("RELEASE unit")
    raw.execute("COMMIT")
    return outcomes


BENCHES: tuple[Callable[[], Iterator[Figure]], ...] = (variants,)
