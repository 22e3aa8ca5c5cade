"""oO as several processes on one database: each does its part, and a part that can't be is refused in a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import http.cookiejar
import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.flow.test_up import OO, environment, free_port, oo

from oo.contracts.accounts import Accounts
from oo.contracts.sources import Sources
from oo.entry.wiring import house
from oo.kernel.settings import Settings
from oo.testing.nats import NoServer, nats_server
from oo.testing.postgres import fresh, rows


@contextlib.contextmanager
def processes(home: Path, *commands: list[str]) -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    with (home / "log").open("ab") as log:
        try:
            start = partial(subprocess.Popen, cwd=home, env=environment(home), stdout=log, stderr=log)
            started.extend(start([OO, *command]) for command in commands)
            yield started
        finally:
            for process in started:
                process.terminate()
            codes = [process.wait(30) for process in started]
    assert codes == [0] * len(commands), (home / "log").read_text()


def until(true: Callable[[], bool], home: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, (home / "log").read_text()[-3000:]
        time.sleep(0.05)


@pytest.mark.services
@pytest.mark.parametrize("with_nats", [True, False])
def test_what_one_process_is_told_another_does(postgres: str, tmp_path: Path, with_nats: bool) -> None:
    todo, port = tmp_path / "todo.txt", free_port()
    todo.write_text("(A) 2026-11-02 Varnish the piano +home\n")
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(fresh(postgres, tmp_path, empty=True))
        lines = [f"OO_DATABASE_URL={url}", f"OO_FILES={tmp_path}"]
        if with_nats:
            try:
                lines.append(f"OO_NATS_URL={stack.enter_context(nats_server(tmp_path / 'nats')).url}")
            except NoServer as missing:
                pytest.skip(str(missing))
        (tmp_path / ".env").write_text("\n".join(lines))
        parts = (["relay"], ["worker"], ["worker"], ["api", "--port", str(port)])
        stack.enter_context(processes(tmp_path, *([*part, "--data", "oo"] for part in parts)))
        until(lambda: _answers(port), tmp_path)
        asyncio.run(_connect(Settings(data=tmp_path / "oo", database_url=SecretStr(url), files=(tmp_path,)), todo))
        link = oo(tmp_path, "link", "--data", "oo").stdout.strip()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        token = link.rpartition("/")[2]
        assert b"Varnish the piano" in browser.open(f"http://127.0.0.1:{port}/sign-in/{token}", timeout=30).read()
        tip = json.load(browser.open(_post(port, "recommend"), timeout=30))["tip"]
        browser.open(_post(port, "feedback", {"key": "many", "tip": tip["id"], "action": "done"}), timeout=30)
        until(lambda: re.match(r"x \d{4}-\d\d-\d\d ", todo.read_text()) is not None, tmp_path)
        until(lambda: rows(url, "SELECT 1 FROM ops.runs WHERE what = 'auth.forget' AND state = 'done'") != [], tmp_path)
        said = oo(tmp_path, "jobs", "--data", "oo")
        assert "auth.forget" in said.stdout, said.stderr


@pytest.mark.parametrize("part", ["api", "worker", "relay"])
def test_a_part_is_refused_where_the_data_lies_in_a_file(part: str, tmp_path: Path) -> None:
    said = oo(tmp_path, part, "--data", "oo")
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1)
    assert "OO_DATABASE_URL" in said.stderr


def _answers(port: int) -> bool:
    try:
        return bool(urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).status == 200)
    except OSError:
        return False


def _post(port: int, route: str, body: object = None) -> urllib.request.Request:
    data = json.dumps(body).encode() if body is not None else b""
    address = f"http://127.0.0.1:{port}"
    heads = {"Content-Type": "application/json", "Origin": address}
    return urllib.request.Request(f"{address}/api/{route}", data, heads, method="POST")  # noqa: S310 - it is http


async def _connect(settings: Settings, path: Path) -> None:
    """As `--file` of `oo up` does, in a moment's process beside the others."""
    async with house(settings, background=False) as home:
        await home.promises[Accounts].owner_link()
        [owner] = await home.promises[Accounts].people()
        await home.promises[Sources].add_files(user=owner.id, path=str(path), trusted=True)
