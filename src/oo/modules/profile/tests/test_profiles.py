"""Preferences of people: kept, told, forgotten, and never another person's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from oo.contracts.errors import Invalid
from oo.contracts.events import PrefSet
from oo.contracts.ids import UserId
from oo.contracts.profiles import Profile
from oo.kernel.db import Database, Transaction, upsert
from oo.kernel.keys import KeyGone
from oo.modules.profile import module
from oo.modules.profile.service import StoredProfiles
from oo.modules.profile.tables import prefs
from oo.testing.rooms import Room, room

pytestmark = pytest.mark.anyio

LENA, MILO = UserId("lena"), UserId("milo")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """The room, and its promise under test."""

    room: Room
    profiles: StoredProfiles

    async def rows(self) -> list[dict[str, Any]]:
        """What lies in the table."""
        return await self.room.kit.db.read(lambda tx: [dict(row) for row in tx.execute(select(prefs)).mappings()])


class LateAnswers:
    """A database whose reads are done at once and answered when the gate opens."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.gate = asyncio.Event()
        self.reading = asyncio.Event()

    async def read(self, unit: Callable[[Transaction], T], *, aside: bool = False) -> T:
        value = await self._db.read(unit)
        self.reading.set()
        await self.gate.wait()
        return value

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        return await self._db.write(unit)

    async def checkpoint(self) -> None:
        await self._db.checkpoint()

    async def close(self) -> None:
        await self._db.close()


