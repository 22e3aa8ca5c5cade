"""From a moment to a message: decided, sent at most once, and taken back when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oo.contracts.channels import Receipt
from oo.contracts.errors import TooMany
from oo.contracts.events import DeliveryChanged, TaskCompleted, TipServed
from oo.contracts.items import Busy
from oo.kernel.db import Transaction
from oo.modules.notifier.repository import devices
from oo.modules.notifier.tests.stage import NOW, USER, Stage

pytestmark = pytest.mark.anyio


async def test_a_moment_that_is_worth_it_sends_the_tip_once_to_every_device(stage: Stage) -> None:
    await stage.device("phone")
    await stage.device("laptop")
    row = await stage.until_sent()
    assert 0.0 < row.probability <= 0.8
    for _ in range(3):
        await stage.job("send")
    assert sorted(stage.channel.to) == ["laptop", "phone"]
    assert {message.title for message in stage.channel.handed} == {"Call the plumber."}
    assert [one.state for one in await stage.deliveries()] == ["sent", "sent"]
    assert len([one for one in await stage.pushes() if one.state == "sent"]) == 1
    told = [one.state for one in await stage.room.published(USER) if isinstance(one, DeliveryChanged)]
    assert sorted(told) == ["claimed", "claimed", "sent", "sent"]


async def test_every_moment_is_a_row_with_its_reason_and_probability_sent_or_not(stage: Stage) -> None:
    await stage.device()
    stage.rooms.busy.append(Busy(stage.clock.now(), stage.clock.now() + timedelta(hours=1)))
    assert (await stage.decide()).reason == "meeting"
    stage.rooms.busy.clear()
    stage.rooms.contexts.add("focus")
    assert (await stage.decide()).reason == "context"
    stage.rooms.contexts.clear()
    stage.rooms.tip = None
    assert (await stage.decide()).reason == "nothing-to-say"
    stage.stand()
    await stage.until_sent()
    ledger = await stage.notifier.ledger(user=USER)
    assert len(ledger) == len(await stage.points())
    assert ledger[0].sent
    assert ledger[0].reason == "worth-it"
    assert {one.probability for one in ledger[-3:]} == {0.0}
    assert ledger[-1].said == "You were in a meeting."
    assert len(stage.rooms.coins) == len(ledger) - 3


async def test_while_one_is_unanswered_none_follows(stage: Stage) -> None:
    await stage.device()
    await stage.until_sent()
    await stage.job("send")
    assert (await stage.decide()).reason == "one-open"


async def test_the_budget_of_a_day_is_a_hard_cap_whatever_came_of_it(stage: Stage) -> None:
    await stage.device()
    await stage.notifier.wish(user=USER, a_day=2)
    for number in (1, 2):
        stage.stand(number)
        await stage.until_sent()
        await stage.job("send")
        await stage.reacted("dismiss", tip=f"tip-{number}")
        stage.clock.advance(timedelta(minutes=20))
    stage.stand(3)
    assert (await stage.decide()).reason == "budget"
    assert len(stage.channel.handed) == 2


async def test_quiet_hours_drop_what_was_on_its_way_and_one_fresh_decision_follows_them(stage: Stage) -> None:
    await stage.device()
    await stage.until_sent()
    stage.clock.set(NOW + timedelta(hours=12, minutes=10))  # ten past ten in the evening
    stage.rooms.tip = stage.stand()
    await stage.job("send")
    await stage.decide()
    await stage.decide()
    assert stage.channel.handed == []
    rows = await stage.points()
    assert {one.reason for one in rows[-3:-1]} <= {"quiet-hours", "", "late"}
    fresh = [one for one in rows if one.kind == "fresh"]
    assert [one.due_at for one in fresh] == [NOW + timedelta(hours=21, minutes=5)]
    assert [one.state for one in await stage.deliveries()] == ["dropped"]
    stage.clock.set(NOW + timedelta(hours=21, minutes=6))
    stage.rooms.tip = None
    await stage.job("send")
    assert stage.channel.handed == []
    await stage.job("decide")
    assert [one.reason for one in await stage.points() if one.kind == "fresh"] == ["nothing-to-say"]


async def test_the_first_device_to_act_withdraws_the_others(stage: Stage) -> None:
    await stage.device("phone")
    laptop = await stage.device("laptop")
    await stage.until_sent()
    await stage.job("send")
    assert await stage.notifier.current(user=USER, device=laptop.id) == "tip-1"
    on_phone = next(m for m, to in zip(stage.channel.handed, stage.channel.to, strict=True) if to == "phone")
    found = await stage.notifier.react(token=on_phone.answers[0].token, verb="done")
    assert found.tip == "tip-1"
    await stage.reacted("done")
    await stage.job("send")
    assert [message.id for message in stage.channel.taken_back] == [
        m.id for m, to in zip(stage.channel.handed, stage.channel.to, strict=True) if to == "laptop"
    ]
    assert await stage.notifier.current(user=USER, device=laptop.id) is None
    assert sorted(one.state for one in await stage.deliveries()) == ["sent", "withdrawn"]


async def test_what_is_done_elsewhere_before_it_is_sent_is_not_sent(stage: Stage) -> None:
    await stage.device()
    await stage.until_sent()
    await stage.room.deliver(USER, TaskCompleted(ref="c1:1", version="v2"))
    await stage.job("send")
    assert stage.channel.handed == []
    assert [(one.state, one.reason) for one in await stage.deliveries()] == [("dropped", "done")]
    sent = [one for one in await stage.points() if one.tip_id and one.reason == "done"]
    assert [one.sent for one in sent] == [False]


async def test_another_tip_takes_what_was_sent_back(stage: Stage) -> None:
    await stage.device()
    await stage.until_sent()
    await stage.job("send")
    await stage.room.deliver(USER, TipServed(tip="tip-2"))
    await stage.job("send")
    assert len(stage.channel.taken_back) == 1
    assert [one.state for one in await stage.pushes()] == ["withdrawn"]


async def test_what_is_over_is_taken_back(stage: Stage) -> None:
    await stage.device()
    await stage.until_sent()
    await stage.job("send")
    stage.clock.advance(timedelta(hours=5))
    await stage.job("sweep")
    await stage.job("send")
    assert len(stage.channel.taken_back) == 1


async def test_a_service_that_did_not_take_it_is_asked_again_and_one_that_may_have_is_not(stage: Stage) -> None:
    await stage.device()
    stage.channel.receipt = lambda message: Receipt("later", "busy", timedelta(seconds=90))
    await stage.until_sent()
    await stage.job("send")
    await stage.job("send")
    assert len(stage.channel.handed) == 1
    stage.clock.advance(timedelta(seconds=91))
    stage.channel.receipt = lambda message: Receipt("unknown", "no-answer")
    await stage.job("send")
    assert len(stage.channel.handed) == 2
    stage.clock.advance(timedelta(minutes=20))
    await stage.job("send")
    await stage.job("sweep")
    assert len(stage.channel.handed) == 2
    assert [(one.state, one.reason, one.tries) for one in await stage.deliveries()] == [("unknown", "no-answer", 2)]


async def test_a_fault_of_a_channel_is_never_a_second_message(stage: Stage) -> None:
    await stage.device()

    def broken(message: object) -> Receipt:
        raise RuntimeError("after it left")

    stage.channel.receipt = broken
    await stage.until_sent()
    for _ in range(3):
        await stage.job("send")
        stage.clock.advance(timedelta(minutes=6))
        await stage.job("sweep")
    assert len(stage.channel.handed) == 1
    assert [(one.state, one.reason) for one in await stage.deliveries()] == [("unknown", "fault")]


async def test_an_address_that_is_gone_is_not_written_to_again(stage: Stage) -> None:
    device = await stage.device()
    stage.channel.receipt = lambda message: Receipt("gone", "expired")
    await stage.until_sent()
    await stage.job("send")
    found = await stage.notifier.channels(user=USER)
    assert [one.state for one in found[2].devices] == ["gone"]
    assert await stage.notifier.heartbeat(user=USER, channel="recording", values={"key": "phone"}) is None
    again = await stage.notifier.subscribe(user=USER, channel="recording", values={"key": "phone"}, name="Phone")
    assert (again.id, again.state) == (device.id, "works")


async def test_a_thousand_devices_get_five_messages(stage: Stage) -> None:
    first = await stage.device("d0")

    def more(tx: Transaction) -> None:
        row = devices.one(tx, USER, first.id)
        assert row is not None
        for number in range(1, 1000):
            one = {**row._mapping, "id": f"D{number:025}", "digest": f"{number:032}"}
            devices.add(tx, one)

    await stage.room.kit.db.write(more)
    with pytest.raises(TooMany):
        await stage.notifier.subscribe(user=USER, channel="recording", values={"key": "another"}, name="d")
    stage.clock.advance(timedelta(minutes=15))
    stage.stand()
    await stage.until_sent()
    await stage.job("send")
    assert len(stage.channel.handed) == 5
    assert len(await stage.pushes()) == 1
