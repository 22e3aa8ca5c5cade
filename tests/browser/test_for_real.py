"""The shipped program and a real Chromium: what is tapped offline is done once, and the file says so."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import PHONE
from tests.browser.steps import closed, heading, offline, online, ready
from tests.browser.test_offline import ONE_TAP

pytestmark = pytest.mark.browser
OO = Path(sys.executable).with_name("oo")
SECONDS = 60


@dataclass
class Home:
    """An oO on a port of its own, with a file that its owner chose."""

    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def file(self) -> Path:
        """The to-do list."""
        return self.folder / "todo.txt"

    def start(self) -> str:
        """Start it; the link that it prints."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "XDG_"))}
        command = [str(OO), "up", "--port", str(self.port), "--data", str(self.folder / "oo"), "--file", str(self.file)]
        self.process = subprocess.Popen(command, env=kept, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        return next(line.strip() for line in self.process.stdout if "/sign-in/" in line)

    def stop(self) -> None:
        """Stop it, as a restart would."""
        if self.process is not None and self.process.stdout is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(SECONDS)
            self.process.stdout.close()

    def until(self, page: Page, done: int) -> list[str]:
        """The lines of the file as soon as this many are done."""
        for _ in range(SECONDS * 4):
            lines = self.file.read_text().splitlines()
            if sum(line.startswith("x ") for line in lines) == done:
                return lines
            page.wait_for_timeout(250)
        raise AssertionError(self.file.read_text())


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        here = Home(tmp_path, probe.getsockname()[1])
    here.file.write_text("(A) Call the plumber\n(B) Send the form\n(C) Water the plants\n")
    yield here
    here.stop()


@pytest.mark.slow  # it waits for a real server to be away and back
def test_a_tap_without_network_and_one_without_a_server_are_done_once_each(home: Home, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, timezone_id="Europe/Berlin")
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(home.start())
    heading(page, "Call the plumber")
    ready(page)

    offline(context)
    page.get_by_role("button", name="Done").click()
    heading(page, "Done.")
    page.reload()
    expect(page.locator(".note")).to_have_text(ONE_TAP)
    assert not any(line.startswith("x ") for line in home.file.read_text().splitlines())
    online(context)
    expect(page.locator(".note")).to_have_text("Sent.", timeout=SECONDS * 1000)
    heading(page, "Send the form")
    first = home.until(page, done=1)
    assert re.fullmatch(r"x [\d-]+ Call the plumber pri:A", first[0])

    home.stop()
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".note")).to_have_text(ONE_TAP)
    home.start()
    page.reload()
    expect(page.locator(".note")).to_have_text("Sent.")
    heading(page, "Water the plants")
    lines = home.until(page, done=2)
    assert [line.startswith("x ") for line in lines] == [True, True, False]
    closed(context)