@pytest.fixture(params=[True, False], ids=["remembering", "reading"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    """The room, in both ways of knowing a profile."""
    async with room(tmp_path, module) as built:
        kit = built.kit
        for user in (LENA, MILO):
            kit.keys.create(user)
        yield Desk(built, StoredProfiles(kit.db, kit.keys, kit.outbox, kit.clock, alone=request.param))


async def test_a_new_person_has_the_defaults(desk: Desk) -> None:
    assert await desk.profiles.get(user=LENA) == Profile()
    assert await desk.profiles.chosen(user=LENA) == {}


async def test_what_was_chosen_is_told_from_what_everybody_has(desk: Desk) -> None:
    await desk.profiles.change(user=LENA, values={"zone": "Europe/Berlin", "undo_seconds": "8"})
    now = desk.room.kit.clock.now()
    assert await desk.profiles.chosen(user=LENA) == {"zone": now}, "8 seconds are what everybody has"
    await desk.profiles.change(user=LENA, values={"undo_seconds": "20"})
    await desk.profiles.change(user=LENA, values={"undo_seconds": "8"})
    assert await desk.profiles.chosen(user=LENA) == {"zone": now, "undo_seconds": now}, "it was put back by hand"
    gone = {"user_id": LENA, "scope": "global", "key": "zone", "value": "Mars/Olympus", "source": "user", "at": now}
    await desk.room.kit.db.write(lambda tx: upsert(tx, prefs, gone))
    assert await desk.profiles.chosen(user=LENA) == {"undo_seconds": now}, "what counts no longer is the default"
    assert await desk.profiles.chosen(user=MILO) == {}


async def test_what_is_set_is_kept(desk: Desk) -> None:
    wanted = {"language": "de", "zone": "Europe/Berlin", "day_ends_at": "03:00", "undo_seconds": "20"}
    profile = Profile("de", "Europe/Berlin", time(3), 20)
    assert await desk.profiles.change(user=LENA, values=wanted) == profile
    assert await desk.profiles.get(user=LENA) == profile
    assert await desk.profiles.change(user=LENA, values={"low_light": "true"}) == Profile(
        "de", "Europe/Berlin", time(3), 20, low_light=True
    )


async def test_each_changed_value_is_told_once_in_its_form(desk: Desk) -> None:
    await desk.profiles.change(user=LENA, values={"day_ends_at": "3:00", "single_keys": "false"})
    assert await desk.room.published(LENA) == [
        PrefSet("global", "day_ends_at", "03:00", "user"),
        PrefSet("global", "single_keys", "false", "user"),
    ]


@pytest.mark.parametrize("values", [{}, {"zone": "UTC"}, {"undo_seconds": "8", "low_light": "false"}])
async def test_what_stays_as_it_is_writes_nothing(desk: Desk, values: dict[str, str]) -> None:
    assert await desk.profiles.change(user=LENA, values=values) == Profile()
    assert (await desk.rows(), await desk.room.published(LENA)) == ([], [])


async def test_a_form_that_sends_everything_writes_what_is_new(desk: Desk) -> None:
    await desk.profiles.change(user=LENA, values={"zone": "Europe/Berlin"})
    first = await desk.rows()
    desk.room.clock.advance(60)
    everything = {"language": "en", "zone": "Europe/Berlin", "day_ends_at": "00:00", "undo_seconds": "80"}
    await desk.profiles.change(user=LENA, values=everything)
    assert {row["key"]: row["at"] for row in await desk.rows()} == {
        "zone": first[0]["at"],
        "undo_seconds": desk.room.clock.now(),
    }
    assert len(await desk.room.published(LENA)) == 2


async def test_a_value_set_back_to_the_default_is_kept_and_told(desk: Desk) -> None:
    await desk.profiles.change(user=LENA, values={"undo_seconds": "20"})
    assert await desk.profiles.change(user=LENA, values={"undo_seconds": "8"}) == Profile()
    assert await desk.room.published(LENA) == [
        PrefSet("global", "undo_seconds", "20", "user"),
        PrefSet("global", "undo_seconds", "8", "user"),
    ]


async def test_one_wrong_value_changes_none(desk: Desk) -> None:
    with pytest.raises(Invalid, match="end of the day") as refused:
        await desk.profiles.change(user=LENA, values={"language": "de", "day_ends_at": "07:00"})
    assert refused.value.facts == {"preference": "day_ends_at"}
    assert (await desk.profiles.get(user=LENA), await desk.rows()) == (Profile(), [])


async def test_nobody_has_another_person_s_preferences(desk: Desk) -> None:
    await desk.profiles.change(user=LENA, values={"language": "de"})
    assert await desk.profiles.get(user=MILO) == Profile()
    await desk.profiles.change(user=MILO, values={"zone": "Europe/Berlin"})
    assert await desk.profiles.get(user=LENA) == Profile(language="de")


async def test_changes_at_once_all_count(desk: Desk) -> None:
    wanted = [{"language": "de"}, {"zone": "Europe/Berlin"}, {"undo_seconds": "80"}, {"low_light": "true"}]
    await asyncio.gather(*(desk.profiles.change(user=LENA, values=values) for values in wanted))
    assert await desk.profiles.get(user=LENA) == Profile("de", "Europe/Berlin", undo_seconds=80, low_light=True)


async def test_a_read_that_crosses_a_change_is_not_remembered(desk: Desk) -> None:
    kit = desk.room.kit
    late = LateAnswers(kit.db)
    profiles = StoredProfiles(late, kit.keys, kit.outbox, kit.clock, alone=True)
    crossing = asyncio.create_task(profiles.get(user=LENA))
    await late.reading.wait()
    changing = asyncio.create_task(profiles._changed(LENA, {"language": "de"}))
    await changing
    late.gate.set()
    assert await crossing == Profile()  # it was asked before the change
    assert await profiles.get(user=LENA) == Profile(language="de")


async def test_a_caller_who_goes_away_while_changing_leaves_nothing_old_behind(desk: Desk) -> None:
    kit = desk.room.kit
    profiles = StoredProfiles(kit.db, kit.keys, kit.outbox, kit.clock, alone=True)
    await profiles.get(user=LENA)
    leaving = asyncio.create_task(profiles.change(user=LENA, values={"language": "de"}))
    await asyncio.sleep(0)  # what is known needs no read, so the change is on its way now
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    await asyncio.sleep(0)
    await kit.db.write(lambda tx: None)  # what was asked before this is done
    assert await profiles.get(user=LENA) == Profile(language="de")


async def test_whoever_is_erased_leaves_nothing_and_can_set_nothing(desk: Desk) -> None:
    for user in (LENA, MILO):
        await desk.profiles.change(user=user, values={"language": "de"})
        await desk.profiles.get(user=user)
    kit = desk.room.kit
    assert await kit.db.write(lambda tx: module.erase(tx, LENA)) == 1
    kit.keys.destroy(LENA)
    assert await desk.profiles.get(user=LENA) == Profile()
    with pytest.raises(KeyGone):
        await desk.profiles.change(user=LENA, values={"language": "de"})
    assert [row["user_id"] for row in await desk.rows()] == [MILO]
    assert await desk.profiles.get(user=MILO) == Profile(language="de")


async def test_an_export_shows_what_was_set_by_whom_and_when(desk: Desk) -> None:
    await desk.profiles.change(user=LENA, values={"language": "de"})
    await desk.profiles.change(user=MILO, values={"language": "de"})
    kit = desk.room.kit
    shown = await kit.db.read(lambda tx: module.export(tx, LENA, kit.keys.cipher(LENA)))
    row = {
        "user_id": LENA,
        "scope": "global",
        "key": "language",
        "value": "de",
        "source": "user",
        "at": kit.clock.now(),
    }
    assert shown == {"prefs": [row], "consents": [], "contexts": [], "knowledge": []}


async def test_health_counts_and_names_nobody(desk: Desk) -> None:
    await desk.profiles.change(user=LENA, values={"language": "de", "undo_seconds": "20"})
    assert desk.room.built.health is not None
    health = await desk.room.built.health()
    assert health.well and health.facts == {"people": 1, "prefs": 2}
