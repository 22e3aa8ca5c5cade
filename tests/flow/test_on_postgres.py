"""oO as a process on Postgres: alone on its database, back after a lost connection, gone when another took it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.flow.test_up import OO, Running, environment, free_port, oo

from oo.kernel.db.postgres.advisory import DatabaseLock
from oo.testing.postgres import cut_off, fresh, rows


@pytest.fixture
def url(postgres: str, tmp_path: Path) -> Iterator[str]:
    with fresh(postgres, tmp_path, empty=True) as made:
        (tmp_path / ".env").write_text(f"OO_DATABASE_URL={made}\n")
        yield made


@pytest.fixture
def running(url: str, tmp_path: Path) -> Iterator[Running]:
    (tmp_path / "todo.txt").write_text("(A) 2026-11-02 Varnish the piano +home\n")
    start = [str(OO), "up", "--port", str(free_port()), "--data", "oo", "--file", "todo.txt"]
    log = tmp_path / "log"
    with log.open("w") as err:
        process = subprocess.Popen(
            start, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=err, text=True
        )
    assert process.stdout is not None
    try:
        link = next((line.strip() for line in process.stdout if "/sign-in/" in line), "")
        assert link, log.read_text()
        yield Running(process, link, tmp_path / "oo", log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(20)
        process.stdout.close()


@pytest.mark.services
def test_a_stranger_is_refused_and_a_lost_connection_is_no_loss(running: Running, url: str, tmp_path: Path) -> None:
    assert "Varnish the piano" in running.get(running.link)
    second = oo(tmp_path, "up", "--port", "0", "--data", "elsewhere")
    assert (second.returncode, second.stderr.count("\n")) == (2, 1)
    assert "instance.key is not there" in second.stderr

    cut_off(url)
    assert "Varnish the piano" in running.get("/")
    assert '"well":true' in running.get("/health")
    assert oo(tmp_path, "erase", "Owner", "--data", "oo").returncode == 0
    left = (
        "SELECT user_id FROM auth.people UNION SELECT user_id FROM recommender.tips UNION SELECT user_id FROM keys.keys"
    )
    assert rows(url, left) == []
    assert running.stop() == 0
    assert "piano" not in running.log.read_text()


@pytest.mark.services
def test_one_whose_database_was_taken_meanwhile_ends_itself(running: Running, url: str) -> None:
    cut_off(url)
    with DatabaseLock(url, alone=True):
        assert running.process.wait(30) == 0
    assert '"event":"database.taken"' in running.log.read_text().replace(" ", "")


def test_on_sqlite_no_client_of_postgres_is_loaded(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path; from oo.entry.wiring import house; "
        "from oo.kernel.settings import Settings\n"
        "async def main():\n"
        "    async with house(Settings(data=Path('oo'))): pass\n"
        "asyncio.run(main()); sys.exit('psycopg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(tmp_path)).returncode == 0
