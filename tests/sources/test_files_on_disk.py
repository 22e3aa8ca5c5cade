"""Real files, the real connectors and the real disk: from an edit to the inventory, and from "done" to the file."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oo.contracts.accounts import Accounts, Person
from oo.contracts.disk import Disk
from oo.contracts.errors import Conflict, Refused
from oo.contracts.events import TaskAdded, TaskCompleted, TaskDeleted, TipReacted
from oo.contracts.ids import UserId
from oo.contracts.items import Facts
from oo.contracts.manifests import ConnectorManifest
from oo.contracts.profiles import Profile, Profiles
from oo.entry.local_disk import LocalDisk
from oo.kernel.plugins import discover
from oo.modules.integrations import module
from oo.modules.integrations.service import Integrations
from oo.testing.determinism import FixedClock
from oo.testing.rooms import Room, room

pytestmark = pytest.mark.anyio
LENA = UserId("01LENA00000000000000000000")
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BYTES = b"\xef\xbb\xbf(A) 2026-11-01 Call Ada +family\r\n\xff not text \xfe\r\n\r\n  Buy milk \r\nlast line"


class Lena:
    """The owner, in Berlin."""

    async def person(self, *, user: UserId) -> Person:
        return Person(user, "Lena", "owner", START)

    async def get(self, *, user: UserId) -> Profile:
        return Profile(zone="Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Desk:
    """A room of integrations over a home folder."""

    room: Room
    service: Integrations
    home: Path

    @property
    def todo(self) -> Path:
        return self.home / "todo.txt"

    async def open(self) -> list[Facts]:
        return list((await self.service.inventory(user=LENA)).facts)

    async def pass_(self, seconds: float) -> None:
        self.room.clock.advance(seconds)
        await self.service.write_back()
        await self.service.look()

    async def done(self, facts: Facts) -> None:
        until = self.room.clock.now() + timedelta(seconds=8)
        await self.room.deliver(LENA, TipReacted("TIP", "done", facts.ref, facts.version, undo_until=until))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    home, data = tmp_path / "home", tmp_path / "data"
    home.mkdir()
    data.mkdir()
    lena = Lena()
    needs: dict[type, object] = {Accounts: lena, Profiles: lena, Disk: LocalDisk([home])}
    connectors = discover("connectors", ConnectorManifest.model_validate).plugins
    async with room(data, module, needs=needs, plugins={"connectors": connectors}, clock=FixedClock(START)) as built:
        built.kit.keys.create(LENA)
        (service,) = built.built.promises.values()
        assert isinstance(service, Integrations)
        yield Desk(built, service, home)


async def test_done_changes_one_line_and_keeps_every_other_byte(desk: Desk) -> None:
    desk.todo.write_bytes(BYTES)
    desk.todo.chmod(0o640)
    view = await desk.service.add_files(user=LENA, path=str(desk.todo))
    assert (view.open, [one.line for one in view.unread]) == (3, [2])
    await desk.done(next(facts for facts in await desk.open() if facts.priority == 3))
    await desk.pass_(8)
    assert desk.todo.read_bytes() == BYTES
    await desk.pass_(1)
    written = b"x 2026-11-21 2026-11-01 Call Ada +family pri:A"
    assert desk.todo.read_bytes() == BYTES.replace(b"(A) 2026-11-01 Call Ada +family", written)
    assert desk.todo.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in desk.home.iterdir()] == ["todo.txt"]
    assert len(await desk.open()) == 2
    assert [type(event) for event in await desk.room.published(LENA)][-1] is TaskCompleted


async def test_a_note_of_a_connected_vault_is_not_read_twice(desk: Desk) -> None:
    deep = desk.home / "vault" / "area" / "project"
    deep.mkdir(parents=True)
    (deep / "note.md").write_text("- [ ] Call Ada\n")
    (desk.home / "vault" / ".trash").mkdir()
    (desk.home / "vault" / ".trash" / "old.md").write_text("- [ ] Buy milk\n")
    vault = await desk.service.add_files(user=LENA, path=str(desk.home / "vault"))
    assert (await desk.service.add_files(user=LENA, path=str(deep / "note.md"))).id == vault.id
    assert (await desk.service.add_files(user=LENA, path=str(deep))).id == vault.id
    old = str(desk.home / "vault" / ".trash" / "old.md")
    hidden = await desk.service.add_files(user=LENA, path=old, trusted=True)
    assert hidden.id != vault.id, "what lies in a hidden folder is no part of the vault"
    assert len(await desk.open()) == 2
    await desk.service.disconnect(user=LENA, connection=vault.id)
    await desk.service.add_files(user=LENA, path=str(deep))
    with pytest.raises(Conflict, match="connected already"):
        await desk.service.add_files(user=LENA, path=str(desk.home / "vault"))


async def test_a_vault_is_stored_in_slices_and_a_change_reads_one_note(desk: Desk) -> None:
    vault = desk.home / "vault"
    for nth in range(300):
        note = vault / f"area {nth % 7}" / f"note {nth}.md"
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text("".join(f"- [ ] Call Ada about {nth}.{line}\n" for line in range(4)))
    view = await desk.service.add_files(user=LENA, path=str(vault))
    assert (view.state, view.open) == ("works", 1200)
    (vault / "area 0" / "note 0.md").write_text("- [ ] Write letter\n")
    (vault / "area 1" / "note 1.md").unlink()
    await desk.pass_(2)
    assert (await desk.service.connection(user=LENA, connection=view.id)).open == 1200 - 4 + 1 - 4
    told = [type(event) for event in await desk.room.published(LENA)][1202:]
    assert (told.count(TaskDeleted), told.count(TaskAdded)) == (8, 1)


async def test_an_edit_is_seen_at_the_next_look(desk: Desk) -> None:
    desk.todo.write_text("Call Ada\n")
    await desk.service.add_files(user=LENA, path=str(desk.todo))
    desk.todo.write_text("Call Ada\nBuy milk\n")
    await desk.pass_(2)
    assert len(await desk.open()) == 2
    (desk.home / "new").write_text("Write letter\n")
    (desk.home / "new").rename(desk.todo)  # as editors save
    await desk.pass_(2)
    assert len(await desk.open()) == 1


async def test_a_line_that_changed_underneath_is_left_as_it_is(desk: Desk) -> None:
    desk.todo.write_text("Call Ada\nBuy milk\n")
    view = await desk.service.add_files(user=LENA, path=str(desk.todo))
    await desk.done((await desk.open())[0])
    desk.todo.write_text("Call Ada tomorrow\nBuy oat milk\n")
    await desk.pass_(9)
    assert desk.todo.read_text() == "Call Ada tomorrow\nBuy oat milk\n"
    assert (await desk.service.connection(user=LENA, connection=view.id)).problem is not None


async def test_a_file_that_is_read_only_is_never_written_and_says_so(desk: Desk) -> None:
    desk.todo.write_text("Call Ada\n")
    view = await desk.service.add_files(user=LENA, path=str(desk.todo))
    await desk.done((await desk.open())[0])
    desk.todo.chmod(0o444)
    await desk.pass_(9)
    assert desk.todo.read_text() == "Call Ada\n"
    problem = (await desk.service.connection(user=LENA, connection=view.id)).problem
    assert problem == "This file is read-only; nothing was written."
    desk.todo.chmod(0o644)
    await desk.pass_(60)
    assert desk.todo.read_text() == "x 2026-11-21 Call Ada\n"


async def test_a_link_that_leads_outside_is_refused(desk: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "todo.txt"
    outside.write_text("Call Ada\n")
    desk.todo.symlink_to(outside)
    with pytest.raises(Refused):
        await desk.service.add_files(user=LENA, path=str(desk.todo))
    view = await desk.service.add_files(user=LENA, path=str(desk.todo), trusted=True)
    assert (view.open, view.detail) == (1, str(outside))


async def test_a_folder_that_goes_and_comes_back_loses_nothing(desk: Desk) -> None:
    folder = desk.home / "notes"
    folder.mkdir()
    (folder / "todo.txt").write_text("Call Ada\n")
    view = await desk.service.add_files(user=LENA, path=str(folder))
    folder.rename(desk.home / "away")
    await desk.pass_(2)
    assert (await desk.service.connection(user=LENA, connection=view.id)).state == "slow"
    assert len(await desk.open()) == 1
    (desk.home / "away").rename(folder)
    await desk.pass_(2)
    assert (await desk.service.connection(user=LENA, connection=view.id)).state == "works"


@pytest.mark.parametrize("kind", ["todo.txt", "ics"])
async def test_files_of_strangers_are_connected_without_a_fault(desk: Desk, shared: Path, kind: str) -> None:
    folder = desk.home / "strangers"
    shutil.copytree(shared / "inputs" / kind, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    view = await desk.service.add_files(user=LENA, path=str(folder))
    assert (view.state, desk.service.faults.count) == ("works", 0)
    told = len(await desk.room.published(LENA))
    desk.room.clock.advance(timedelta(hours=1))
    await desk.service.look()
    assert len(await desk.room.published(LENA)) == told
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
