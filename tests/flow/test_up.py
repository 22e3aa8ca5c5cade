"""`oo up` as a process: starts, prints a link, answers, takes commands, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from oo.testing.databases import address

OO = Path(sys.executable).with_name("oo")
SECONDS = 60


@dataclass
class Running:
    """A started oO and a browser."""

    process: subprocess.Popen[str]
    link: str
    data: Path
    log: Path
    browser: urllib.request.OpenerDirector = field(
        default_factory=lambda: urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    )

    def get(self, path: str) -> str:
        address = path if path.startswith("http") else self.link.split("/sign-in/")[0] + path
        return str(self.browser.open(address, timeout=SECONDS).read().decode())

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "XDG_"))}
    return {**kept, "HOME": str(home)}


def oo(home: Path, *given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [OO, *given], env=environment(home), cwd=home, capture_output=True, text=True, check=False, timeout=SECONDS
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "todo.txt").write_text("(A) 2026-11-02 Varnish the piano +home\n")
    with address(tmp_path) as url:
        (tmp_path / ".env").write_text("" if url is None else f"OO_DATABASE_URL={url}\n")
        yield tmp_path


@pytest.fixture
def running(home: Path) -> Iterator[Running]:
    log, port = home / "log", free_port()
    with log.open("w") as err:
        process = subprocess.Popen(
            [OO, "up", "--port", str(port), "--data", str(home / "oo"), "--file", "todo.txt"],
            env=environment(home), cwd=home, stdout=subprocess.PIPE, stderr=err, text=True,
        )  # fmt: skip
    assert process.stdout is not None
    try:
        link = next((line.strip() for line in process.stdout if "/sign-in/" in line), "")
        assert link, log.read_text()
        yield Running(process, link, home / "oo", log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(SECONDS)
        process.stdout.close()


def test_one_command_one_link_one_tip(running: Running, home: Path) -> None:
    assert "Varnish the piano" in running.get(running.link)
    with pytest.raises(urllib.error.HTTPError) as used:
        running.get(running.link)
    assert used.value.code == 410
    used.value.close()
    assert '"well":true' in running.get("/health")

    fresh = oo(home, "link", "--data", "oo").stdout.strip()
    assert fresh.startswith(running.link.split("/sign-in/")[0])
    assert fresh != running.link
    assert oo(home, "link", "--new", "Milo", "--data", "oo").returncode == 0
    assert "Milo" in oo(home, "export", "Milo", "--data", "oo").stdout
    assert oo(home, "erase", "Milo", "--data", "oo").returncode == 0
    assert oo(home, "export", "Milo", "--data", "oo").returncode == 2
    found = oo(home, "doctor", "--data", "oo").stdout.splitlines()
    # A Postgres that is made for tests gives durability up, and is told so.
    assert [line for line in found if line.startswith("ILL") and "postgresql.conf" not in line] == []
    assert "well  running: jobs" in found

    if not (home / ".env").read_text():  # a file has one owner; a Postgres database is shared
        again = oo(home, "up", "--port", "0", "--data", "oo")
        assert (again.returncode, again.stderr.count("\n")) == (2, 1)
        assert "Another oO runs" in again.stderr
    taken = oo(home, "up", "--port", running.link.split(":")[2].split("/")[0], "--data", "elsewhere")
    assert (taken.returncode, taken.stderr.count("\n")) == (2, 1)
    assert "choose another port" in taken.stderr

    assert running.stop() == 0
    left = {path.name for path in running.data.iterdir()}
    assert not left & {"oo.sock", "oo.db-wal", "oo.db-shm"}
    log = running.log.read_text()
    assert '"route":"/sign-in/{token}"' in log
    for secret in ("piano", "Milo", running.link.rpartition("/")[2], fresh.rpartition("/")[2]):
        assert secret not in log
