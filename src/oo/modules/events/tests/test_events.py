"""The log is shown in words a person can read, erased whole, and kept no longer than it is needed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from oo.contracts.events import TipSeen
from oo.kernel.db import Transaction
from oo.modules.events import module, repository
from oo.modules.events.jobs import KEPT
from oo.testing.rooms import Room, room

pytestmark = pytest.mark.anyio


async def published(made: Room, *users: str) -> None:
    for user in users:
        made.kit.keys.create(user)
        envelope = made.kit.outbox.envelope(user, TipSeen("t1", "web"))
        await made.kit.db.write(lambda tx, one=envelope: made.kit.outbox.publish(tx, one))  # type: ignore[misc]


async def rows_of(made: Room, user: str) -> int:
    cipher = made.kit.keys.cipher(user)
    return sum(len(rows) for rows in (await made.kit.db.read(lambda tx: module.export(tx, user, cipher))).values())


async def test_an_export_shows_what_each_event_says(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        await published(made, "lena")
        cipher = made.kit.keys.cipher("lena")
        shown = await made.kit.db.read(lambda tx: module.export(tx, "lena", cipher))
        assert [row["payload"] for row in shown["outbox"]] == [{"tip": "t1", "surface": "web"}]


async def test_erase_takes_one_persons_events_and_nobody_elses(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        await published(made, "lena", "otto")
        before = await rows_of(made, "otto")
        assert await made.kit.db.write(lambda tx: module.erase(tx, "lena")) > 0
        assert await rows_of(made, "lena") == 0 and await rows_of(made, "otto") == before


async def test_handed_on_events_are_kept_for_seven_days_and_waiting_ones_longer(tmp_path: Path) -> None:
    async with room(tmp_path, module) as made:
        await published(made, "lena")
        job = made.built.jobs[0]

        def left(tx: Transaction) -> int:
            return len(repository.export(tx, "lena", made.kit.keys.cipher("lena"))["outbox"])

        made.clock.advance(KEPT + timedelta(seconds=1))
        await job.run()
        assert await made.kit.db.read(left) == 1
        await made.relay.step()
        await job.run()
        assert await made.kit.db.read(left) == 0
