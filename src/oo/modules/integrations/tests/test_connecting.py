"""Connecting files, folders and what is on one's mind: by whom, from where, and once."""

from __future__ import annotations

import asyncio

import pytest

from oo.contracts.errors import Conflict, Invalid, NotFound, Problem, Refused, Unusable
from oo.contracts.events import TaskAdded, TaskDeleted
from oo.contracts.ids import ConnectionId
from oo.modules.integrations.tests.conftest import HOME, LENA, MILO, TODO, House

pytestmark = pytest.mark.anyio


async def test_files_of_the_machine_are_the_owners_to_connect(house: House) -> None:
    house.disk.content[TODO] = b"Call Ada\n"
    with pytest.raises(Refused):
        await house.service.add_files(user=MILO, path=TODO)
    with pytest.raises(Refused):
        await house.service.folder(user=MILO, path=None)
    assert await house.service.connections(user=MILO) == []


async def test_a_place_outside_the_allowed_folders_is_refused_unless_the_command_line_names_it(house: House) -> None:
    house.disk.content["/srv/todo.txt"] = b"Call Ada\n"
    with pytest.raises(Refused):
        await house.service.add_files(user=LENA, path="/srv/todo.txt")
    view = await house.service.add_files(user=LENA, path="/srv/todo.txt", trusted=True)
    assert view.open == 1


async def test_adding_a_file_twice_is_the_same_connection(house: House) -> None:
    first = await house.add()
    again = await house.service.add_files(user=LENA, path=TODO)
    trusted = await house.service.add_files(user=LENA, path=TODO, trusted=True)
    assert first.id == again.id == trusted.id
    assert len(await house.told(TaskAdded)) == 1


async def test_what_no_connector_reads_is_refused_with_what_is_read(house: House) -> None:
    with pytest.raises(Unusable, match=r"\.ics.*\.txt"):
        await house.add("hello", f"{HOME}/notes.pdf")
    house.disk.content[f"{HOME}/photos/a.jpg"] = b""
    with pytest.raises(Unusable, match="Nothing in this folder"):
        await house.service.add_files(user=LENA, path=f"{HOME}/photos")
    assert await house.service.connections(user=LENA) == []


async def test_a_file_that_cannot_be_read_is_not_connected(house: House) -> None:
    with pytest.raises(Unusable):
        await house.add("\x00\x01\x02\x03\x04\x05\x06\x07\x08" * 40)
    assert await house.rows("connections") == []


async def test_a_folder_is_one_connection_per_kind_of_source(house: House) -> None:
    house.disk.content |= {
        f"{HOME}/notes/todo.txt": b"Call Ada\n",
        f"{HOME}/notes/work.todo.txt": b"Write letter\n",
        f"{HOME}/notes/home.ics": b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    }
    view = await house.service.add_files(user=LENA, path=f"{HOME}/notes")
    assert (view.connector, view.open) == ("todotxt", 2)
    names = [view.name for view in await house.service.connections(user=LENA)]
    assert names == ["notes · todo.txt", "notes · Calendar file"]


async def test_a_file_is_never_read_twice_through_a_folder(house: House) -> None:
    house.disk.content[f"{HOME}/notes/todo.txt"] = b"Call Ada\n"
    folder = await house.service.add_files(user=LENA, path=f"{HOME}/notes")
    assert (await house.service.add_files(user=LENA, path=f"{HOME}/notes/todo.txt")).id == folder.id
    await house.service.disconnect(user=LENA, connection=folder.id)
    await house.service.add_files(user=LENA, path=f"{HOME}/notes/todo.txt")
    with pytest.raises(Conflict, match="connected already"):
        await house.service.add_files(user=LENA, path=f"{HOME}/notes")


async def test_a_folder_shows_the_files_that_something_reads(house: House) -> None:
    house.disk.content |= {TODO: b"", f"{HOME}/a.ics": b"", f"{HOME}/b.pdf": b""}
    assert (await house.service.folder(user=LENA, path=None)).files == (f"{HOME}/a.ics", TODO)


