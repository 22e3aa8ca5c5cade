"""A server whose log is archived, by the commands of docs/how-to/point-in-time.md as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import psycopg
from tests.chaos.processes import Part

from oo.testing.postgres import programs

_BLOCK = re.compile(r"^```sh (\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Archive:
    """Runs the page's commands as the user of a server, in a home of their own."""

    def __init__(self, page: Path, server: Part, url: str) -> None:
        self._scripts = dict(_BLOCK.findall(page.read_text(encoding="utf-8")))
        self._server, self._url = server, url
        [self._sockets] = re.findall(r"host=([^&]+)", url)
        self._home = Path(tempfile.mkdtemp(prefix="oo-point-"))
        self._again = self._home / "s"

    def __enter__(self) -> Archive:
        """Make the home; pytest's own folders lie where another user can't go."""
        self._again.mkdir()
        for folder in (self._home, self._again):
            if self._server.user:
                shutil.chown(folder, self._server.user)
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        """Stop what was brought back, and take everything away."""
        if (self._home / "again" / "postmaster.pid").exists():
            self._run('pg_ctl --pgdata="$HOME/again" --mode=immediate stop', {})
        shutil.rmtree(self._home, ignore_errors=True)

    def begin(self) -> None:
        """Archive from now on; the server is started anew."""
        self._run(self._scripts["archive"], {})
        self._server.stop()
        self._server.start()

    def base(self) -> None:
        """Copy the whole server."""
        self._run(self._scripts["base"], {})

    def moment(self) -> str:
        """Now, as the server's clock has it, with nothing just before or after it."""
        time.sleep(0.05)
        with psycopg.connect(self._url) as asking:
            row = asking.execute("SELECT clock_timestamp()::text").fetchone()
        time.sleep(0.05)
        assert row is not None
        return str(row[0])

    def settled(self) -> None:
        """Wait until the log so far is in the archive."""
        with psycopg.connect(self._url, autocommit=True) as asking:
            row = asking.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
            assert row is not None
            for _ in range(400):
                if (self._home / "archive" / "wal" / str(row[0])).exists():
                    return
                time.sleep(0.05)
        raise AssertionError("nothing is archived")

    def back(self, moment: str) -> str:
        """Bring a moment back; the address of the same database there."""
        server = f"-k {self._again} -c listen_addresses="
        self._run(self._scripts["back"], {"MOMENT": moment, "SERVER": server})
        url = self._url.replace(self._sockets, str(self._again))
        for _ in range(400):
            with psycopg.connect(url) as asking:
                if asking.execute("SELECT pg_is_in_recovery()").fetchone() == (False,):
                    return url
            time.sleep(0.05)
        raise AssertionError("the server does not come out of its recovery")

    def _run(self, script: str, more: Mapping[str, str]) -> None:
        own = {"HOME": str(self._home), "PGHOST": self._sockets, "PGUSER": "postgres"}
        done = subprocess.run(
            ["bash", "-euc", script],
            env={**own, **more, "PATH": f"{programs()}:{os.environ['PATH']}"},
            cwd=self._home,
            user=self._server.user,
            extra_groups=[] if self._server.user else None,
            stdout=subprocess.DEVNULL,  # a server that is started here keeps it open
            stderr=subprocess.PIPE if "pg_ctl" not in script else subprocess.DEVNULL,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, f"{script}\n{done.stderr}"
