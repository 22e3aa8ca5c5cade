"""Signing in, in a real Chromium, with the shipped program: by a real provider of OpenID Connect, and by a passkey."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.conftest import DESKTOP
from tests.browser.steps import closed

from oo.testing.nats import free_port

pytestmark = pytest.mark.browser
OO = Path(sys.executable).with_name("oo")
SECONDS = 20


@dataclass
class Home:
    """An oO on a port of its own, as `localhost`, with a provider beside it."""

    folder: Path
    port: int
    provider: str
    process: subprocess.Popen[str] | None = None

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self, **settings: str) -> str:
        """Start it; the link that it prints."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "XDG_"))}
        given = {
            "OO_OIDC_ISSUER": self.provider,
            "OO_OIDC_CLIENT_ID": "oo",
            "OO_OIDC_CLIENT_SECRET": "a secret",
            "OO_OIDC_NAME": "Home",
            **settings,
        }
        command = [str(OO), "up", "--port", str(self.port), "--data", str(self.folder / "oo")]
        self.process = subprocess.Popen(
            command,
            env={**kept, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=self.folder,
        )
        assert self.process.stdout is not None
        link = next(line.strip() for line in self.process.stdout if "/sign-in/" in line)
        return self.origin + link[link.index("/sign-in/") :]

    def stop(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(SECONDS)
            self.process.stdout.close()


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The mock of an OpenID provider: somebody else's program, which keeps the standard."""
    port = free_port()
    known = json.dumps({"sub": "lena", "email": "lena@example.org", "email_verified": True})
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-H", "localhost", "-p", str(port)]
    running = subprocess.Popen(
        [*command, "--require-nonce", "true", "--user-claims", known],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    answering(port, running)
    yield f"http://localhost:{port}"
    running.terminate()
    running.wait(SECONDS)


def answering(port: int, running: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens."""
    for _ in range(SECONDS * 10):
        assert running.poll() is None, "the provider did not start"
        with contextlib.suppress(OSError), socket.create_connection(("localhost", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("the provider does not answer")


@pytest.fixture
def home(tmp_path: Path, provider: str) -> Iterator[Home]:
    here = Home(tmp_path, free_port(), provider)
    yield here
    here.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=DESKTOP, timezone_id="Europe/Berlin")
    made.set_default_timeout(SECONDS * 1000)
    yield made
    closed(made)


def agree_at_the_provider(page: Page, *, yes: bool = True) -> None:
    """What a person does on the provider's own page."""
    expect(page).to_have_url(re.compile("/oauth2/authorize"))
    if yes:
        page.get_by_role("button", name="lena").first.click()
    else:
        page.get_by_role("button", name="Deny").click()


def signed_in(page: Page, home: Home) -> None:
    expect(page).to_have_url(f"{home.origin}/")
    page.goto(f"{home.origin}/settings")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_a_provider_is_added_in_settings_and_signs_in_from_then_on(home: Home, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(home.start())
    page.goto(f"{home.origin}/settings")
    page.get_by_role("link", name="Add: Home").click()
    agree_at_the_provider(page)
    expect(page).to_have_url(f"{home.origin}/settings#entering")
    row = page.locator("#entering").get_by_text("lena@example.org")
    expect(row).to_be_visible()

    page.get_by_role("button", name="Sign out").first.click()
    expect(page).to_have_url(f"{home.origin}/sign-in")
    page.get_by_role("link", name="Home").click()
    agree_at_the_provider(page, yes=False)
    expect(page.get_by_role("alert")).to_have_text("Home did not let you in. Try once more, or another way.")
    page.get_by_role("link", name="Home").click()
    agree_at_the_provider(page)
    signed_in(page, home)
    expect(row).to_be_visible()

    page.get_by_role("button", name="Remove: Home").click()
    expect(page.get_by_role("link", name="Add: Home")).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_role("link", name="Home").click()
    agree_at_the_provider(page)
    expect(page.get_by_role("alert")).to_contain_text("Home knows you, but nobody here does.")


def test_the_address_that_the_operator_set_is_the_first_owner(home: Home, context: BrowserContext) -> None:
    home.start(OO_ADMIN_SEED_EMAIL="lena@example.org")
    page = context.new_page()
    page.goto(f"{home.origin}/sign-in")
    page.get_by_role("link", name="Home").click()
    agree_at_the_provider(page)
    signed_in(page, home)


def test_a_passkey_is_made_in_settings_and_signs_in_from_then_on(home: Home, context: BrowserContext) -> None:
    page = context.new_page()
    device = authenticator(context, page)
    page.goto(home.start())
    page.goto(f"{home.origin}/settings")
    page.get_by_role("textbox", name="A passkey of this device").fill("My key")
    page.get_by_role("button", name="Add: A passkey of this device").click()
    expect(page.locator("#entering").get_by_text("My key")).to_be_visible()
    expect(page.locator("#entering").get_by_text("not used so far")).to_be_visible()

    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_role("button", name="Continue with a passkey").click()
    signed_in(page, home)
    expect(page.locator("#entering").get_by_text("last used")).to_be_visible()

    page.get_by_role("button", name="Sign out").first.click()
    device.verified(False)
    page.get_by_role("button", name="Continue with a passkey").click()
    page.wait_for_timeout(1500)
    assert page.goto(f"{home.origin}/settings").url == f"{home.origin}/sign-in"  # type: ignore[union-attr]
    device.verified(True)
    page.get_by_role("button", name="Continue with a passkey").click()
    signed_in(page, home)

    page.get_by_role("button", name="Remove: My key").click()
    expect(page.locator("#entering").get_by_text("My key")).to_have_count(0)
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("link", name="Home")).to_be_visible()
    expect(page.get_by_role("button", name="Continue with a passkey")).to_have_count(0)  # nobody has one


@dataclass
class Device:
    """Chromium's own authenticator, which makes real keys and real signatures."""

    session: Any
    id: str

    def verified(self, yes: bool) -> None:
        """Whether the next touch verifies the person."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": yes})


def authenticator(context: BrowserContext, page: Page) -> Device:
    """A device that holds discoverable keys and verifies its person."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Device(session, made["authenticatorId"])
