"""Uploads: anybody's, sealed, read and marked done like files on disk, and given back as they are."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from oo.contracts.errors import Invalid, NotFound, Unusable
from oo.contracts.events import TaskAdded, TaskCompleted, TaskDeleted
from oo.contracts.ids import ConnectionId, UserId
from oo.contracts.sources import ConnectionView
from oo.modules.integrations.tests.conftest import LENA, MILO, TODO, House
from oo.modules.integrations.uploads import LARGEST, MOST

pytestmark = pytest.mark.anyio
LIST = b"(A) Call Ada\r\n(B) Write letter\r\n"
NOTES = b"- [ ] Water the plants\n- [ ] Call the gardener\n"


async def upload(
    house: House, data: bytes = LIST, name: str = "private-plans.txt", user: UserId = MILO
) -> ConnectionView:
    return await house.service.upload(user=user, name=name, data=data)


async def test_a_guest_uploads_a_list_and_it_is_read_like_a_file(house: House) -> None:
    view = await upload(house)
    assert (view.name, view.open, view.kept, view.detail, view.state) == ("private-plans.txt", 2, True, "", "works")
    assert await house.titles(MILO) == ["Call Ada", "Write letter"]
    assert await house.titles(LENA) == []


@pytest.mark.parametrize(("name", "data"), [("list.txt", LIST), ("garden.md", NOTES)])
async def test_done_is_written_in_what_is_kept_and_can_be_taken_back(house: House, name: str, data: bytes) -> None:
    view = await upload(house, data, name)
    first = (await house.open(MILO))[0]
    await house.done(first, user=MILO)
    await house.pass_(10)
    file = await house.service.kept(user=MILO, connection=view.id)
    assert file.name == name
    assert file.data != data
    assert len(file.data.splitlines()) == 2
    assert len(await house.open(MILO)) == 1
    assert [getattr(event, "ref", "") for event in await house.told(TaskCompleted, MILO)] == [first.ref]


async def test_what_was_not_touched_comes_back_byte_for_byte(house: House) -> None:
    view = await upload(house, b"\xef\xbb\xbf" + LIST)
    await house.pass_(3600)
    assert (await house.service.kept(user=MILO, connection=view.id)).data == b"\xef\xbb\xbf" + LIST


async def test_the_same_name_again_replaces_the_file(house: House) -> None:
    first = await upload(house)
    again = await upload(house, b"(A) Call Ada\nBuy bread\n", "PRIVATE-plans.txt")
    assert (again.id, again.open) == (first.id, 2)
    assert await house.titles(MILO) == ["Buy bread", "Call Ada"]
    assert len(await house.told(TaskAdded, MILO)) == 3
    assert len(await house.told(TaskDeleted, MILO)) == 1


async def test_two_at_once_are_one_connection(house: House) -> None:
    views = await asyncio.gather(*(upload(house) for _ in range(3)))
    [connection] = await house.service.connections(user=MILO)
    assert {view.id for view in views} == {connection.id}


async def test_neither_words_nor_names_lie_open(house: House) -> None:
    await upload(house)
    rows: list[Any] = [await house.rows(table) for table in ("connections", "documents", "items")]
    assert b"private-plans" not in repr(rows).encode()
    assert b"Call Ada" not in repr(rows).encode()


async def test_nobody_else_can_take_it(house: House) -> None:
    view = await upload(house)
    with pytest.raises(NotFound):
        await house.service.kept(user=LENA, connection=view.id)
    on_disk = await house.add(path=TODO)
    await house.service.write_mind(user=LENA, things=["think"])
    mind = next(one for one in await house.service.connections(user=LENA) if one.connector == "mind")
    for other in (on_disk.id, mind.id, ConnectionId("missing")):
        with pytest.raises(NotFound):
            await house.service.kept(user=LENA, connection=other)


async def test_disconnecting_deletes_the_file(house: House) -> None:
    view = await upload(house)
    receipt = await house.service.disconnect(user=MILO, connection=view.id)
    assert receipt.records >= 3
    assert await house.rows("documents") == []


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("photo.jpg", b"x", r"Nothing here reads this kind of file\. .*\.ics.*\.txt"),
        ("", b"x", "no name"),
        ("a" * 130 + ".txt", b"x", "no name"),
        ("todo.txt", b"x" * (LARGEST + 1), "larger than the 1 MB"),
        ("notes.md", b"x" * (LARGEST + 1), "larger than the 5 MB"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_its_reason(house: House, name: str, data: bytes, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        await upload(house, data, name)
    assert await house.rows("connections") == []
    assert await house.rows("documents") == []


async def test_folders_in_a_name_are_left_out(house: House) -> None:
    assert (await upload(house, name="C:\\Users\\milo\\list.txt")).name == "list.txt"
    assert (await upload(house, name="../../etc/plans.txt")).name == "plans.txt"


async def test_there_are_so_many_at_most(house: House) -> None:
    for number in range(MOST):
        await upload(house, b"One thing\n", f"list-{number}.txt")
    with pytest.raises(Invalid, match="Disconnect one first"):
        await upload(house, b"One thing\n", "one-more.txt")
    assert (await upload(house, b"Another\n", "list-0.txt")).open == 1
