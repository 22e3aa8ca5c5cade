"""Every page for everybody: axe finds nothing, nothing overflows, nothing shifts."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize
from tests.browser.conftest import DESKTOP, PHONE, Seen, seen
from tests.browser.steps import closed

from oo.apps.web.tests.site import Site
from oo.contracts.profiles import Profile
from oo.contracts.sign_ins import WayIn
from oo.contracts.tips import SilenceView

pytestmark = pytest.mark.browser
PAGES = (
    "/",
    "/?open=later",
    "/?open=not",
    "/sign-in",
    "/sign-in/used",
    "/connect",
    "/connect/c1",
    "/connect/files",
    "/connect/mind",
    "/settings",
    "/settings/silences",
    "/settings/consents/mood_habits",
    "/answer/stop/a-token-of-one-message",
    "/legal/terms",
    "/legal/privacy",
    "/connect/missing",
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def findings(page: Page) -> list[str]:
    """What axe has to say about a page."""
    found: Any = Axe().run(page, options=RULES).response
    return [f"{page.url} {rule['id']}: {node['html']}" for rule in found["violations"] for node in rule["nodes"]]


def calm(browser: Browser, served: tuple[Site, str], size: ViewportSize) -> Seen:
    """A page that does not fade in: while it does, its contrast is less."""
    context = browser.new_context(viewport=size, reduced_motion="reduce", service_workers="block")
    return seen(context, *served)


def visit(watched: Seen, path: str) -> Page:
    """Open a page; the door as somebody who is not signed in."""
    cookies = [] if path.startswith("/sign-in") else ["good"]
    watched.page.context.clear_cookies()
    for value in cookies:
        watched.page.context.add_cookies([{"name": "oo", "value": value, "url": watched.origin}])
    return watched.open(path)


def test_axe_finds_nothing(browser: Browser, served: tuple[Site, str]) -> None:
    watched = calm(browser, served, DESKTOP)
    assert [found for path in PAGES for found in findings(visit(watched, path))] == []
    closed(watched.page.context)


def test_axe_finds_nothing_on_a_phone_in_low_light_and_german(browser: Browser, served: tuple[Site, str]) -> None:
    watched = calm(browser, served, PHONE)
    watched.site.profiles.profile = Profile(zone="Europe/Berlin", low_light=True, language="de")
    assert [found for path in PAGES for found in findings(visit(watched, path))] == []
    closed(watched.page.context)


def test_axe_finds_nothing_while_undo_is_open_in_silence_and_at_first(
    browser: Browser, served: tuple[Site, str]
) -> None:
    watched = calm(browser, served, PHONE)
    page = watched.open()
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Undo").wait_for()
    assert findings(page) == []
    watched.site.tips.queue = []
    assert findings(watched.open()) == []
    watched.site.tips.silence = SilenceView("nothing-connected", "Nothing is connected.")
    assert findings(watched.open()) == []
    closed(page.context)


def test_axe_finds_nothing_where_there_are_ways_to_sign_in(browser: Browser, served: tuple[Site, str]) -> None:
    """The door with its buttons, the section of Settings, and the question about new terms; none is too wide."""
    site, origin = served
    served = site, origin.replace("127.0.0.1", "localhost")  # passkeys need a name
    watched = calm(browser, served, {"width": 320, "height": 640})
    site.ways.have, site.ways.passkeys = ["google", "oidc"], True
    now = site.clock.now()
    site.ways.theirs = [WayIn("w1", "provider", "Google", "lena@example.org", now, now, "google")]
    for path in ("/sign-in", "/sign-in?by=google&why=unknown", "/settings", "/settings?by=google&why=taken", "/agree"):
        page = visit(watched, path)
        assert findings(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    closed(watched.page.context)
    assert watched.complaints == []


@pytest.mark.parametrize(("width", "text"), [(320, 16), (390, 32), (640, 32)])
def test_nothing_overflows_on_small_screens_and_with_large_text(
    browser: Browser, served: tuple[Site, str], width: int, text: int
) -> None:
    watched = calm(browser, served, {"width": width, "height": 640})
    watched.page.add_init_script(
        f"addEventListener('DOMContentLoaded', () => document.documentElement.style.fontSize = '{text}px')"
    )
    wide = {path: visit(watched, path).evaluate("document.documentElement.scrollWidth") for path in PAGES}
    assert {path: found for path, found in wide.items() if found > width} == {}
    closed(watched.page.context)


def test_nothing_shifts_while_the_tip_arrives(desktop: Seen) -> None:
    desktop.page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.shift += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page = desktop.open()
    page.wait_for_timeout(600)
    assert page.evaluate("window.shift") == 0


@pytest.mark.parametrize("name", ["Done", "Later", "Not this", "Settings"])
def test_targets_are_large_enough_for_a_thumb(phone: Seen, name: str) -> None:
    page = phone.open()
    role: Literal["button", "link"] = "button" if name == "Done" else "link"
    box = page.get_by_role(role, name=name, exact=True).bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
