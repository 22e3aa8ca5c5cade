"""What goes wrong: processes die, two workers want the same, clocks lie. Nothing is doubled, and the log says it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from oo.contracts.channels import Receipt
from oo.modules.notifier.repository import log
from oo.modules.notifier.tests.stage import NOW, USER, Stage, staged
from oo.testing.determinism import FixedClock

pytestmark = pytest.mark.anyio


@pytest.mark.skipif("OO_TEST_DATABASE_URL" in os.environ, reason="the process that is killed has its own SQLite file")
@pytest.mark.parametrize(("when", "left"), [("before", 0), ("after", 1)])
async def test_a_process_killed_between_claim_and_send_never_doubles_it(tmp_path: Path, when: str, left: int) -> None:
    command = [sys.executable, "-m", "oo.modules.notifier.tests.killed", str(tmp_path), when]
    died = await asyncio.to_thread(subprocess.run, command, check=False, timeout=120)
    assert died.returncode == -9
    async with staged(tmp_path, FixedClock(NOW + timedelta(minutes=30))) as again:
        for _ in range(2_000):
            again.room.kit.ids.new()  # past those that the dead process gave out
        [before] = await again.deliveries()
        assert (before.state, before.tries) == ("claimed", 1)
        for _ in range(3):
            again.clock.advance(timedelta(minutes=3))
            await again.job("sweep")
            await again.job("send")
        assert again.channel.handed == []
        [after] = await again.deliveries()
        assert (after.state, after.reason, after.tries) == ("unknown", "interrupted", 1)
        assert [one.state for one in await again.pushes()] == ["sent"]  # it counts: it may have arrived
        again.stand(2)
        assert (await again.decide()).reason == "one-open"
    sent = tmp_path / "left"
    assert len(sent.read_text().split() if sent.exists() else []) == left


async def test_two_workers_send_each_delivery_once(stage: Stage) -> None:
    await stage.device("phone")
    await stage.device("laptop")
    await stage.device("tablet")
    other = stage.worker()
    stage.channel.slow = asyncio.Event()
    await stage.until_sent()
    both = asyncio.gather(stage.job("send"), other["send"](), stage.job("send"), other["send"]())
    for _ in range(1_000):
        if (await stage.deliveries())[-1].state != "planned":
            break
        await asyncio.sleep(0.01)
    stage.channel.slow.set()
    await both
    assert sorted(stage.channel.to) == ["laptop", "phone", "tablet"]
    assert [one.tries for one in await stage.deliveries()] == [1, 1, 1]


async def test_two_workers_that_decide_the_same_moment_decide_it_once(stage: Stage) -> None:
    await stage.device()
    other = stage.worker()
    for _ in range(20):
        await stage.point()
        await asyncio.gather(stage.job("decide"), other["decide"]())
    rows = await stage.points()
    assert all(one.state == "decided" for one in rows)
    assert len({one.point_id for one in await stage.pushes()}) == len(await stage.pushes())
    assert len([one for one in rows if one.sent]) == len(await stage.pushes())
    assert len(stage.rooms.coins) == len([one for one in rows if 0 < one.probability < 1])


async def test_two_pushes_planned_at_once_for_one_person_are_one_message(stage: Stage) -> None:
    await stage.device()
    await stage.until_sent()
    [push], [delivery] = await stage.pushes(), await stage.deliveries()
    twin = {**push._mapping, "id": "TWIN"}, {**delivery._mapping, "id": "TWIN-D", "push_id": "TWIN"}

    await stage.room.kit.db.write(lambda tx: log.add_push(tx, twin[0], [twin[1]]))
    await asyncio.gather(stage.job("send"), stage.worker()["send"]())
    await stage.job("send")
    assert len(stage.channel.handed) == 1
    assert sorted(one.state for one in await stage.deliveries()) == ["dropped", "sent"]
    assert {one.reason for one in await stage.deliveries()} <= {"", "one-open", "on-screen"}


class Jumping(FixedClock):
    """A clock whose time of day is set by somebody."""

    def jump(self, span: timedelta) -> None:
        """The wall clock shows another time; no time passed."""
        self._now += span


async def test_a_clock_that_jumps_is_not_believed_for_a_while(tmp_path: Path) -> None:
    clock = Jumping(NOW)
    async with staged(tmp_path, clock) as stage:
        await stage.device()
        stage.rooms.tip = None
        assert (await stage.decide()).reason == "nothing-to-say"
        clock.jump(timedelta(hours=3))
        stage.stand()
        assert (await stage.decide()).reason == "clock"
        clock.advance(timedelta(minutes=11))
        assert (await stage.decide()).reason != "clock"


async def test_a_clock_that_is_set_back_gives_no_second_budget(tmp_path: Path) -> None:
    clock = Jumping(NOW)
    async with staged(tmp_path, clock) as stage:
        await stage.device()
        await stage.notifier.wish(user=USER, a_day=1)
        await stage.until_sent()
        await stage.job("send")
        await stage.reacted("dismiss")
        clock.jump(timedelta(hours=-2))
        stage.stand(2)
        assert (await stage.decide()).reason == "clock"
        clock.advance(timedelta(minutes=30))
        assert (await stage.decide()).reason == "budget"
        assert len(stage.channel.handed) == 1


async def test_a_retry_that_quiet_hours_overtake_is_dropped(stage: Stage) -> None:
    stage.clock.set(NOW + timedelta(hours=11, minutes=35))  # 21:35 in Berlin, 21:50 once the device is in
    await stage.device()
    stage.channel.receipt = lambda message: Receipt("later", "busy", timedelta(minutes=9))
    await stage.until_sent()
    await stage.job("send")
    stage.clock.advance(timedelta(minutes=10))
    await stage.job("send")
    assert len(stage.channel.handed) == 1
    assert [(one.state, one.reason) for one in await stage.deliveries()] in (
        [("dropped", "quiet-hours")],
        [("failed", "busy")],  # it would have waited longer than it may live
    )
    ttl = stage.channel.handed[0].ttl
    assert ttl <= timedelta(minutes=10)
