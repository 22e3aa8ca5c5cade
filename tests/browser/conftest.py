"""The pages in a real Chromium: served over HTTP, with everything that a browser complains about kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect, sync_playwright
from tests.browser.serving import serving
from tests.browser.steps import closed

from oo.apps.web.tests.site import Site
from oo.apps.web.tests.standins import tip_of
from oo.kernel.clock import SystemClock

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PATIENCE = 30_000
"""How long anything is waited for, in milliseconds: a machine may be busy; how quick a page is, benchmarks measure."""


@dataclass
class Seen:
    """A page in a browser, and what must never be there."""

    page: Page
    site: Site
    origin: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        """Go to a path of the site."""
        self.page.goto(self.origin + path)
        return self.page


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for all tests."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=quiet)
        yield launched
        launched.close()


@pytest.fixture
def served() -> Iterator[tuple[Site, str]]:
    """The pages on a free port of this machine, with two tips waiting."""
    with serving(SystemClock()) as (site, origin):
        site.tips.queue = [
            tip_of("Send Lena the signed lease.", site.clock),
            tip_of("Ask Tom for the gate code.", site.clock),
        ]
        yield site, origin


def seen(context: BrowserContext, site: Site, origin: str) -> Seen:
    """A page of a signed-in person, whose console and requests are watched."""
    context.add_cookies([{"name": "oo", "value": "good", "url": origin}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    watched = Seen(page, site, origin)
    page.on("console", lambda said: _heard(watched, said))
    page.on("pageerror", lambda error: watched.complaints.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: None if request.url.startswith(origin) else watched.complaints.append(f"went to {request.url}"),
    )
    return watched


def _heard(watched: Seen, said: ConsoleMessage) -> None:
    """Keep what the browser complains of; that data was cleared, or a worker left out for a test, is none."""
    if "Clear-Site-Data" not in said.text and "Service Worker registration blocked" not in said.text:
        watched.complaints.append(f"{said.type}: {said.text}")


@pytest.fixture
def bare(browser: Browser, served: tuple[Site, str]) -> Iterator[Seen]:
    """A desktop whose browser has no service workers."""
    context = browser.new_context(viewport=DESKTOP, timezone_id="Europe/Berlin", service_workers="block")
    watched = seen(context, *served)
    yield watched
    closed(context)
    assert watched.complaints == []


@pytest.fixture
def desktop(browser: Browser, served: tuple[Site, str]) -> Iterator[Seen]:
    """A desktop in Berlin; at the end nobody has complained."""
    context = browser.new_context(viewport=DESKTOP, timezone_id="Europe/Berlin")
    watched = seen(context, *served)
    yield watched
    closed(context)
    assert watched.complaints == []


@pytest.fixture
def phone(browser: Browser, served: tuple[Site, str]) -> Iterator[Seen]:
    """A phone in Berlin; at the end nobody has complained."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, timezone_id="Europe/Berlin")
    watched = seen(context, *served)
    yield watched
    closed(context)
    assert watched.complaints == []


@pytest.fixture
def plain(browser: Browser, served: tuple[Site, str]) -> Iterator[Seen]:
    """A phone without JavaScript."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    watched = seen(context, *served)
    yield watched
    closed(context)
    assert watched.complaints == []
