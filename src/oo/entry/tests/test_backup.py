"""A back-up is all there was, or it is refused before anything is touched; who was erased stays erased."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oo.contracts.accounts import Accounts
from oo.contracts.forgetting import Forgetting
from oo.contracts.ids import UserId
from oo.contracts.sources import Sources
from oo.entry import archive, saving
from oo.entry.archive import BackupBroken
from oo.entry.commands.backup import run_backup, run_restore
from oo.entry.deeds import Deeds
from oo.entry.restoring import restore
from oo.entry.wiring import house
from oo.kernel.db import DataInUse
from oo.kernel.sealed import CHUNK, Opening, Sealing, WrongPassphrase
from oo.kernel.settings import Settings
from oo.kernel.tombstones import bury

pytestmark = [pytest.mark.anyio, pytest.mark.sqlite]
NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
WORDS = ("Tune the harpsichord", "Write to Zanzibar")


def of(folder: Path, **more: Any) -> Settings:
    return Settings(data=folder, files=(folder,), log_level="error", backup_hours=0, **more)


async def lived(where: Settings) -> UserId:
    """An oO with a person in it who has things on their mind."""
    async with house(where, background=False) as home:
        user = (await home.promises[Accounts].redeem(token=await home.promises[Accounts].owner_link(), device="x")).user
        await home.promises[Sources].write_mind(user=user, things=list(WORDS))
        return user


async def said(where: Settings, user: UserId) -> Mapping[str, Any]:
    async with house(where, background=False) as home:
        rooms: Mapping[str, Any] = (await home.promises[Forgetting].export(user=user))["rooms"]
        return rooms


def saved(where: Settings, folder: Path, passphrase: bytes | None = None) -> Path:
    with saving.staged(saving.stage(where)) as copied:
        return saving.pack(where, copied, folder, NOW, passphrase)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "oo.lock"
    }


@pytest.mark.parametrize("passphrase", [None, b"three words and one"])
async def test_a_back_up_brings_back_what_was_there(tmp_path: Path, passphrase: bytes | None) -> None:
    here, there = of(tmp_path / "here"), of(tmp_path / "there")
    user = await lived(here)
    before = await said(here, user)
    path = saved(here, tmp_path / "disk", passphrase)
    assert path.stat().st_mode & 0o777 == 0o600
    there.data.mkdir()
    if passphrase is None:
        shutil.copy(here.data / "instance.key", there.data)
    done = restore(there, path, NOW, passphrase, replace=False)
    assert (done.made_at, done.people, done.aside) == (NOW, 1, None)
    assert await said(there, user) == before
    assert WORDS[0] in str(before) and not list(there.data.glob(".*ing-*"))


async def test_a_running_oo_is_backed_up_by_itself(tmp_path: Path) -> None:
    where = of(tmp_path / "oo")
    user = await lived(where)
    async with house(where, background=False) as home:
        staged = Path(await Deeds(home, "").do({"do": "stage"}))
        with pytest.raises(DataInUse):
            restore(where, tmp_path / "none", NOW, None, replace=False)
        with saving.staged(staged) as copied:
            path = saving.pack(where, copied, tmp_path / "disk", NOW, None)
        before = (await home.promises[Forgetting].export(user=user))["rooms"]
        await home.promises[Sources].write_mind(user=user, things=["Something later"])
    restore(where, path, NOW, None, replace=True)
    assert await said(where, user) == before


async def test_a_back_up_holds_no_words_and_no_key_that_opens_them(tmp_path: Path) -> None:
    where = of(tmp_path / "oo")
    await lived(where)
    whole = saved(where, tmp_path / "disk").read_bytes()
    assert not any(word.encode() in whole for word in WORDS)
    assert (where.data / "instance.key").read_bytes() not in whole


async def test_whoever_was_erased_since_is_erased_again_also_when_the_machine_was_lost(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    here, there = of(tmp_path / "here", backups=disk), of(tmp_path / "there")
    user = await lived(here)
    path = saved(here, disk)
    async with house(here, background=False) as home:
        await home.promises[Accounts].invite(name="Otto")
        await home.promises[Forgetting].erase(user=user)
    there.data.mkdir()
    shutil.copy(here.data / "instance.key", there.data)
    restore(there, path, NOW, None, replace=False)
    async with house(there, background=False) as home:
        assert await home.promises[Accounts].people() == []
        assert home.kit.keys.users() == []


async def test_whoever_was_erased_on_another_machine_is_erased_at_the_start_of_this_one(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    where = of(tmp_path / "oo", backups=shared)
    user = await lived(where)
    async with house(where, background=False) as home:
        bury(shared, home.kit.keys.digest("tombstone", user), NOW)
    async with house(where, background=False) as home:
        assert await home.promises[Accounts].people() == []


async def test_every_altered_byte_is_noticed_before_anything_is_touched(tmp_path: Path) -> None:
    here, there = of(tmp_path / "here"), of(tmp_path / "there")
    await lived(here)
    await lived(there)
    whole = saved(here, tmp_path / "disk").read_bytes()
    shutil.copy(here.data / "instance.key", there.data)
    before = files(there.data)
    broken = tmp_path / "broken.backup"
    used = len(whole.rstrip(b"\0"))
    for at in [*range(0, used, used // 40), used - 1]:
        altered = bytearray(whole)
        altered[at] ^= 1
        if at % 512 >= 500 and bytes(altered[:at]).rstrip(b"\0") != bytes(altered[:at]):
            continue  # the padding of a header says nothing
        broken.write_bytes(altered)
        try:
            unpacked = tmp_path / f"at-{at}"
            unpacked.mkdir()
            archive.unpack(broken, unpacked, None)
        except BackupBroken as error:
            assert "nothing was touched" in str(error)  # noqa: PT017
        else:
            assert files(unpacked) == laid(whole, tmp_path / f"whole-{at}")  # a byte between the parts
    for length in (0, 1, 511, 4096, used // 2, used - 600):
        broken.write_bytes(whole[:length])
        with pytest.raises(BackupBroken, match="nothing was touched"):
            restore(there, broken, NOW, None, replace=True)
    assert files(there.data) == before


def laid(whole: bytes, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    path = folder.with_suffix(".backup")
    path.write_bytes(whole)
    archive.unpack(path, folder, None)
    return files(folder)


async def test_a_sealed_back_up_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    where = of(tmp_path / "oo")
    await lived(where)
    path = saved(where, tmp_path / "disk", b"right")
    before = files(where.data)
    for passphrase, sentence in ((None, "--passphrase-file"), (b"wrong", "does not open")):
        with pytest.raises(BackupBroken, match=sentence):
            restore(where, path, NOW, passphrase, replace=True)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    with pytest.raises(BackupBroken, match="was altered"):
        restore(where, path, NOW, b"right", replace=True)
    assert files(where.data) == before


async def test_what_does_not_fit_is_refused_with_the_mend(tmp_path: Path) -> None:
    here, there = of(tmp_path / "here"), of(tmp_path / "there")
    await lived(here)
    path = saved(here, tmp_path / "disk")
    with pytest.raises(BackupBroken, match=r"instance\.key: put that into"):
        restore(there, path, NOW, None, replace=False)
    await lived(there)
    with pytest.raises(BackupBroken, match="not the key of this back-up"):
        restore(there, path, NOW, None, replace=True)
    with pytest.raises(BackupBroken, match="--replace"):
        restore(here, path, NOW, None, replace=False)
    manifest = archive.Manifest(NOW.isoformat(), "9.0", "2099_01_01", "sqlite", "x")
    archive.write(tmp_path / "newer.backup", manifest, {}, None)
    with pytest.raises(BackupBroken, match="newer oO"):
        restore(here, tmp_path / "newer.backup", NOW, None, replace=True)


async def test_the_commands_say_where_it_is_and_what_came_back(tmp_path: Path) -> None:
    where, secret = of(tmp_path / "oo"), tmp_path / "secret"
    await lived(where)
    secret.write_text("a passphrase\n")
    out = io.StringIO()
    run_backup(where, tmp_path / "disk", secret, out)
    [path] = (tmp_path / "disk").glob("*.backup")
    assert out.getvalue() == f"{path}\n"
    shutil.rmtree(where.data)
    out = io.StringIO()
    await in_a_thread(lambda: run_restore(where, path, secret, out, replace=False))
    assert out.getvalue().startswith("Brought back what was kept on ")
    assert out.getvalue().endswith("of 1 person.\n")


async def in_a_thread(work: Any) -> None:
    import asyncio

    await asyncio.to_thread(work)


@settings(deadline=None, max_examples=12)
@given(st.binary(max_size=100), st.integers(-2, 2), st.integers(0, 3))
def test_what_was_sealed_comes_back_and_nothing_that_was_moved_or_cut_off(part: bytes, off: int, chunks: int) -> None:
    data = (part * (CHUNK // max(1, len(part)) * chunks + 1))[: max(0, CHUNK * chunks + off)]
    file = io.BytesIO()
    sealing = Sealing(file, b"x", cost=4)
    for at in range(0, len(data), 300_000):
        sealing.write(data[at : at + 300_000])
    sealing.close()
    assert Opening(io.BytesIO(file.getvalue()), b"x").read() == data
    whole = file.getvalue()
    for cut in (1, 17, CHUNK + 16):
        if cut < len(whole) - 29:
            with pytest.raises(WrongPassphrase):
                Opening(io.BytesIO(whole[:-cut]), b"x").read()
