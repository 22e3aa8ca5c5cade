"""The shipped program, a model that dies between two taps, and a real Chromium: the page stays good."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import PHONE
from tests.browser.steps import closed, ready
from tests.browser.test_for_real import SECONDS, Home, home

pytestmark = pytest.mark.browser
__all__ = ["home"]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """A stand-in for a model, in a process that can be killed."""
    command = [sys.executable, "-m", "oo.testing.llm", "--seconds", "0.2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    monkeypatch.setenv("LITELLM_URL", process.stdout.readline().strip())
    yield process
    process.kill()
    process.wait(SECONDS)
    process.stdout.close()


def test_a_model_that_dies_between_two_taps_is_missed_by_nobody(
    home: Home, browser: Browser, model: subprocess.Popen[str], tmp_path: Path
) -> None:
    home.file.write_text("(A) 2026-11-02 Call the plumber +home\n(B) 2026-11-02 Send the form +home\n")
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, timezone_id="Europe/Berlin")
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 500 else None)

    page.goto(home.start())
    expect(page.locator("h1")).to_contain_text("Put the phone beside you")
    expect(page.locator("h1")).to_contain_text("Call the plumber")
    ready(page)
    done(page)

    os.kill(model.pid, signal.SIGKILL)
    page.goto(f"http://127.0.0.1:{home.port}/")
    expect(page.locator("h1")).to_contain_text("Send the form")
    home.until(page, 1)
    with home.file.open("a") as file:  # something that no model ever heard of
        file.write("(A) 2026-11-03 Ask Tom for the gate code +home due:2026-11-01\n")
    done(page)
    page.goto(f"http://127.0.0.1:{home.port}/")
    expect(page.locator("h1")).to_contain_text("Ask Tom for the gate code")
    home.until(page, 2)
    assert complaints == []
    closed(context)


def done(page: Page) -> None:
    """Tap done, and wait until the server has heard of it: whoever leaves sooner may come back before it has."""
    with page.expect_response(lambda answer: "action=done" in (answer.request.post_data or "")):
        page.get_by_role("button", name="Done").click()
    expect(page.locator("h1")).to_have_text("Done.")
