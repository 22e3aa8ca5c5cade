"""What fails is tried, then set aside with what is behind it, and comes again when somebody asks."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from oo.kernel import outbox as log
from oo.kernel.consuming import TRIES, Outcome, feed
from oo.kernel.db import Transaction
from oo.kernel.outbox import cursors, outbox, parked
from oo.kernel.redelivering import aside, pass_by, send_again
from oo.kernel.relay import attributes
from oo.kernel.tests.bench import Bench, bench_in
from oo.testing.determinism import FixedClock

pytestmark = pytest.mark.anyio


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench_in(tmp_path, "lena", "otto") as made:
        yield made


async def given_up(bench: Bench, *tips: str) -> None:
    """Lena's events are published, and the bad ones among them set aside."""
    await bench.publish("lena", *tips)
    relay = bench.relay()
    for _ in range(TRIES):
        await relay.step()


async def test_what_was_set_aside_comes_again_with_all_that_it_held(bench: Bench) -> None:
    bench.poison.add("bad")
    await given_up(bench, "a", "bad", "c")
    await bench.publish("lena", "d")
    await bench.relay().step()
    assert await bench.done("lena") == ["a"] and await bench.waiting() == 0
    [found] = await bench.db.read(aside)
    assert (found.consumer, found.user, found.seq, found.reason) == ("room", "lena", 2, "ValueError")

    bench.poison.clear()
    assert await bench.db.write(lambda tx: send_again(tx, "room", "lena")) == 3
    assert await bench.relay().step() == 3
    assert await bench.done("lena") == ["a", "bad", "c", "d"]
    assert await bench.db.read(aside) == []
    assert [row.redelivered for row in await bench.rows(select(outbox).order_by(outbox.c.id))] == [0, 1, 1, 1]


async def test_one_that_is_passed_by_has_no_effect_and_holds_nobody_any_more(bench: Bench) -> None:
    bench.poison.add("bad")
    await given_up(bench, "a", "bad", "c")
    [found] = await bench.db.read(aside)
    await bench.db.write(lambda tx: pass_by(tx, found))
    await bench.relay().step()
    assert await bench.done("lena") == ["a", "c"] and await bench.waiting() == 0


async def test_a_try_that_succeeds_is_forgotten(bench: Bench) -> None:
    bench.poison.add("bad")
    await bench.publish("lena", "bad")
    await bench.relay().step()
    assert len(await bench.rows(select(parked))) == 1
    bench.poison.clear()
    await bench.relay().step()
    assert await bench.rows(select(parked)) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"payload": b"cut"}, "DoesNotOpen"),
        ({"version": 2}, "UnknownVersion"),
    ],
)
async def test_what_can_not_be_read_is_set_aside_for_its_person_alone(
    bench: Bench, change: dict[str, object], reason: str
) -> None:
    await bench.publish("lena", "a", "b")
    await bench.publish("otto", "x")
    await bench.change(update(outbox).where(outbox.c.user_id == "lena", outbox.c.user_seq == 1).values(change))
    relay = bench.relay()
    for _ in range(TRIES):
        await relay.step()
    assert await bench.done("lena") == [] and await bench.done("otto") == ["x"]
    assert [one.reason for one in await bench.db.read(aside)] == [reason]
    assert await bench.waiting() == 0


async def test_bytes_that_are_no_event_are_set_aside(bench: Bench) -> None:
    await given_up(bench, "a", "!", "c")
    assert await bench.done("lena") == ["a"]
    assert [one.reason for one in await bench.db.read(aside)] == ["ValueError"]


async def test_a_type_that_nobody_follows_stops_nobody(bench: Bench) -> None:
    await bench.publish("lena", "a", "b")
    await bench.change(update(outbox).where(outbox.c.user_seq == 1).values(type="tips.tip.invented"))
    assert await bench.relay().step() == 2
    assert await bench.done("lena") == ["b"]


async def test_a_database_that_fails_is_no_fault_of_an_event(bench: Bench) -> None:
    await bench.publish("lena", "a")
    relay = bench.relay()
    bench.fails = True
    for _ in range(TRIES + 2):
        with pytest.raises(Exception, match="full"):
            await relay.step()
    assert await bench.rows(select(parked)) == []
    bench.fails = False
    await relay.step()
    assert await bench.done("lena") == ["a"]


async def test_what_comes_too_early_waits_and_what_nobody_wrote_has_no_effect(bench: Bench) -> None:
    await bench.publish("lena", "a", "b", "c")
    first, second, third = [
        bench.opener.open(attributes(row), row.payload)
        for row in await bench.rows(select(outbox).order_by(outbox.c.id))
    ]
    assert first and second and third

    async def given(*envelopes: log.Envelope) -> list[Outcome]:
        outcomes = await feed(bench.db, FixedClock(), bench.consumer, envelopes)
        return [outcomes[one.id] for one in envelopes]

    assert await given(third, second) == [Outcome.WAITS, Outcome.WAITS]
    forged = dataclasses.replace(first, id="01FORGED", seq=40)
    assert await given(forged) == [Outcome.UNKNOWN]
    assert await given(dataclasses.replace(first, user="otto")) == [Outcome.UNKNOWN]
    assert await given(second, first) == [Outcome.DONE, Outcome.DONE]
    assert await given(first, second, third) == [Outcome.DONE] * 3
    assert await bench.done("lena") == ["a", "b", "c"] and await bench.done("otto") == []
    assert [(row.user_id, row.seq) for row in await bench.rows(select(cursors))] == [("lena", 3)]


async def test_what_jetstream_alone_had_is_taken_back_when_it_is_no_longer_used(bench: Bench) -> None:
    await bench.publish("lena", "a", "b")
    await bench.change(update(outbox).values(sent=True, epoch="TIPS then", js_seq=1))
    relay = bench.relay()
    assert await relay.step() == 0
    await bench.begin(relay)
    assert await bench.done("lena") == ["a", "b"]


async def test_unheard_knows_the_cursor(bench: Bench) -> None:
    await bench.publish("lena", "a")

    def unheard(tx: Transaction) -> set[str]:
        return log.unheard(tx, "room", ["tips.tip.seen"], ["lena", "otto"])

    await bench.change(update(outbox).values(sent=True, epoch="TIPS now", js_seq=1))
    assert await bench.db.read(unheard) == {"lena"}, "JetStream has it, and the room has not"
    await bench.change(update(outbox).values(sent=False))
    await bench.relay().step()
    assert await bench.db.read(unheard) == set()
