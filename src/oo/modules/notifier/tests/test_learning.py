"""What came of moments: measured, learnt from within the half hour, and forgotten when that is taken back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from oo.contracts.agents import Value
from oo.contracts.events import BusyChanged, ConsentChanged, DeliveryChanged, TaskCompleted, TipSeen
from oo.contracts.items import Busy
from oo.contracts.knowledge import Known
from oo.engine.sampling import unit
from oo.engine.timing import SHIPPED, chance
from oo.engine.timing.price import lowest
from oo.kernel.db import Transaction
from oo.kernel.jobs import Shard, Tick
from oo.modules.notifier import module
from oo.modules.notifier.repository import moments
from oo.modules.notifier.tests.stage import NOW, USER, Stage
from oo.modules.notifier.weighing import LEARNT, read_moment

pytestmark = pytest.mark.anyio


async def temper(stage: Stage) -> bytes | None:
    """What was learnt, opened."""

    def read(tx: Transaction) -> bytes | None:
        row = moments.tempers_of(tx, [USER]).get(USER)
        return None if row is None else bytes(row.learnt)

    kept = await stage.room.kit.db.read(read)
    return None if kept is None else stage.room.kit.keys.cipher(USER).open_bytes(LEARNT, kept)


async def pushed(stage: Stage, number: int = 1) -> None:
    """A push that went out."""
    stage.stand(number)
    await stage.until_sent()
    await stage.job("send")


async def test_a_reaction_within_the_half_hour_teaches_and_each_moment_once(stage: Stage) -> None:
    await stage.device()
    await pushed(stage)
    prior = await temper(stage)
    stage.clock.advance(timedelta(minutes=12))
    await stage.reacted("done")
    await stage.job("learn")
    assert await temper(stage) == prior  # the half hour is not over
    stage.clock.advance(timedelta(minutes=30))
    await stage.job("learn")
    taught = await temper(stage)
    assert taught != prior
    sent = [row for row in await stage.points() if row.sent]
    assert [row.reward for row in sent] == [1.0]
    await stage.job("learn")
    assert await temper(stage) == taught


async def test_a_reaction_after_the_half_hour_or_taken_back_is_no_reward(stage: Stage) -> None:
    await stage.device()
    await pushed(stage)
    await stage.reacted("done")
    await stage.reacted("undo")
    assert [row.reward for row in await stage.points() if row.sent] == [None]
    stage.clock.advance(timedelta(minutes=31))
    await stage.reacted("done")
    assert [row.reward for row in await stage.points() if row.sent] == [None]


async def test_the_log_holds_the_whole_decision(stage: Stage) -> None:
    await stage.device()
    await pushed(stage)
    row = next(row for row in await stage.points() if row.sent)
    found = read_moment(row)
    assert found is not None
    moment, send, kept = found
    assert (len(moment.base), len(moment.effect)) == (7, 10)
    assert (send.probability, send.sent, send.seed) == (row.probability, True, json.loads(row.moment)["seed"])
    assert kept["share"] == 0.25
    again = chance(send.effect, send.variance, send.price, floor=lowest(kept["share"]), temperature=SHIPPED.temperature)
    assert abs(again - row.probability) < 1e-6
    assert unit(send.seed) < row.probability


async def test_who_takes_the_consent_back_is_unlearnt(stage: Stage) -> None:
    await stage.device()
    await pushed(stage)
    stage.rooms.granted_.discard("mood_habits")
    await stage.room.deliver(USER, ConsentChanged(key="mood_habits", granted=False))
    assert await temper(stage) is None
    stage.clock.advance(timedelta(minutes=40))
    await stage.job("learn")
    assert await temper(stage) is None
    assert all(row.learnt for row in await stage.points() if row.sent)


async def test_measures_count_false_alarms_just_in_time_and_opt_outs(stage: Stage) -> None:
    device = await stage.device()
    await stage.notifier.wish(user=USER, a_day=8)
    for number, action in ((1, "done"), (2, "dismiss"), (3, "")):
        await pushed(stage, number)
        stage.clock.advance(timedelta(minutes=10))
        if action:
            await stage.reacted(action, tip=f"tip-{number}")
        stage.clock.advance(timedelta(minutes=10))
    await stage.notifier.unsubscribe(user=USER, device=device.id)
    stage.clock.advance(timedelta(hours=25))
    found = await stage.notifier.measures(user=USER)
    assert (found.pushes, found.false_alarms.count, found.false_alarms.of) == (3, 2, 3)
    assert (found.just_in_time.count, found.just_in_time.of) == (1, 3)
    assert found.opt_outs_per_100 is not None
    assert round(found.opt_outs_per_100, 1) == 33.3
    assert found.by_arm["random"].value is None
    assert found.lift is None
    everybody = await stage.notifier.measures()
    assert everybody.pushes == 3


async def look(stage: Stage) -> list[tuple[str, str]]:
    """Look for moments; those that are due, by kind and local time."""
    [work] = stage.room.built.works
    now = stage.clock.now()
    await work.run(Shard(upto="z"), Tick(1, now, now + timedelta(minutes=1)))
    due = [row for row in await stage.points() if row.state == "due"]
    return sorted((row.kind, f"{row.due_at + timedelta(hours=1):%H:%M}") for row in due)


async def test_moments_are_the_ends_of_meetings_and_the_hours_that_somebody_likes(stage: Stage) -> None:
    await stage.device()
    value: Value = (14.0, 20.0)
    stage.rooms.said = [Known("time_of_day", "peak_hours", value, "inferred", NOW)]
    stage.rooms.busy = [Busy(NOW + timedelta(hours=1), NOW + timedelta(hours=2))]
    found = await look(stage)
    assert found[0] == ("after-meeting", "12:02")
    assert [(kind, at[:2]) for kind, at in found[1:]] == [("liked-slot", "14"), ("liked-slot", "20")]
    stage.rooms.busy = [Busy(NOW + timedelta(hours=1), NOW + timedelta(hours=3))]
    await stage.room.deliver(USER, BusyChanged(connection="c1", blocks=1))
    assert ("after-meeting", "13:02") in await look(stage)
    assert ("after-meeting", "12:02") not in await look(stage)


async def test_a_task_closed_and_the_first_activity_are_moments_once(stage: Stage) -> None:
    await stage.device()
    await stage.room.deliver(USER, TaskCompleted(ref="c1:7", version="v1"))
    await stage.reacted("done")
    await stage.room.deliver(USER, TaskCompleted(ref="c1:7", version="v2"))
    due = sorted(row.kind for row in await stage.points())
    assert due == ["first-activity", "task-closed", "task-closed"]


async def test_a_tip_that_was_on_a_screen_is_not_sent(stage: Stage) -> None:
    await stage.device()
    await stage.room.deliver(USER, TipSeen(tip="tip-1", surface="page"))
    assert (await stage.decide()).reason == "here"
    stage.clock.advance(timedelta(minutes=6))
    assert (await stage.decide()).reason == "on-screen"


async def test_everything_of_a_person_is_shown_and_forgotten(stage: Stage) -> None:
    await stage.device()
    await pushed(stage)
    await stage.notifier.wish(user=USER, a_day=1)
    db, cipher = stage.room.kit.db, stage.room.kit.keys.cipher(USER)
    shown = await db.read(lambda tx: module.export(tx, USER, cipher))
    assert {name for name, rows in shown.items() if rows} == {
        *("devices", "wishes", "presences", "tempers", "points", "pushes", "deliveries", "optouts"),
    }
    assert shown["devices"][0]["name"] == "The phone"
    while await db.write(lambda tx: module.erase(tx, USER)):
        pass
    assert not any((await db.read(lambda tx: module.export(tx, USER, cipher))).values())
    await stage.job("decide")
    await stage.job("send")
    await stage.job("learn")


async def test_who_wants_less_after_a_push_is_told_to_those_who_watch_policies(stage: Stage) -> None:
    device = await stage.device()
    await stage.notifier.wish(user=USER, a_day=2)  # nothing came before it
    await pushed(stage)
    await stage.notifier.wish(user=USER, a_day=1)
    await stage.notifier.wish(user=USER, a_day=5)
    await stage.notifier.unsubscribe(user=USER, device=device.id)
    told = [one for one in await stage.room.published(USER) if isinstance(one, DeliveryChanged)]
    assert [one.reason for one in told if one.state == "opted-out"] == ["dial", "device"]
