"""A person is forgotten in units of work that hold nobody up, and no back-up brings anybody back."""

from __future__ import annotations

import os
import shutil
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from oo.contracts.accounts import Accounts
from oo.contracts.errors import NotFound
from oo.contracts.forgetting import Forgetting
from oo.contracts.ids import UserId
from oo.entry.wiring import House, house
from oo.kernel.db import Transaction
from oo.kernel.erasing import ROWS
from oo.kernel.keys import KeyGone
from oo.kernel.settings import Settings
from oo.kernel.tombstones import FILE, buried, bury
from oo.modules.integrations import module as integrations
from oo.modules.integrations.tables import items

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "oo", files=(tmp_path,), database_url=None)


async def milo(home: House) -> UserId:
    """Invite Milo, if need be; who he is."""
    accounts = home.promises[Accounts]
    await accounts.invite(name="Milo")
    return next(person.id for person in await accounts.people() if person.name == "Milo")


async def names(home: House) -> list[str]:
    return sorted(person.name for person in await home.promises[Accounts].people())


async def test_a_large_history_is_erased_in_slices(settings: Settings) -> None:
    async with house(settings) as home:
        user = await milo(home)
        row = {"user_id": user, "connection_id": "c1", "state": "done", "facts": "{}"}
        many = [{**row, "ref": f"c1:{number}"} for number in range(2 * ROWS + 201)]
        await home.kit.db.write(lambda tx: tx.execute(insert(items), many).rowcount)

        def slices(tx: Transaction) -> int:
            return integrations.erase(tx, user)

        assert await home.kit.db.write(slices) == ROWS
        receipt = await home.promises[Forgetting].erase(user=user)
        assert receipt.records > ROWS + 201
        assert await home.kit.db.write(slices) == 0
        assert await names(home) == []


async def test_a_back_up_that_is_brought_back_brings_nobody_back(settings: Settings, tmp_path: Path) -> None:
    async with house(settings) as home:
        user = await milo(home)
        await home.promises[Accounts].invite(name="Lena")
    saved = tmp_path / "saved"
    shutil.copytree(settings.data, saved, ignore=shutil.ignore_patterns("tombstones.jsonl"))
    async with house(settings) as home:
        await home.promises[Forgetting].erase(user=user)
    shutil.copytree(saved, settings.data, dirs_exist_ok=True)
    async with house(settings, background=False) as home:
        assert await names(home) == ["Lena"]
        with pytest.raises(KeyGone):
            home.kit.keys.cipher(user)
        with pytest.raises(NotFound):
            await home.promises[Forgetting].erase(user=user)


async def test_a_key_that_is_brought_back_without_the_rows_is_destroyed_again(settings: Settings) -> None:
    async with house(settings) as home:
        user = await milo(home)
    saved = (settings.data / "keys.db").read_bytes()
    async with house(settings) as home:
        await home.promises[Forgetting].erase(user=user)
    (settings.data / "keys.db").write_bytes(saved)
    async with house(settings) as home:
        assert home.kit.keys.users() == []


async def test_an_erasure_that_was_cut_off_is_completed_at_the_next_start(settings: Settings) -> None:
    async with house(settings) as home:
        user = await milo(home)
        home.kit.keys.destroy = stop  # type: ignore[method-assign]
        with pytest.raises(InterruptedError):
            await home.promises[Forgetting].erase(user=user)
        assert home.kit.keys.users() == [user]
    async with house(settings) as home:
        assert home.kit.keys.users() == []


def stop(user: str) -> bool:
    raise InterruptedError


def test_tombstones_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    assert buried(tmp_path) == frozenset()
    bury(tmp_path, "a" * 32, at)
    path = tmp_path / FILE
    path.write_text(path.read_text() + '{"who": "bb')  # the power went
    bury(tmp_path, "c" * 32, at)
    assert buried(tmp_path) == {"a" * 32, "c" * 32}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_copies_of_an_upgrade_go_after_a_month_and_the_newest_with_the_first_erasure(settings: Settings) -> None:
    copies = [settings.data / "backups" / f"oo-{number}.db" for number in range(3)]
    copies[0].parent.mkdir(parents=True)
    for days, copy in zip((400, 40, 31), copies, strict=True):
        copy.write_bytes(b"rows")
        then = time.time() - days * 24 * 3600
        os.utime(copy, (then, then))
    async with house(settings) as home:
        assert [copy.exists() for copy in copies] == [False, False, True]
        await home.promises[Forgetting].erase(user=await milo(home))
        assert not any(copies[0].parent.iterdir())
