"""What earlier releases left behind is brought up to date, and its words can be read."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.migrations.keep import RELEASED, WORDS, as_text, dumped, from_text, live, load

from oo.contracts.accounts import Accounts
from oo.contracts.forgetting import Forgetting
from oo.entry.migrate import current, head
from oo.entry.wiring import house
from oo.kernel.settings import Settings
from oo.testing.postgres import fresh, programs

pytestmark = pytest.mark.anyio

RELEASES = sorted(path.name for path in RELEASED.iterdir() if path.is_dir())


async def exported(data: Path, url: str | None = None) -> str:
    """Everything of the owner, after an upgrade."""
    async with house(Settings(data=data, files=(data,), database_url=url, log_level="error")) as home:
        [owner] = await home.promises[Accounts].people()
        return str(await home.promises[Forgetting].export(user=owner.id))


@pytest.mark.parametrize("release", [*RELEASES, "today"])
async def test_a_release_on_sqlite_becomes_today_s(release: str, tmp_path: Path) -> None:
    kept = RELEASED / release / "sqlite"
    if release == "today":  # what a release made now would leave
        kept = tmp_path / "kept"
        await live(tmp_path / "before")
        as_text(tmp_path / "before", kept)
    from_text(kept, tmp_path / "oo")
    found = await exported(tmp_path / "oo")
    assert current(tmp_path / "oo" / "oo.db") == head()
    assert [word for word in WORDS if word not in found] == []


@pytest.mark.services
@pytest.mark.parametrize("release", [*RELEASES, "today"])
async def test_a_release_on_postgres_becomes_today_s(
    release: str, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{programs()}:{os.environ['PATH']}")
    kept = RELEASED / release
    if release == "today":
        kept = tmp_path / "kept"
        kept.mkdir()
        with fresh(postgres, tmp_path / "before", empty=True) as url:
            await live(tmp_path / "before", url)
            (kept / "postgres.sql").write_text(dumped(url), encoding="utf-8")
        key = (tmp_path / "before" / "instance.key").read_bytes()
        (kept / "instance.key.hex").write_text(key.hex())
    from_text(kept, tmp_path / "oo")
    shutil.rmtree(tmp_path / "before", ignore_errors=True)
    with fresh(postgres, tmp_path, empty=True) as url:
        load(url, (kept / "postgres.sql").read_text(encoding="utf-8"))
        found = await exported(tmp_path / "oo", url)
    assert [word for word in WORDS if word not in found] == []