async def test_the_kinds_of_source_are_those_of_the_manifests(house: House) -> None:
    kinds = {view.id: view.kind for view in await house.service.connectors()}
    assert kinds.items() >= {"ics": "files", "mind": "document", "todotxt": "files"}.items()


async def test_things_on_ones_mind_are_tasks_of_anybody(house: House) -> None:
    assert await house.service.mind(user=MILO) == []
    await house.service.write_mind(user=MILO, things=["Call Ada", "  ", "Buy  milk", ""])
    assert await house.service.mind(user=MILO) == ["Call Ada", "Buy milk"]
    assert await house.titles(MILO) == ["Buy milk", "Call Ada"]
    assert await house.open() == []
    (view,) = await house.service.connections(user=MILO)
    assert (view.state, view.open, view.detail) == ("works", 2, "")
    assert b"Ada" not in (await house.rows("documents"))[0]["content"]


async def test_editing_keeps_the_identity_of_what_stays(house: House) -> None:
    await house.service.write_mind(user=LENA, things=["Call Ada", "Buy milk"])
    before = {facts.ref for facts in await house.open()}
    await house.service.write_mind(user=LENA, things=["Buy milk", "Write letter"])
    assert len(before & {facts.ref for facts in await house.open()}) == 1
    assert (len(await house.told(TaskAdded)), len(await house.told(TaskDeleted))) == (3, 1)


async def test_a_thing_on_ones_mind_is_done_like_any_other(house: House) -> None:
    await house.service.write_mind(user=LENA, things=["Call Ada", "Buy milk"])
    await house.done((await house.open())[0])
    await house.pass_(9)
    assert len(await house.service.mind(user=LENA)) == 1
    assert len(await house.open()) == 1


@pytest.mark.parametrize("things", [["x"] * 21, ["x" * 201]])
async def test_too_much_on_ones_mind_is_said_and_changes_nothing(house: House, things: list[str]) -> None:
    await house.service.write_mind(user=LENA, things=["Call Ada"])
    with pytest.raises(Invalid):
        await house.service.write_mind(user=LENA, things=things)
    assert await house.service.mind(user=LENA) == ["Call Ada"]


async def test_nothing_on_ones_mind_connects_nothing(house: House) -> None:
    await house.service.write_mind(user=LENA, things=["", "  "])
    assert await house.service.connections(user=LENA) == []


async def test_people_never_reach_each_others_connections(house: House) -> None:
    view = await house.add()
    await house.service.write_mind(user=MILO, things=["Buy milk"])
    refs = [facts.ref for facts in await house.open()]
    assert await house.service.wordings(user=MILO, refs=refs) == {}
    missing = ConnectionId("01MISSING00000000000000000")
    for act in (house.service.connection, house.service.read_now, house.service.disconnect):
        said = []
        for one in (view.id, missing):
            with pytest.raises(NotFound) as error:
                await act(user=MILO, connection=one)
            said.append(problem(error.value))
        assert said[0] == said[1]
    assert len(await house.open()) == len(await house.open(MILO)) == 1


def problem(error: Problem) -> tuple[int, str, str]:
    return (error.status, error.code, error.detail)


async def test_a_file_that_is_added_twice_at_once_is_one_connection(house: House) -> None:
    house.disk.content[TODO] = b"Call Ada\n"
    views = await asyncio.gather(*(house.service.add_files(user=LENA, path=TODO) for _ in range(3)))
    assert len({view.id for view in views}) == 1
    assert len(await house.told(TaskAdded)) == 1


async def test_things_that_are_written_at_once_are_one_document(house: House) -> None:
    await asyncio.gather(*(house.service.write_mind(user=LENA, things=[f"Thing {n}"]) for n in range(4)))
    assert len(await house.service.mind(user=LENA)) == len(await house.open()) == 1
    assert len(await house.rows("documents")) == 1
