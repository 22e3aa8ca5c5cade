"""Events are handed on in order, and each effect happens once, through failures and restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from oo.kernel import outbox as log
from oo.kernel.consuming import _COMING, TRIES
from oo.kernel.db import Transaction
from oo.kernel.tests.bench import Bench, TipSeen, bench_in
from oo.testing.databases import at_rest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench_in(tmp_path, "lena", "otto") as made:
        yield made


async def test_every_event_has_its_effect_once_and_in_order(bench: Bench) -> None:
    await bench.publish("lena", "a", "b")
    await bench.publish("otto", "x")
    await bench.publish("lena", "c")
    relay = bench.relay()
    assert await relay.step() == 4 and await relay.step() == 0
    assert await bench.done("lena") == ["a", "b", "c"] and await bench.done("otto") == ["x"]


async def test_an_event_and_its_change_are_there_together_or_not_at_all(bench: Bench) -> None:
    envelope = bench.outbox.envelope("lena", TipSeen("a"))

    def torn(tx: Transaction) -> None:
        bench.outbox.publish(tx, envelope)
        raise ValueError("torn")

    with pytest.raises(ValueError, match="torn"):
        await bench.db.write(torn)
    assert await bench.waiting() == 0
    await bench.publish("lena", "b")
    seqs = await bench.db.read(lambda tx: list(tx.execute(select(log.outbox.c.user_seq)).scalars()))
    assert seqs == [1]


async def test_an_event_handed_on_twice_has_one_effect(bench: Bench) -> None:
    await bench.publish("lena", "a", "b")
    await bench.relay().step()
    await bench.db.write(
        lambda tx: tx.execute(log.outbox.update().values(sent=False)).rowcount
    )  # as after a crash before the mark
    assert await bench.relay().step() == 2
    assert await bench.done("lena") == ["a", "b"]


async def test_a_failing_event_is_tried_again_and_blocks_only_its_own_person(bench: Bench) -> None:
    bench.poison.add("bad")
    await bench.publish("lena", "a", "bad", "c")
    await bench.publish("otto", "x")
    relay = bench.relay()
    await relay.step()
    assert await bench.done("lena") == ["a"] and await bench.done("otto") == ["x"]
    bench.poison.clear()
    await relay.step()
    assert await bench.done("lena") == ["a", "bad", "c"]


async def test_poison_is_set_aside_after_five_tries_with_its_kind_of_error(bench: Bench) -> None:
    bench.poison.add("bad")
    await bench.publish("lena", "bad", "c")
    relay = bench.relay()
    for _ in range(TRIES):
        await relay.step()
    assert await bench.done("lena") == [] and await bench.waiting() == 0  # their order is kept
    parked = await bench.db.read(lambda tx: tx.execute(select(log.parked)).one())
    assert (parked.consumer, parked.reason, parked.user_id) == ("room", "ValueError", "lena")


async def test_events_of_somebody_forgotten_have_no_effect_and_stop_nobody(bench: Bench) -> None:
    await bench.publish("lena", "a")
    await bench.publish("otto", "x")
    bench.keys.destroy("lena")
    await bench.relay().step()
    assert await bench.done("lena") == [] and await bench.done("otto") == ["x"] and await bench.waiting() == 0


async def test_a_running_relay_can_be_waited_for(bench: Bench) -> None:
    relay = bench.relay()
    bench.outbox.wake = relay.wake
    running = asyncio.create_task(relay.run())
    try:
        await bench.publish("lena", "a")
        assert await relay.settled(2)
        assert await bench.done("lena") == ["a"]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_no_payload_lies_in_the_open(bench: Bench, tmp_path: Path) -> None:
    await bench.publish("lena", "canary-7f3a")
    data = await at_rest(bench.db, tmp_path)
    assert b"tips.tip.seen" in data  # the search finds what is there
    assert b"canary" not in data


async def test_who_has_not_been_heard_is_known_of_those_that_are_asked_for(bench: Bench) -> None:
    for user in ("lena", "milo"):
        bench.keys.create(user)
        await bench.publish(user, "1", "2")

    async def unheard(*kinds: str) -> set[str]:
        return await bench.db.read(lambda tx: log.unheard(tx, "room", kinds, {"lena", "ada"}))

    assert await unheard("tips.tip.seen") == {"lena"}
    assert await unheard("tips.tip.reacted") == set()
    await bench.relay().step()
    assert await unheard("tips.tip.seen") == set()


async def test_what_is_next_is_found_without_going_through_what_was(bench: Bench) -> None:
    def plan(tx: Transaction) -> str:
        if tx.dialect != "sqlite":
            return "user_seq>"
        given = {"consumer": "room", "people": '{"lena":1}', "types": "{}"}
        form = _COMING["sqlite"].form(tx._connection.dialect, tuple(given))
        return str(tx._driver.execute(f"EXPLAIN QUERY PLAN {form.sql}", form.parameters(given)).fetchall())

    assert "user_seq>" in await bench.db.read(plan)
