"""`oo doctor` on Postgres: what is wrong there is said, each with its mend."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from oo.entry.commands.doctor import run
from oo.entry.wiring import house
from oo.kernel.settings import Settings
from oo.testing.postgres import fresh, named, rows

pytestmark = [pytest.mark.services, pytest.mark.anyio]


@pytest.fixture
def settings(postgres: str, tmp_path: Path) -> Iterator[Settings]:
    with fresh(postgres, tmp_path, empty=True) as url:
        (tmp_path / "oo").mkdir(mode=0o700)
        yield Settings(data=tmp_path / "oo", files=(tmp_path,), database_url=url)


def said(settings: Settings) -> list[str]:
    """What is to mend, but for the durability that a server made for tests gives up."""
    out = io.StringIO()
    run(settings, out)
    return [line for line in out.getvalue().splitlines() if line.startswith("ILL") and "postgresql.conf" not in line]


def url_of(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url.get_secret_value()


async def test_an_empty_database_and_one_in_use_are_well(settings: Settings) -> None:
    assert said(settings) == []
    async with house(settings, background=False):
        pass
    assert said(settings) == []


def test_a_server_that_may_lose_everything_is_found(settings: Settings) -> None:
    out = io.StringIO()
    run(settings, out)
    [(fsync,)] = rows(url_of(settings), "SELECT current_setting('fsync')")
    assert ("ILL   fsync: fsync is off" in out.getvalue()) == (fsync == "off")


def test_a_database_that_does_not_answer_is_said_without_the_password(settings: Settings, tmp_path: Path) -> None:
    for url in (named(url_of(settings), "nowhere"), "postgresql://oo:s3cret@127.0.0.1:1/oo"):
        [line] = said(Settings(data=settings.data, files=(tmp_path,), database_url=url))
        assert "does not answer" in line
        assert "s3cret" not in line


async def test_an_older_schema_a_missing_room_and_another_s_key_are_found(settings: Settings) -> None:
    async with house(settings, background=False):
        pass
    with psycopg.connect(url_of(settings), autocommit=True) as asking:
        asking.execute("UPDATE oo.alembic_version SET version_num = '2026_11_21_01_events_log'")
        asking.execute("DROP SCHEMA profile CASCADE")
    (settings.data / "instance.key").write_bytes(bytes(32))
    mends = said(settings)
    for word in ("`oo up` brings it up to date", "profile is not there", "not the key of this database"):
        assert len([mend for mend in mends if word in mend]) == 1
    assert len(mends) == 3
