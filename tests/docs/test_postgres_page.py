"""The page on Postgres runs as it stands, on a server that gives nothing up."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.docs.test_commands import CAPTURED, environment, free_port, start

from oo.testing.postgres import programs, server

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "postgres.md"
BLOCK = re.compile(r"^```sh postgres( background| stopped)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.services
def test_the_page_on_postgres_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port, running = free_port(), []
    with server(quick=False) as url:
        [folder] = parse_qs(urlsplit(url).query)["host"]
        monkeypatch.setenv("PGHOST", folder)
        monkeypatch.setenv("PGUSER", "postgres")
        monkeypatch.setenv("PATH", f"{programs()}:{os.environ['PATH']}")
        try:
            for how, script in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
                script = script.replace("8100", str(port))
                if how == " background":
                    running.append(start(script, tmp_path))
                    continue
                if how == " stopped":
                    stop(running)
                run = subprocess.run(["bash", "-euc", script], cwd=tmp_path, env=environment(tmp_path), **CAPTURED)  # type: ignore[call-overload]
                assert run.returncode == 0, f"{script}\n{run.stdout}\n{run.stderr}"
        finally:
            stop(running)
        count = [
            "psql",
            "--tuples-only",
            "--no-align",
            "--dbname=oo_again",
            "--command=SELECT count(*) FROM auth.people",
        ]
        assert subprocess.run(count, capture_output=True, text=True, check=True).stdout == "1\n"


def stop(running: list[subprocess.Popen[str]]) -> None:
    while running:
        one = running.pop()
        os.killpg(one.pid, signal.SIGTERM)
        one.wait(20)
