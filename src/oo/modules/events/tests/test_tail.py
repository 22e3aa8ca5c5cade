"""Operators see events as they come, whichever process wrote them, and not a word of what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from oo.contracts.events import PrefSet, TipSeen
from oo.contracts.tails import KEPT, Filter, TailEvent
from oo.kernel.consuming import TRIES
from oo.kernel.db import Transaction
from oo.kernel.outbox import outbox, parked
from oo.modules.events import module
from oo.modules.events.tail import Tail
from oo.testing.rooms import Room, room

pytestmark = pytest.mark.anyio


async def publish(made: Room, user: str, *events: object) -> list[str]:
    made.kit.keys.create(user)
    envelopes = [made.kit.outbox.envelope(user, event) for event in events]
    await made.kit.db.write(lambda tx: made.kit.outbox.publish(tx, *envelopes))
    return [envelope.id for envelope in envelopes]


def told(events: Sequence[TailEvent]) -> list[tuple[str, str, int, str]]:
    return [(event.user, event.type, event.seq, event.state) for event in events]


async def test_the_newest_come_first_with_their_state_and_no_words(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        first, second, third, _ = await publish(made, "lena", *(TipSeen(f"secret-{n}", "web") for n in range(4)))

        def states(tx: Transaction) -> None:
            tx.execute(update(outbox).where(outbox.c.user_seq < 4).values(sent=True))
            row = {"consumer": "x", "user_id": "lena", "reason": "E", "at": made.clock.now()}
            tx.execute(insert(parked), [{**row, "event_id": second, "tries": 1}])
            tx.execute(insert(parked), [{**row, "event_id": third, "tries": TRIES}])

        await made.kit.db.write(states)
        found = await Tail(made.kit.db).recent(wanted=Filter())
        assert [event.state for event in found] == ["waiting", "parked", "failing", "sent"]
        assert found[-1].id == first
        assert "secret" not in str([asdict(event) for event in found])


async def test_events_are_told_apart_by_type_person_and_time(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        await publish(made, "lena", TipSeen("t1", "web"))
        made.clock.advance(60)
        middle = made.clock.now()
        await publish(made, "otto", PrefSet("global", "tz", "UTC", "user"))
        tail = Tail(made.kit.db)
        assert told(await tail.recent(wanted=Filter(type="tips.>"))) == [("lena", "tips.tip.seen", 1, "waiting")]
        assert told(await tail.recent(wanted=Filter(user="otto"))) == [("otto", "profile.pref.set", 1, "waiting")]
        assert [event.user for event in await tail.recent(wanted=Filter(since=middle))] == ["otto"]
        assert [event.user for event in await tail.recent(wanted=Filter(until=middle))] == ["lena"]


async def test_no_more_than_the_newest_five_hundred_are_looked_at(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        await publish(made, "lena", *(TipSeen(f"t{number}", "web") for number in range(KEPT + 3)))
        found = await Tail(made.kit.db).recent(wanted=Filter())
        assert [found[0].seq, found[-1].seq, len(found)] == [KEPT + 3, 4, KEPT]


async def test_whoever_follows_sees_what_comes_and_what_becomes_of_it(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        tail = Tail(made.kit.db, poll=0.01, beat=60)
        await publish(made, "lena", TipSeen("t1", "web"))
        following = tail.follow(wanted=Filter(user="lena"))
        assert told(await anext(following)) == [("lena", "tips.tip.seen", 1, "waiting")]
        await publish(made, "otto", TipSeen("t2", "web"))
        await publish(made, "lena", TipSeen("t3", "web"))
        assert told(await anext(following)) == [("lena", "tips.tip.seen", 2, "waiting")]
        while await made.relay.step():
            pass
        assert [event.state for event in await anext(following)] == ["sent", "sent"]
        after = (await tail.recent(wanted=Filter(user="lena")))[-1].place
        assert [event.seq for event in await anext(tail.follow(wanted=Filter(user="lena"), after=after))] == [2]


async def test_a_stream_ends_when_its_process_stops(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        tail = Tail(made.kit.db, poll=60)
        following = tail.follow(wanted=Filter())
        assert await anext(following) == []
        waiting = asyncio.ensure_future(anext(following, None))
        await asyncio.sleep(0.01)
        tail.end()
        assert await asyncio.wait_for(waiting, 2) is None


async def test_many_who_watch_cost_one_look_and_a_stream_has_an_end(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        looks = 0
        read = made.kit.db.read

        class Counting:
            async def read(self, unit: object) -> object:
                nonlocal looks
                looks += 1
                return await read(unit)  # type: ignore[arg-type]

        tail = Tail(Counting(), poll=0.05, beat=0.0, life=0.2)  # type: ignore[arg-type]

        async def watch() -> int:
            return len([batch async for batch in tail.follow(wanted=Filter())])

        async with asyncio.timeout(5):
            batches = await asyncio.gather(*(watch() for _ in range(20)))
        assert all(batches) and looks <= 8
