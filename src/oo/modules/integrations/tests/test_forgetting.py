"""Words go after a day, connections when they are ended, everything of a person when they say so."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from oo.contracts.events import ConnectionChanged
from oo.modules.integrations import module
from oo.modules.integrations.repository import connections
from oo.modules.integrations.tests.conftest import HOME, LENA, MILO, TODO, House

pytestmark = pytest.mark.anyio
FULL = "(A) Call Ada +family\nx 2026-11-20 Pay rent +home\n"


async def test_words_go_a_day_after_they_were_read(house: House) -> None:
    await house.add("Call Ada +family\n")
    house.clock.advance(timedelta(hours=23))
    await house.service.forget_words()
    assert (await house.rows("items"))[0]["title"] is not None
    house.clock.advance(timedelta(hours=1, seconds=1))
    await house.service.forget_words()
    (row,) = await house.rows("items")
    assert (row["title"], row["project"], row["address"], row["named_at"]) == (None, None, None, None)


async def test_words_that_are_gone_are_read_again_when_they_are_wanted(house: House) -> None:
    await house.add("Call Ada +family\n")
    house.clock.advance(timedelta(hours=25))
    await house.service.forget_words()
    assert await house.titles() == ["Call Ada"]
    (row,) = await house.rows("items")
    assert row["named_at"] == house.clock.now()


async def test_words_of_a_source_that_is_away_are_left_out(house: House) -> None:
    await house.add("Call Ada\n")
    house.clock.advance(timedelta(hours=25))
    await house.service.forget_words()
    del house.disk.content[TODO]
    assert await house.titles() == []


async def test_words_of_what_is_finished_are_not_kept(house: House) -> None:
    await house.add(FULL)
    assert [row["title"] is None for row in sorted(await house.rows("items"), key=lambda row: row["state"])] == [
        True,
        False,
    ]


async def test_disconnecting_forgets_and_says_how_much(house: House) -> None:
    view = await house.add(FULL)
    await house.service.write_mind(user=LENA, things=["Buy milk"])
    await house.done(next(facts for facts in await house.open() if facts.priority == 3))
    receipt = await house.service.disconnect(user=LENA, connection=view.id)
    assert (receipt.what, receipt.at) == ("todo.txt", house.clock.now())
    assert receipt.records == 2 + 1 + 1 + 1, "two items, a completion, a write-back and the connection"
    assert [one.connector for one in await house.service.connections(user=LENA)] == ["mind"]
    assert await house.titles() == ["Buy milk"]
    await house.pass_(3600)
    assert house.disk.content[TODO] == FULL.encode()
    assert (await house.told(ConnectionChanged))[-1] == ConnectionChanged(view.id, "todotxt", "ended")
    for table in ("items", "completions", "writebacks"):
        assert [row for row in await house.rows(table) if row["connection_id"] == view.id] == []


async def test_a_disconnect_that_was_cut_off_is_invisible_and_is_finished_later(house: House) -> None:
    view = await house.add(FULL)
    await house.add("Buy milk\n", f"{HOME}/b.txt")
    end = {"state": connections.ENDED, "place": view.id}
    await house.room.kit.db.write(lambda tx: connections.change(tx, view.id, end))
    assert await house.titles() == ["Buy milk"]
    assert len(await house.service.connections(user=LENA)) == 1
    assert (await house.service.inventory(user=LENA)).connected == 1
    await house.service.prune()
    assert len(await house.rows("connections")) == 1
    again = await house.service.add_files(user=LENA, path=TODO)
    assert again.id != view.id
    assert again.open == 1


async def test_what_was_erased_during_a_read_does_not_come_back(house: House) -> None:
    view = await house.add("Call Ada\n")
    house.disk.content[TODO] = b"Call Ada\nBuy milk\n"
    reading = asyncio.create_task(house.service.read_now(user=LENA, connection=view.id))
    await asyncio.sleep(0)
    erased = await house.room.kit.db.write(lambda tx: module.erase(tx, LENA))
    assert erased
    house.room.kit.keys.destroy(LENA)
    await asyncio.gather(reading, return_exceptions=True)
    for table in module.tables.tables.values():
        assert await house.rows(table.name) == []
    await house.service.look()
    await house.service.write_back()


async def test_export_shows_everything_in_words_and_of_nobody_else(house: House) -> None:
    await house.add(FULL)
    await house.service.write_mind(user=LENA, things=["Buy milk"])
    await house.service.write_mind(user=MILO, things=["Secret of Milo"])
    kit = house.room.kit
    shown = str(await kit.db.read(lambda tx: module.export(tx, LENA, kit.keys.cipher(LENA))))
    assert all(words in shown for words in ("Call Ada", "family", TODO, "Buy milk"))
    assert "Secret" not in shown


async def test_completions_are_kept_for_400_days_and_write_backs_for_30(house: House) -> None:
    await house.add("Call Ada\n")
    await house.done((await house.open())[0])
    await house.pass_(9)
    house.clock.advance(timedelta(days=29))
    await house.service.prune()
    assert (len(await house.rows("writebacks")), len(await house.rows("completions"))) == (1, 1)
    house.clock.advance(timedelta(days=2))
    await house.service.prune()
    assert (len(await house.rows("writebacks")), len(await house.rows("completions"))) == (0, 1)
    house.clock.advance(timedelta(days=370))
    await house.service.prune()
    assert await house.rows("completions") == []


async def test_no_word_lies_in_the_database_as_it_is(house: House) -> None:
    await house.add("(A) Call Zarathustra +Philosophy @phone\nbad due:2026-99-99\n")
    await house.service.write_mind(user=LENA, things=["Zarathustra again"])
    data = await house.room.at_rest()
    assert b"todotxt" in data  # the search finds what is there
    for word in (b"Zarathustra", b"Philosophy", b"phone", TODO.encode(), b"todo.txt"):
        assert word not in data


@pytest.mark.sqlite
async def test_what_was_disconnected_is_gone_from_the_disk_too(house: House) -> None:
    view = await house.add(FULL)
    sealed = [row["title"] for row in await house.rows("items") if row["title"] is not None]
    assert any(title in on_disk(house) for title in sealed)
    await house.service.disconnect(user=LENA, connection=view.id)
    assert not any(title in on_disk(house) for title in sealed)


def on_disk(house: House) -> bytes:
    return b"".join(path.read_bytes() for path in house.room.kit.settings.data.glob("oo.db*"))
