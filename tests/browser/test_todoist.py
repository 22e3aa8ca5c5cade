"""The shipped program, a real Chromium, a real provider of OpenID Connect and a Todoist of our own.

Signed in, connected, finished there, given back.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP
from tests.browser.steps import heading
from tests.browser.test_sign_in import agree_at_the_provider
from tests.browser.test_sign_in import provider as provider

from oo.kernel.clock import SystemClock
from oo.testing.standins.serving import Standing
from oo.testing.todoist.server import Todoist

pytestmark = pytest.mark.browser
OO = Path(sys.executable).with_name("oo")
SECONDS = 60


@pytest.fixture
def todoist() -> Iterator[tuple[Todoist, Standing]]:
    """An account with one task, whose owner is asked for consent."""
    standin = Todoist(SystemClock().now, asks=True)
    account = standin.account()
    account.add("Send Lena the signed lease", priority=4, due={"date": "2026-01-05", "is_recurring": False})
    with Standing(standin.faults) as server:
        yield standin, server


@pytest.fixture
def origin(tmp_path: Path, todoist: tuple[Todoist, Standing], provider: str) -> Iterator[str]:
    """Where an oO is that knows a client there, and whose owner comes in by the provider."""
    standin, server = todoist
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "XDG_"))}
    known = {f"OO_{name.upper()}": value for name, value in standin.settings(server.url).items()}
    known |= {"OO_OIDC_ISSUER": provider, "OO_OIDC_CLIENT_ID": "oo", "OO_OIDC_CLIENT_SECRET": "a secret"}
    known |= {"OO_OIDC_NAME": "Home", "OO_ADMIN_SEED_EMAIL": "lena@example.org"}
    command = [str(OO), "up", "--port", str(port), "--data", str(tmp_path / "oo")]
    process = subprocess.Popen(
        command, env={**kept, **known}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        assert any("/sign-in/" in line for line in process.stdout), "it did not start"
        yield f"http://localhost:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)
        process.stdout.close()


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until this is so."""
    for _ in range(SECONDS * 4):
        if holds():
            return
        page.wait_for_timeout(250)
    raise AssertionError("it never came to that")


def test_signed_in_connected_by_oauth_finished_there_after_undo_disconnected_and_revoked(
    todoist: tuple[Todoist, Standing], origin: str, browser: Browser
) -> None:
    standin, server = todoist
    account = standin.account()
    page = browser.new_context(viewport=DESKTOP, timezone_id="Europe/Berlin").new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{origin}/sign-in")
    page.get_by_role("link", name="Home").click()
    agree_at_the_provider(page)
    expect(page).to_have_url(f"{origin}/")

    page.goto(f"{origin}/connect")
    page.get_by_role("link", name="Connect: Todoist").click()
    expect(page.get_by_text("To know what is open")).to_be_visible()
    page.get_by_role("link", name="Go to Todoist").click()
    assert page.url.startswith(server.url)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_contain_text("You did not allow it there")
    page.get_by_role("link", name="Go to Todoist").click()
    page.get_by_role("button", name="Agree").click()
    heading(page, "Todoist")
    expect(page.get_by_text("All is well")).to_be_visible()
    connection = page.url
    assert "code=" not in connection

    page.goto(origin)
    heading(page, "Send Lena the signed lease")
    page.get_by_role("button", name="Done").click()
    heading(page, "Done.")
    assert account.closes == []
    page.mouse.move(1, 1)  # a pointer on "Undo" holds it
    until(page, lambda: len(account.closes) == 1)

    page.goto(connection)
    page.get_by_role("button", name="Disconnect and forget").click()
    expect(page.locator("h1")).to_contain_text("Todoist confirmed it at")
    assert standin.access.living(account.id) == 0
    assert len(account.closes) == 1
    page.goto(f"{origin}/connect")
    expect(page.get_by_role("link", name="Connect: Todoist")).to_be_visible()
