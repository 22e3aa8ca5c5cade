from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oo.entry.commands.doctor import run
from oo.entry.wiring import house
from oo.kernel.db import DataLock
from oo.kernel.settings import Settings
from oo.testing.determinism import FixedClock


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "oo", files=(tmp_path,))


@pytest.fixture
def started(settings: Settings) -> Settings:
    """A data folder that a house has lived in."""

    async def live() -> None:
        async with house(settings):
            pass

    asyncio.run(live())
    return settings


def said(settings: Settings, clock: FixedClock | None = None) -> tuple[int, str]:
    out = io.StringIO()
    return run(settings, out, clock), out.getvalue()


def test_a_machine_on_which_nothing_was_started_is_well(settings: Settings) -> None:
    code, text = said(settings)
    assert code == 0, text
    assert "All is well." in text


def test_a_folder_that_a_house_has_lived_in_is_well(started: Settings) -> None:
    code, text = said(started)
    assert code == 0, text
    assert "the schema is the newest" in text
    assert "the file is whole" in text


def test_a_key_that_others_can_read_is_named_with_its_mend(started: Settings) -> None:
    key = started.data / "instance.key"
    key.chmod(0o644)
    code, text = said(started)
    assert code == 1
    assert f"chmod 600 {key}" in text


def test_a_clock_that_is_behind_is_named(settings: Settings) -> None:
    code, text = said(settings, FixedClock(datetime(1970, 1, 1, tzinfo=UTC)))
    assert code == 1
    assert "it is behind" in text


def test_a_folder_of_files_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, text = said(Settings(data=tmp_path / "oo", files=(tmp_path / "gone",)))
    assert code == 1
    assert "OO_FILES" in text


def test_a_variable_that_no_setting_reads_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OO_PROT", "8042")
    code, text = said(settings)
    assert code == 1
    assert "OO_PROT" in text


def test_a_lock_without_a_socket_is_named(started: Settings) -> None:
    with DataLock(started.data):
        code, text = said(started)
    assert code == 1
    assert "oo.lock" in text


def test_a_database_that_is_damaged_is_named(started: Settings) -> None:
    path = started.data / "oo.db"
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    code, text = said(started)
    assert code == 1
    assert "back-up" in text


@pytest.mark.parametrize(("given", "lacks"), [("client_id", "CLIENT_SECRET"), ("client_secret", "CLIENT_ID")])
def test_half_a_client_of_a_provider_is_said(given: str, lacks: str, tmp_path: Path) -> None:
    code, text = said(Settings(data=tmp_path / "oo", providers={f"todoist_{given}": "x"}))
    assert code == 1
    assert f"set OO_TODOIST_{lacks} too" in text


def test_a_whole_client_and_an_address_alone_are_well(tmp_path: Path) -> None:
    whole = {"todoist_client_id": "x", "todoist_client_secret": "y", "google_api_url": "http://127.0.0.1:1/"}
    assert "half its settings" not in said(Settings(data=tmp_path / "oo", providers=whole))[1]
