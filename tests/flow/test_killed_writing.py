"""A process that is killed between the write at the provider and its own: reconciled by the next one, done once."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from oo.kernel.clock import SystemClock
from oo.testing.standins.serving import Standing
from oo.testing.todoist.server import Todoist

pytestmark = pytest.mark.chaos
OO = Path(sys.executable).with_name("oo")
SECONDS = 180.0


def started(data: Path, settings: dict[str, str]) -> tuple[subprocess.Popen[str], str]:
    """An oO on a free port, and its link."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "XDG_"))}
    known = {f"OO_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [OO, "up", "--port", "0", "--data", str(data)],
        env={**kept, **known},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    return process, next(line.strip() for line in process.stdout if "/sign-in/" in line)


def ended(process: subprocess.Popen[str], by: signal.Signals) -> None:
    process.send_signal(by)
    process.communicate(timeout=SECONDS)


def until(holds: Callable[[], Any]) -> Any:
    """Wait until this is so; what it says."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.02)
    raise AssertionError("it never came to that")


def writebacks(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / "oo.db")) as raw:
        (table,) = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%writebacks'")
        return [row[0] for row in raw.execute(f'SELECT state FROM "{table[0]}"')]  # noqa: S608


def test_killed_after_todoist_did_it_and_before_oo_noted_it(tmp_path: Path) -> None:
    clock = SystemClock()
    todoist = Todoist(clock.now)
    account = todoist.account()
    today = clock.now().date()
    due = {"date": today.isoformat(), "is_recurring": True, "string": "every day", "lang": "en", "timezone": None}
    fern = account.add("Water the fern", priority=4, due=due)
    with Standing(todoist.faults) as server:
        process, link = started(tmp_path / "oo", todoist.settings(server.url))
        try:
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
            origin = link.partition("/sign-in/")[0]

            def post(path: str, said: dict[str, Any]) -> Any:
                sent = urllib.request.Request(  # noqa: S310 - this machine's own address
                    origin + path, json.dumps(said).encode(), {"content-type": "application/json"}, method="POST"
                )
                with browser.open(sent, timeout=SECONDS) as answer:
                    return json.loads(answer.read() or b"null")

            browser.open(link, timeout=SECONDS).close()
            browser.open(f"{origin}/connect/new/todoist/go", timeout=SECONDS).close()
            tip = post("/api/recommend", {})["tip"]
            assert tip["content"] == "Water the fern"
            todoist.holds = 30.0
            post("/api/feedback", {"key": "k-1", "tip": tip["id"], "action": "done"})
            until(lambda: account.closes)
            assert writebacks(tmp_path / "oo") == ["claimed"]
        finally:
            ended(process, signal.SIGKILL)
        todoist.holds = 0.0
        process, _ = started(tmp_path / "oo", todoist.settings(server.url))
        try:
            until(lambda: writebacks(tmp_path / "oo") == ["done"])
        finally:
            ended(process, signal.SIGTERM)
    assert account.closes == [fern["id"]]
    assert account.tasks[fern["id"]]["due"]["date"] == (today + timedelta(days=1)).isoformat()
