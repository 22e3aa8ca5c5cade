"""The log is kept no longer than it is needed, and as long as somebody still waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, UpdateBase, delete, func, insert, select, update

from oo.contracts.events import TipSeen
from oo.kernel.consuming import TRIES
from oo.kernel.db import Transaction
from oo.kernel.outbox import cursors, outbox, parked, sequences
from oo.modules.events import module
from oo.modules.events.jobs import KEPT
from oo.testing.rooms import Room, room

pytestmark = pytest.mark.anyio


async def published(made: Room, user: str, count: int = 1) -> list[str]:
    made.kit.keys.create(user)
    envelopes = [made.kit.outbox.envelope(user, TipSeen(f"t{number}", "web")) for number in range(count)]
    await made.kit.db.write(lambda tx: made.kit.outbox.publish(tx, *envelopes))
    return [envelope.id for envelope in envelopes]


async def do(made: Room, statement: UpdateBase, *rows: Mapping[str, object]) -> None:
    def done(tx: Transaction) -> None:
        tx.execute(statement, list(rows)) if rows else tx.execute(statement)

    await made.kit.db.write(done)


async def sent(made: Room) -> None:
    await do(made, update(outbox).values(sent=True))


async def run(made: Room) -> None:
    for job in made.built.jobs:
        await job.run()


async def count(made: Room, table: Table = outbox) -> int:
    def rows(tx: Transaction) -> int:
        return int(tx.execute(select(func.count()).select_from(table)).scalar_one())

    return await made.kit.db.read(rows)


async def test_whoever_has_an_event_set_aside_keeps_all_of_theirs(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        [first, *_] = await published(made, "lena", 3)
        await published(made, "otto", 3)
        await sent(made)
        row = {"consumer": "x", "event_id": first, "user_id": "lena", "reason": "E", "at": made.clock.now()}
        await do(made, insert(parked), {**row, "tries": TRIES})
        made.clock.advance(KEPT + timedelta(days=30))
        await run(made)
        assert await count(made) == 3
        await do(made, delete(parked))
        await run(made)
        assert await count(made) == 0


async def test_numbers_go_on_after_everything_was_forgotten(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        await published(made, "lena", 3)
        await sent(made)
        made.clock.advance(KEPT + timedelta(days=1))
        await run(made)
        await published(made, "lena")
        assert await made.kit.db.read(lambda tx: tx.execute(select(outbox.c.user_seq)).scalar_one()) == 4


async def test_nothing_stays_of_people_who_are_gone(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        for user in ("lena", "otto"):
            await published(made, user)
        late = [{"consumer": "x", "user_id": user, "seq": 1} for user in ("lena", "otto", "nobody")]
        await do(made, insert(cursors), *late)
        made.kit.keys.destroy("otto")
        await run(made)
        assert [await count(made, table) for table in (outbox, sequences, cursors)] == [1, 1, 1]


async def test_only_what_was_set_aside_is_a_fault_of_the_house(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        assert made.built.health is not None
        row = {"consumer": "x", "event_id": "e", "user_id": "lena", "reason": "E", "at": made.clock.now()}
        await do(made, insert(parked), {**row, "tries": TRIES - 1})
        health = await made.built.health()
        assert (health.well, dict(health.facts)) == (True, {"waiting": 0, "failing": 1, "parked": 0})
        await do(made, update(parked).values(tries=TRIES))
        health = await made.built.health()
        assert (health.well, dict(health.facts)) == (False, {"waiting": 0, "failing": 0, "parked": 1})
