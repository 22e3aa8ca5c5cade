from __future__ import annotations

import asyncio
import io
import json
import stat
from pathlib import Path

import pytest

from oo.contracts.errors import Invalid, NotFound
from oo.entry.commands.deed import erase, export, link
from oo.entry.deeds import Deeds
from oo.entry.wiring import house
from oo.kernel.settings import Settings


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
