"""A full disk, a locked file, a clock that is wrong: what can be written is, nothing is lost, the order holds."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from oo.kernel.db.faults import is_database_at_fault
from oo.kernel.outbox import parked
from oo.kernel.relay import Relay
from oo.kernel.tests.bench import Bench, TipSeen, bench_in
from oo.testing.determinism import FixedClock

pytestmark = pytest.mark.anyio


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench_in(tmp_path, "lena", "otto") as made:
        yield made


@pytest.mark.sqlite
async def test_a_full_disk_refuses_what_does_not_fit_and_sets_nothing_aside(bench: Bench) -> None:
    await bench.publish("lena", "a")
    used = await pages(bench, "PRAGMA page_count")
    await pages(bench, f"PRAGMA max_page_count = {used + 20}")
    said = ["a"]
    with pytest.raises(sqlite3.OperationalError, match="disk is full") as full:
        await publish_on(bench, said)
    assert is_database_at_fault(full.value)
    relay = bench.relay()
    for _ in range(8):  # its effects don't fit either, more often than an event is tried
        with pytest.raises(Exception, match="disk is full"):
            await drain(relay)
    await pages(bench, "PRAGMA max_page_count = 1000000")
    await bench.publish("lena", "z")
    await drain(relay)
    assert await bench.done("lena") == [*said, "z"]
    assert await bench.rows(select(parked)) == []


async def publish_on(bench: Bench, said: list[str]) -> None:
    for number in range(200):
        await bench.publish("lena", f"{number:03d}" * 100)
        said.append(f"{number:03d}" * 100)


async def drain(relay: Relay) -> None:
    while await relay.step():
        pass


async def pages(bench: Bench, pragma: str) -> int:
    return await bench.db.write(lambda tx: int(tx.execute(text(pragma)).scalar_one()))


@pytest.mark.sqlite
async def test_a_file_that_somebody_locks_for_a_moment_is_waited_for(bench: Bench, tmp_path: Path) -> None:
    locked, free = threading.Event(), threading.Event()

    def lock() -> None:
        other = sqlite3.connect(tmp_path / "oo.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        locked.set()
        free.wait(0.5)
        other.execute("ROLLBACK")
        other.close()

    holding = asyncio.create_task(asyncio.to_thread(lock))
    await asyncio.to_thread(locked.wait, 5)
    await bench.publish("lena", "a")
    await bench.relay().step()
    await holding
    assert await bench.done("lena") == ["a"]


async def test_a_clock_that_jumps_by_an_hour_changes_no_order(bench: Bench) -> None:
    clock = FixedClock()
    for tip, hours in (("a", 0), ("b", -1), ("c", 1), ("d", 0)):
        envelope = bench.outbox.envelope("lena", TipSeen(tip), at=clock.now() + timedelta(hours=hours))
        await bench.db.write(lambda tx, one=envelope: bench.outbox.publish(tx, one))  # type: ignore[misc]
    await bench.relay().step()
    assert await bench.done("lena") == ["a", "b", "c", "d"]
