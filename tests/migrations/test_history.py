"""The history on both databases: up from empty and from every state, whole or undone, and backed up before."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite
from tests.migrations.grounds import Ground
from tests.migrations.keep import run

from oo.entry.migrate import HISTORY, UpgradeRefused, head, migrate
from oo.kernel.relay import _WAITING
from oo.testing.databases import address
from oo.testing.postgres import fresh, programs, rows

REVISIONS = sorted(path.stem for path in (HISTORY / "versions").glob("*.py"))
FAILING = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "2099_01_01_01_auth_fails", {before!r}


def upgrade():
    op.create_table("half_way", sa.Column("id", sa.Integer(), primary_key=True), schema="auth")
    op.execute("DELETE FROM {people}")
    raise ValueError("planted")
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.services)])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    if request.param == "sqlite":
        yield Ground(tmp_path)
        return
    with fresh(request.getfixturevalue("postgres"), tmp_path, empty=True) as url:
        yield Ground(tmp_path, url)


@pytest.fixture
def dumping(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pg_dump of the server's own version is on the path."""
    monkeypatch.setenv("PATH", f"{programs()}:{os.environ['PATH']}")


def history(folder: Path, upto: str = REVISIONS[-1]) -> Path:
    """The history as it was at a revision."""
    made = folder / f"history-{upto}"
    shutil.copytree(HISTORY, made, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (made / "versions").glob("*.py"):
        if path.stem > upto:
            path.unlink()
    return made


def planted(folder: Path, ground: Ground) -> Path:
    """A history whose next step fails half way."""
    made = history(folder)
    people = "people" if ground.url is None else "auth.people"
    failing = FAILING.format(before=REVISIONS[-1], people=people)
    (made / "versions" / "2099_01_01_01_auth_fails.py").write_text(failing)
    return made


def test_from_empty_it_ends_where_the_code_s_tables_are(ground: Ground, tmp_path: Path) -> None:
    assert ground.migrate(HISTORY) is None
    assert ground.revision() == head()
    migrated = ground.shape()
    (tmp_path / "other").mkdir()
    if ground.url is None:
        made = Ground(tmp_path / "other")
        made.make()
        shape = made.shape()
    else:
        with fresh(ground.url, tmp_path / "other", empty=True) as url:
            made = Ground(tmp_path / "other", url)
            made.make()
            shape = made.shape()
    assert migrated == shape


def test_what_waits_is_found_by_its_index_not_by_reading_the_whole_log(tmp_path: Path) -> None:
    migrate(tmp_path / "oo.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "oo.db")) as file:
        plan = file.execute("EXPLAIN QUERY PLAN SELECT * FROM outbox WHERE sent = 0 ORDER BY id LIMIT 100").fetchall()
    assert "USING INDEX outbox_waiting" in str(plan)
    compiled = _WAITING.statement.compile(dialect=sqlite.dialect())  # type: ignore[attr-defined]
    assert ".sent = 0" in str(compiled), "SQLite takes a partial index only where the query says it in the same words"


@pytest.mark.usefixtures("dumping")
@pytest.mark.parametrize(
    "revision",
    [
        # The quick ones: the first, every fifth, and the newest but one; a step that is new is tried from before it.
        pytest.param(one, marks=() if place % 5 == 0 or place == len(REVISIONS) - 2 else pytest.mark.slow)
        for place, one in enumerate(REVISIONS)
    ],
)
def test_from_every_state_it_gets_to_the_newest_and_loses_no_row(ground: Ground, revision: str, tmp_path: Path) -> None:
    ground.migrate(history(tmp_path, revision))
    filled = ground.fill()
    backup = ground.migrate(HISTORY)
    assert (backup is None) == (revision == head())
    assert ground.revision() == head()
    assert {name: count for name, count in ground.counts().items() if name in filled} == dict.fromkeys(filled, 1)
    before = ground.shape()
    assert ground.migrate(HISTORY) is None
    assert ground.shape() == before


@pytest.mark.usefixtures("dumping")
def test_a_step_that_fails_leaves_everything_as_it_was(ground: Ground, tmp_path: Path) -> None:
    ground.migrate(HISTORY)
    ground.fill()
    before = ground.shape(), ground.counts(), ground.revision()
    with pytest.raises(UpgradeRefused, match="was undone; the back-up is"):
        ground.migrate(planted(tmp_path, ground))
    assert (ground.shape(), ground.counts(), ground.revision()) == before
    assert ground.migrate(HISTORY) is None, "the version before runs on"


@pytest.mark.usefixtures("dumping")
def test_the_back_up_is_private_and_brings_back_what_was(ground: Ground, tmp_path: Path) -> None:
    ground.migrate(history(tmp_path, REVISIONS[0]))
    filled = ground.fill()
    backup = ground.migrate(HISTORY)
    assert backup is not None and backup.stat().st_mode & 0o777 == 0o600
    assert backup.parent.stat().st_mode & 0o777 == 0o700
    (tmp_path / "other").mkdir()
    if ground.url is None:
        shutil.copy(backup, tmp_path / "other" / "oo.db")
        old = Ground(tmp_path / "other")
        assert old.revision() == REVISIONS[0] and set(old.counts()) == filled
        return
    with fresh(ground.url, tmp_path / "other", empty=True) as url:
        run("pg_restore", "--exit-on-error", f"--dbname={url}", str(backup))
        old = Ground(tmp_path / "other", url)
        assert old.revision() == REVISIONS[0] and set(old.counts()) == filled


def test_data_of_a_newer_oo_is_left_alone(ground: Ground, tmp_path: Path) -> None:
    ground.migrate(HISTORY)
    with pytest.raises(UpgradeRefused, match="newer oO") as refused:
        ground.migrate(history(tmp_path, REVISIONS[0]))
    assert "Nothing was changed" in str(refused.value) and ground.revision() == head()


@pytest.mark.services
def test_without_pg_dump_nothing_is_upgraded_until_somebody_says_it_is_backed_up(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh(postgres, tmp_path, empty=True) as url:
        ground = Ground(tmp_path, url)
        ground.migrate(history(tmp_path, REVISIONS[0]))
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        with pytest.raises(UpgradeRefused, match=f"it is not here.*OO_BACKED_UP={REVISIONS[0]}"):
            ground.migrate(HISTORY)
        old = tmp_path / "bin" / "pg_dump"
        old.parent.mkdir()
        old.write_text("#!/bin/sh\necho 'pg_dump: error: aborting because of server version mismatch' >&2\nexit 1\n")
        old.chmod(0o755)
        with pytest.raises(UpgradeRefused, match="version mismatch"):
            ground.migrate(HISTORY)
        with pytest.raises(UpgradeRefused):
            replace(ground, backed_up=REVISIONS[1]).migrate(HISTORY)
        assert ground.revision() == REVISIONS[0]
        assert list((tmp_path / "backups").iterdir()) == []
        assert replace(ground, backed_up=REVISIONS[0]).migrate(HISTORY) is None
        assert ground.revision() == head()


@pytest.mark.services
@pytest.mark.usefixtures("dumping")
def test_a_dump_holds_no_key(postgres: str, tmp_path: Path) -> None:
    from oo.kernel.keys import Keys
    from oo.kernel.keystores import PostgresStore

    with fresh(postgres, tmp_path, empty=True) as url:
        keys = Keys(tmp_path, PostgresStore(url))
        keys.create("lena")
        keys.close()
        ground = Ground(tmp_path, url)
        ground.migrate(history(tmp_path, REVISIONS[0]))
        backup = ground.migrate(HISTORY)
        assert backup is not None
        listed = subprocess.run(
            [programs() / "pg_restore", "--list", backup], capture_output=True, text=True, check=True
        )
        assert "events outbox" in listed.stdout and " keys " not in listed.stdout
        assert rows(url, "SELECT count(*) FROM keys.keys") == [(1,)]


def test_oo_up_says_in_one_sentence_what_happened_and_the_version_before_starts(tmp_path: Path) -> None:
    (tmp_path / "src").symlink_to(HISTORY.parent / "src")
    shutil.copytree(HISTORY, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    with address(tmp_path) as url:
        environment = {**os.environ, "PYTHONPATH": str(tmp_path / "src"), "HOME": str(tmp_path)}
        environment |= {} if url is None else {"OO_DATABASE_URL": url, "PATH": f"{programs()}:{os.environ['PATH']}"}

        def oo(*given: str) -> subprocess.CompletedProcess[str]:
            start = [sys.executable, "-c", "from oo.entry.cli import main; main()", *given]
            return subprocess.run(start, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)

        assert oo("link").returncode == 0
        failing = FAILING.format(before=REVISIONS[-1], people="people" if url is None else "auth.people")
        (tmp_path / "migrations" / "versions" / "2099_01_01_01_auth_fails.py").write_text(failing)
        failed = oo("up", "--port", "0")
        assert (failed.returncode, failed.stderr.count("\n")) == (2, 1)
        assert "failed (ValueError) and was undone" in failed.stderr
        (tmp_path / "migrations" / "versions" / "2099_01_01_01_auth_fails.py").unlink()
        assert oo("export", "Owner").returncode == 0
