from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oo.contracts.accounts import Accounts
from oo.contracts.errors import Invalid, NotFound
from oo.contracts.sources import Sources
from oo.entry.commands.deed import erase, export, link
from oo.entry.deeds import Deeds
from oo.entry.wiring import house
from oo.kernel.settings import Settings
from oo.modules.integrations.repository import writebacks


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "oo", files=(tmp_path,), port=8042, public_url=None)


def test_a_link_is_made_with_no_server_running(settings: Settings) -> None:
    out = io.StringIO()
    link(settings, None, out)
    assert out.getvalue().startswith("http://127.0.0.1:8042/sign-in/")


def test_a_person_is_invited_exported_and_erased_by_name(settings: Settings, tmp_path: Path) -> None:
    out = io.StringIO()
    link(settings, "Milo", out)
    path = tmp_path / "milo.json"
    export(settings, "milo", path, out)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Milo" in json.dumps(json.loads(path.read_text()))
    erase(settings, "MILO", out)
    assert "Deleted:" in out.getvalue()
    with pytest.raises(NotFound, match="nobody called 'Milo'"):
        erase(settings, "Milo", out)
    with pytest.raises(NotFound):
        export(settings, "Milo", None, out)


def test_an_export_over_an_open_file_is_private_and_whole(settings: Settings, tmp_path: Path) -> None:
    link(settings, "Milo", io.StringIO())
    path, before = tmp_path / "milo.json", tmp_path / "linked.json"
    path.write_text("{}")
    path.chmod(0o644)
    os.link(path, before)  # whoever had it open
    export(settings, "Milo", path, io.StringIO())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert before.read_text() == "{}"
    with pytest.raises(OSError):
        export(settings, "Milo", tmp_path, io.StringIO())
    assert {one.name for one in tmp_path.iterdir()} == {"milo.json", "linked.json", "oo"}


def test_a_command_leaves_what_is_due_to_the_next_oo(settings: Settings, tmp_path: Path) -> None:
    link(settings, None, io.StringIO())
    todo = tmp_path / "todo.txt"
    todo.write_text("Call Ada\n")

    async def begun() -> None:
        async with house(settings, background=False) as home:
            [owner] = await home.promises[Accounts].people()
            view = await home.promises[Sources].add_files(user=owner.id, path=str(todo))
            [facts] = (await home.promises[Sources].inventory(user=owner.id)).facts
            then = datetime(2026, 1, 1, tzinfo=UTC)
            row = {"id": "TIP1", "user_id": owner.id, "connection_id": view.id, "ref": facts.ref, "due_at": then}
            due = {**row, "version": facts.version, "state": "waiting", "created_at": then}
            await home.kit.db.write(lambda tx: writebacks.add(tx, due))

    asyncio.run(begun())
    todo.write_text("Call Ada\nBuy milk\n")
    before = kept(settings)
    link(settings, None, io.StringIO())
    export(settings, "Owner", None, io.StringIO())
    assert kept(settings) == before
    assert todo.read_text() == "Call Ada\nBuy milk\n"


def kept(settings: Settings) -> list[object]:
    """What is due, what was read, and what was handed on."""
    with contextlib.closing(sqlite3.connect(settings.data / "oo.db")) as db:
        return [
            db.execute(f"SELECT {wanted}").fetchall()
            for wanted in (
                "* FROM writebacks",
                "* FROM items",
                "* FROM connections",
                "id, sent FROM outbox",
                "* FROM cursors",
            )
        ]


def test_the_owner_is_exported_to_the_terminal(settings: Settings) -> None:
    out = io.StringIO()
    link(settings, None, io.StringIO())
    export(settings, "Owner", None, out)
    assert "auth" in json.loads(out.getvalue())["rooms"]


def test_the_owners_name_cannot_be_invited(settings: Settings) -> None:
    with pytest.raises(Invalid):
        link(settings, "owner", io.StringIO())


def test_a_running_house_declines_what_it_does_not_know(settings: Settings) -> None:
    async def asked() -> None:
        async with house(settings) as home:
            deeds = Deeds(home, "http://127.0.0.1:8042")
            assert set(await deeds.do({"do": "health"})) >= {"auth", "jobs"}
            for nonsense in ({}, {"do": "dance"}, {"do": "erase"}, {"do": "erase", "name": 1}):
                with pytest.raises(Invalid):
                    await deeds.do(nonsense)

    asyncio.run(asked())
