"""Answers by token, without a session: once, and then the way of a tap on the page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oo.contracts.channels import Receipt
from oo.contracts.errors import Conflict, NotFound, Overtaken, TooMany
from oo.contracts.ids import UserId
from oo.modules.notifier.tests.stage import NOW, USER, Stage

pytestmark = pytest.mark.anyio


async def sent(stage: Stage) -> str:
    """The token of a message that was just sent."""
    await stage.device()
    await stage.until_sent()
    await stage.job("send")
    return stage.channel.handed[-1].answers[0].token


async def test_a_token_reacts_once_and_the_same_again_is_repeated(stage: Stage) -> None:
    token = await sent(stage)
    first = await stage.notifier.react(token=token, verb="done")
    again = await stage.notifier.react(token=token, verb="done")
    assert (first.user, first.tip, first.repeated, again.repeated) == (USER, "tip-1", False, True)
    assert len({one.key for one in stage.rooms.reactions}) == 1
    with pytest.raises(Conflict):
        await stage.notifier.react(token=token, verb="dismiss")


async def test_a_snooze_without_a_moment_is_to_the_next_true_one(stage: Stage) -> None:
    token = await sent(stage)
    await stage.notifier.react(token=token, verb="snooze")
    assert [(one.action, one.until) for one in stage.rooms.reactions] == [("snooze", NOW + timedelta(hours=9))]


async def test_a_token_that_nobody_gave_or_that_is_over_changes_nothing(stage: Stage) -> None:
    token = await sent(stage)
    with pytest.raises(NotFound):
        await stage.notifier.react(token="A" * 43, verb="done")
    with pytest.raises(NotFound):
        await stage.notifier.react(token=token, verb="confirm")
    stage.clock.advance(timedelta(hours=5))
    with pytest.raises(Overtaken):
        await stage.notifier.react(token=token, verb="done")
    assert stage.rooms.reactions == []


async def test_the_token_of_the_way_out_finishes_no_task_and_that_of_the_task_stops_nothing(stage: Stage) -> None:
    await sent(stage)
    by_verb = {answer.verb: answer.token for answer in stage.channel.handed[-1].answers}
    assert by_verb["done"] == by_verb["snooze"] == by_verb["dismiss"]
    for wrong, verb in (("stop", "done"), ("stop", "dismiss"), ("done", "stop")):
        with pytest.raises(NotFound):
            await stage.notifier.react(token=by_verb[wrong], verb=verb)  # type: ignore[index,arg-type]
    assert stage.rooms.reactions == []
    await stage.notifier.react(token=by_verb["done"], verb="done")
    await stage.notifier.react(token=by_verb["stop"], verb="stop")
    assert all(not view.devices for view in await stage.notifier.channels(user=USER))


async def test_whoever_types_an_address_that_somebody_has_takes_it_from_nobody(stage: Stage) -> None:
    tom = UserId("tom")
    stage.room.kit.keys.create(tom)
    for user in (USER, tom):
        await stage.notifier.subscribe(user=user, channel="asking", values={"key": "lena@example.org"}, name="Mail")
    for user in (USER, tom):
        [inbox] = [one for view in await stage.notifier.channels(user=user) for one in view.devices]
        assert inbox.state == "asked"
    await stage.notifier.react(token=stage.channel.handed[0].answers[0].token, verb="confirm")
    states = {user: (await stage.notifier.channels(user=user))[0].devices[0].state for user in (USER, tom)}
    assert states == {USER: "works", tom: "asked"}


async def test_a_browser_is_whoever_s_who_sits_at_it_now(stage: Stage) -> None:
    tom = UserId("tom")
    stage.room.kit.keys.create(tom)
    await stage.device()
    await stage.notifier.subscribe(user=tom, channel="recording", values={"key": "phone"}, name="Phone")
    assert all(not view.devices for view in await stage.notifier.channels(user=USER))


async def test_an_address_that_never_said_yes_is_asked_again_after_it_was_gone(stage: Stage) -> None:
    stage.channel.receipt = lambda message: Receipt("gone", "no-such-address")
    mail = {"channel": "asking", "values": {"key": "lena@example.org"}, "name": "Mail"}
    await stage.notifier.subscribe(user=USER, **mail)  # type: ignore[arg-type]
    [view, *_] = await stage.notifier.channels(user=USER)
    assert [one.state for one in view.devices] == ["gone"]
    stage.channel.receipt = lambda message: Receipt("delivered")
    again = await stage.notifier.subscribe(user=USER, **mail)  # type: ignore[arg-type]
    assert (again.state, [message.kind for message in stage.channel.handed]) == ("asked", ["confirm", "confirm"])


async def test_nobody_floods_an_inbox_with_the_question_whose_it_is(stage: Stage) -> None:
    for _ in range(5):
        inbox = await stage.notifier.subscribe(user=USER, channel="asking", values={"key": "a@b.example"}, name="Mail")
        await stage.notifier.unsubscribe(user=USER, device=inbox.id)
    with pytest.raises(TooMany):
        await stage.notifier.subscribe(user=USER, channel="asking", values={"key": "a@b.example"}, name="Mail")
    assert len(stage.channel.handed) == 5
    stage.clock.advance(timedelta(days=1, minutes=1))
    await stage.notifier.subscribe(user=USER, channel="asking", values={"key": "a@b.example"}, name="Mail")


async def test_no_token_and_no_word_lies_in_the_tables(stage: Stage) -> None:
    token = await sent(stage)
    kept = await stage.room.at_rest()
    assert token.encode() not in kept and token[:-22].encode() not in kept
    assert b"plumber" not in kept
    assert b"The phone" not in kept


async def test_an_address_is_asked_first_and_written_to_after_its_yes(stage: Stage) -> None:
    inbox = await stage.notifier.subscribe(user=USER, channel="asking", values={"key": "lena@example.org"}, name="Mail")
    assert inbox.state == "asked"
    [question] = stage.channel.handed
    assert (question.kind, question.title) == ("confirm", "Is this your address?")
    stage.clock.advance(timedelta(minutes=30))
    stage.stand()
    assert (await stage.decide()).reason == "no-device"
    await stage.notifier.react(token=question.answers[0].token, verb="confirm")
    await stage.until_sent()
    await stage.job("send")
    assert [message.kind for message in stage.channel.handed] == ["confirm", "tip"]
    await stage.notifier.react(token=stage.channel.handed[1].answers[-1].token, verb="stop")
    assert [view.devices for view in await stage.notifier.channels(user=USER)] == [(), (), ()]
    assert (await stage.notifier.react(token=question.answers[-1].token, verb="stop")).repeated


async def test_a_test_goes_out_at_once_within_the_device_s_own_limit(stage: Stage) -> None:
    device = await stage.device()
    await stage.notifier.wish(user=USER, a_day=0)
    for _ in range(20):
        assert (await stage.notifier.test(user=USER, device=device.id)).reached_at == stage.clock.now()
    with pytest.raises(TooMany):
        await stage.notifier.test(user=USER, device=device.id)
    assert {message.kind for message in stage.channel.handed} == {"test"}
    with pytest.raises(NotFound):
        await stage.notifier.test(user=USER, device="nobody's")


async def test_a_device_with_new_keys_stays_the_same_device(stage: Stage) -> None:
    device = await stage.device()
    renewed = await stage.notifier.renew(
        user=USER, channel="recording", old={"key": "phone"}, values={"key": "phone-2"}, zone="Asia/Tokyo"
    )
    assert renewed.id == device.id
    assert await stage.notifier.heartbeat(user=USER, channel="recording", values={"key": "phone"}) is None
    seen = await stage.notifier.heartbeat(user=USER, channel="recording", values={"key": "phone-2"})
    assert seen is not None
    assert seen.seen_at == stage.clock.now()


async def test_a_channel_whose_settings_are_missing_says_which(stage: Stage) -> None:
    [_, missing, _] = await stage.notifier.channels(user=USER)
    assert (missing.id, missing.ready, missing.missing) == ("missing", False, ("OO_SMTP_URL",))
    with pytest.raises(Conflict):
        await stage.notifier.subscribe(user=USER, channel="missing", values={"key": "x"}, name="x")
