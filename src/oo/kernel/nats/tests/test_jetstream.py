"""Events over a real nats-server: none lost, none doubled, each person's in order, whatever becomes of the server."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import delete, select, update

from oo.kernel.nats.publishing import _message
from oo.kernel.nats.tests.grounds import Ground, until
from oo.kernel.outbox import cursors, outbox, parked, sequences
from oo.kernel.redelivering import aside, send_again
from oo.kernel.tests.bench import effects

pytestmark = [pytest.mark.anyio, pytest.mark.services]

TIPS = [f"tip{number}" for number in range(40)]


async def test_events_come_by_jetstream_once_and_in_order(ground: Ground) -> None:
    async with ground.running():
        for tip in TIPS:
            await ground.bench.publish("lena", tip)
        await ground.bench.publish("otto", "x", "y")
        await ground.heard("lena", *TIPS)
        await ground.heard("otto", "x", "y")
        await ground.handed_on()
    rows = await ground.bench.rows(select(outbox).order_by(outbox.c.id))
    assert [row.js_seq for row in rows] == list(range(1, len(TIPS) + 3))
    assert {row.epoch.split()[0] for row in rows} == {"TIPS"}


async def test_while_nats_is_away_everything_is_accepted_and_comes_in_order_after(ground: Ground) -> None:
    async with ground.running():
        await ground.bench.publish("lena", "before")
        await ground.heard("lena", "before")
        ground.server.kill()
        for tip in TIPS:
            await ground.bench.publish("lena", tip)
        assert await ground.bench.waiting() == len(TIPS)
        ground.server.start()
        await ground.heard("lena", "before", *TIPS)


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_server_that_is_killed_and_robbed_of_its_store_under_load_loses_nothing(
    ground: Ground, seed: int
) -> None:
    chance = random.Random(seed)
    said: dict[str, list[str]] = {"lena": [], "otto": []}
    async with ground.running():
        for round_ in range(3):
            for number in range(60):
                user = chance.choice(["lena", "otto"])
                said[user].append(f"{round_}.{number}")
                await ground.bench.publish(user, said[user][-1])
                if number == 30:
                    ground.server.kill()
                    ground.server.wipe()
                    ground.server.start()
        for user, tips in said.items():
            await ground.heard(user, *tips)
        await ground.handed_on()
        async with ground.client() as client:
            assert (await client.jetstream().stream_info("TIPS")).state.messages >= 180  # all of the log is there again


async def test_a_stream_that_somebody_deleted_is_made_again_from_the_log(ground: Ground) -> None:
    async with ground.running():
        await ground.bench.publish("lena", "a")
        await ground.heard("lena", "a")
        async with ground.client() as client:
            await client.jetstream().delete_stream("TIPS")
            await ground.bench.publish("lena", "b")
            await ground.heard("lena", "a", "b")
            assert (await client.jetstream().stream_info("TIPS")).state.messages == 2


async def test_every_message_three_times_and_shuffled_has_the_effects_of_once(ground: Ground) -> None:
    chance = random.Random(7)
    async with ground.running(consumer=False):
        for number in range(100):
            await ground.bench.publish(chance.choice(["lena", "otto"]), str(number))
        await ground.handed_on()
    rows = await ground.bench.rows(select(outbox).order_by(outbox.c.id))
    async with ground.client() as client:
        streams = client.jetstream()
        await streams.purge_stream("TIPS")
        for number, row in enumerate(chance.sample([*rows] * 3, len(rows) * 3)):
            subject, payload, headers = _message(row)
            await streams.publish(subject, payload, headers={**headers, "Nats-Msg-Id": f"storm{number}"})
    async with ground.running(relay=False):
        for user in ("lena", "otto"):
            said = [ground.bench.said(row) for row in rows if row.user_id == user]
            await ground.heard(user, *said)


async def test_poison_is_set_aside_and_comes_again_while_others_go_on(ground: Ground) -> None:
    ground.bench.poison.add("bad")
    async with ground.running():
        await ground.bench.publish("lena", "a", "bad", "c")
        await ground.bench.publish("otto", "x")
        await ground.heard("otto", "x", seconds=2)

        async def is_aside() -> bool:
            return bool(await ground.bench.db.read(aside))

        await until(is_aside)
        await ground.bench.publish("lena", "d")
        await ground.handed_on()
        await asyncio.sleep(0.3)
        assert await ground.bench.done("lena") == ["a"]
        ground.bench.poison.clear()
        await ground.bench.db.write(lambda tx: send_again(tx, "room", "lena"))
        await ground.heard("lena", "a", "bad", "c", "d")
    assert await ground.bench.rows(select(parked)) == []


async def test_what_a_message_says_wrongly_is_read_from_the_log(ground: Ground) -> None:
    async with ground.running(consumer=False):
        await ground.bench.publish("lena", "a", "b", "c")
        await ground.handed_on()
    first, second, third = await ground.bench.rows(select(outbox).order_by(outbox.c.id))
    async with ground.client() as client:
        streams = client.jetstream()
        await streams.purge_stream("TIPS")

        for number, (row, payload, wrong) in enumerate(
            [
                (first, first.payload[:-3], {}),
                (second, second.payload, {"ce-dataversion": "2"}),
                (second, second.payload, {"ce-id": "01NOBODYWROTETHIS"}),
                (third, third.payload, {"ce-subject": "otto"}),
                (third, third.payload, {"ce-sequence": "99"}),
                (third, b"", {}),
            ]
        ):
            subject, _, said = _message(row)
            await streams.publish(subject, payload, headers={**said, "Nats-Msg-Id": f"wrong{number}", **wrong})
    async with ground.running(relay=False):
        await ground.heard("lena", "a", "b", "c")
        assert await ground.bench.done("otto") == []
    assert await ground.bench.rows(select(parked)) == []


async def test_a_message_that_the_stream_lost_in_its_middle_is_sent_again(ground: Ground) -> None:
    async with ground.running(consumer=False):
        await ground.bench.publish("lena", "a", "b", "c")
        await ground.handed_on()
    async with ground.client() as client:
        await client.jetstream().delete_msg("TIPS", 2)
    async with ground.running():
        await ground.heard("lena", "a", "b", "c")


async def test_a_message_that_the_stream_lost_and_nobody_waits_for_is_sent_again(ground: Ground) -> None:
    async with ground.running(consumer=False):
        await ground.bench.publish("lena", "a", "b", "c")
        await ground.bench.publish("otto", "x")
        await ground.handed_on()
    async with ground.client() as client:
        await client.jetstream().delete_msg("TIPS", 3)
    async with ground.running():
        await ground.heard("otto", "x")
        await ground.heard("lena", "a", "b", "c")


async def test_a_tail_that_the_server_lost_is_sent_again(ground: Ground) -> None:
    async with ground.running(consumer=False):
        await ground.bench.publish("lena", "a", "b", "c")
        await ground.handed_on()
    # As after a power cut without sync: the stream is the same one, and ends before what it acknowledged.
    await ground.bench.change(update(outbox).where(outbox.c.user_seq == 3).values(js_seq=outbox.c.js_seq + 5))

    async def is_known() -> bool:
        return [row.js_seq for row in await ground.bench.rows(select(outbox).order_by(outbox.c.id))] == [1, 2, 3]

    async with ground.running():
        await ground.heard("lena", "a", "b", "c")
        await until(is_known)


async def test_a_log_that_was_brought_back_from_a_back_up_sends_again_what_its_cursors_do_not_know(
    ground: Ground,
) -> None:
    async with ground.running():
        await ground.bench.publish("lena", "a", "b", "c")
        await ground.heard("lena", "a", "b", "c")
        await ground.handed_on()
    # As it was while a and b were on their way, and before c.
    for statement in (
        delete(effects),
        delete(cursors),
        delete(outbox).where(outbox.c.user_seq == 3),
        update(sequences).values(last=2),
    ):
        await ground.bench.change(statement)
    await ground.bench.publish("otto", "x")
    async with ground.running():
        await ground.heard("lena", "a", "b")
        await ground.bench.publish("lena", "d")
        await ground.heard("lena", "a", "b", "d")
        await ground.heard("otto", "x")


async def test_messages_of_somebody_forgotten_have_no_effect(ground: Ground) -> None:
    async with ground.running(consumer=False):
        await ground.bench.publish("lena", "a")
        await ground.bench.publish("otto", "x")
        await ground.handed_on()
    ground.bench.keys.destroy("lena")
    async with ground.running(relay=False):
        await ground.heard("otto", "x")
        assert await ground.bench.done("lena") == []


async def test_subjects_and_headers_name_nobody_and_the_payload_is_sealed(ground: Ground) -> None:
    async with ground.running(consumer=False):
        await ground.bench.publish("lena", "canary-41c8")
        await ground.handed_on()
    async with ground.client() as client:
        message = await client.jetstream().get_msg("TIPS", 1)
        assert message.subject is not None and message.subject.startswith("oo.v1.tips.tip.seen.")
        assert message.headers is not None and message.headers["ce-type"] == "tips.tip.seen"
        assert message.headers["Nats-Msg-Id"] == message.headers["ce-id"]
        assert b"canary" not in (message.data or b"")
