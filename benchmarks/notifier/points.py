"""How fast decision points are taken: the pure half on two processes, and the whole room on its database."""

from __future__ import annotations

import asyncio
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from oo.contracts.items import Busy
from oo.engine.interrupting import Offer, Reach, Sent, Situation, gate, out_of_reach
from oo.engine.interrupting.deciding import weigh
from oo.engine.timing import SHIPPED, moment, share
from oo.kernel.db import Transaction
from oo.modules.notifier.planned import point_row
from oo.modules.notifier.repository import devices, moments
from oo.modules.notifier.tests.stage import NOW, staged

EACH = 20_000
PEOPLE = 2_000


def pure(count: int) -> float:
    """Seconds of CPU for so many points that pass every rule and are weighed: none ends early."""
    now = datetime(2026, 11, 18, 9, tzinfo=UTC)
    sent = tuple(Sent(now - timedelta(hours=hours), now - timedelta(hours=hours - 1), False) for hours in (3, 20, 44))
    busy = tuple(Busy(now + timedelta(hours=hour), now + timedelta(hours=hour + 1)) for hour in (1, 3, 6))
    offer, reach = Offer("t", expires_at=now + timedelta(hours=4)), Reach("Europe/Berlin", (now - timedelta(hours=3),))
    allowed = share(8, [9] * 14)
    state = SHIPPED.initial(allowed)
    started = time.process_time()
    for number in range(count):
        at = now + timedelta(seconds=number % 3000)
        situation = Situation(at, "Europe/Berlin", ("Asia/Tokyo",), a_day=8, sent=sent, busy=busy)
        assert gate(situation, None) is None
        assert out_of_reach(situation, reach) is None
        assert gate(situation, offer) is None
        vectors = moment(
            hour=10.0,
            weekend=False,
            days_of_use=number % 400,
            minutes_since_interruption=180.0,
            minutes_since_use=60.0,
            dose=SHIPPED.dose(state),
            value_now=0.5,
            value_later=0.4,
        )
        verdict = weigh(state, vectors, "learnt", seed=number, share=allowed, day_seed=number, a_day=8)
        assert verdict.send is not None
        state = SHIPPED.spent(state, verdict.send, allowed)
    return time.process_time() - started


def on_two_cores() -> float:
    """Points a minute, two processes beside each other, by the wall."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(pure, [200, 200]))  # started and imported
        started = time.perf_counter()
        list(pool.map(pure, [EACH, EACH]))
        return 2 * EACH / (time.perf_counter() - started) * 60


def in_the_room(people: int = PEOPLE) -> tuple[float, int]:
    """Points a minute of CPU through the room's own job on SQLite with FULL, one process; and how many were sent."""
    return asyncio.run(_room(people))


async def _room(people: int) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder)) as stage:
            first = await stage.device()
            ids, kit = [f"U{number:025}" for number in range(people)], stage.room.kit
            for user in ids:
                kit.keys.create(user)

            def fill(tx: Transaction, some: list[str]) -> None:
                row: Any = devices.one(tx, "lena", first.id)
                here: Any = devices.presence(tx, "lena")
                for user in some:
                    mine = {"id": f"D{user[1:]}", "digest": user[-32:], "user_id": user}
                    devices.add(tx, {**row._mapping, **mine})
                    zone = ("Europe/Berlin", "Asia/Tokyo")[int(user[1:]) % 5 == 0]
                    devices.add_presence(tx, {**here._mapping, "user_id": user, "zone": zone})
                    day = NOW.toordinal()
                    moments.add_point(tx, point_row(kit.ids, user, "after-meeting", "m", stage.clock.now(), day))

            for start in range(0, people, 200):
                await kit.db.write(lambda tx, start=start: fill(tx, ids[start : start + 200]))
            started = time.process_time()
            await stage.job("decide")
            taken = time.process_time() - started
            rows = await stage.points()
            assert all(row.state == "decided" for row in rows)
            return len(rows) / taken * 60, sum(row.sent for row in rows)
