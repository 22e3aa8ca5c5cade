"""Every state of every page: axe finds nothing, nobody complains, nothing is wider than the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from tests.browser.conftest import PHONE, seen
from tests.browser.scenes import NOW, SCENES, Scene, lay_out
from tests.browser.serving import serving
from tests.browser.steps import closed
from tests.browser.test_everybody import findings

from oo.apps.web.tests.everything_known import know_everything
from oo.testing.determinism import FixedClock

pytestmark = pytest.mark.browser
MOVING = {"swiping"}
"""While a finger is on it, the tip leaves the screen on purpose."""


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_axe_finds_nothing_and_nothing_overflows(browser: Browser, scene: Scene) -> None:
    with serving(FixedClock(NOW)) as (site, origin):
        lay_out(site)
        scene.arrange(site)
        options = {"timezone_id": "Europe/Berlin", "reduced_motion": "reduce", **scene.browser}
        context = browser.new_context(viewport=PHONE, **options)
        watched = seen(context, site, origin)
        if not scene.signed_in:
            context.clear_cookies()
        page = watched.open(scene.path)
        scene.act(page)
        page.wait_for_timeout(200)
        if scene.name not in MOVING:
            found = findings(page)
            if scene.name == "forced-colors":  # axe reads the page's own colours, the system's are shown
                found = [one for one in found if "color-contrast" not in one]
            assert found == []
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert [said for said in watched.complaints if not any(part in said for part in scene.status)] == []
        closed(context)


def test_all_that_can_be_known_of_somebody_can_be_read_and_corrected_on_a_small_screen(browser: Browser) -> None:
    with serving(FixedClock(NOW)) as (site, origin):
        lay_out(site)
        know_everything(site)
        context = browser.new_context(viewport={"width": 320, "height": 640}, reduced_motion="reduce")
        watched = seen(context, site, origin)
        page = watched.open("/settings")
        page.evaluate("document.querySelectorAll('#knows details').forEach(row => row.open = true)")
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        row = page.locator('[id="recent_patterns.free_weekdays"]')
        row.get_by_role("checkbox", name="Saturday").uncheck(force=True)
        row.get_by_role("button", name="Save").click()
        page.wait_for_url("**/settings?saved=1")
        assert "Sundays are off." in page.content() and watched.complaints == []
        context.close()


MIRRORED = (
    "task",
    "why",
    "later",
    "not-this",
    "after-later",
    "silence-why",
    "first-run",
    "connect",
    "files",
    "settings",
)


@pytest.mark.parametrize("scene", [one for one in SCENES if one.name in MIRRORED], ids=lambda scene: scene.name)
def test_from_right_to_left_every_page_is_its_own_mirror_image(browser: Browser, scene: Scene) -> None:
    with serving(FixedClock(NOW)) as (site, origin):
        lay_out(site)
        scene.arrange(site)
        context = browser.new_context(viewport=PHONE, timezone_id="Europe/Berlin", reduced_motion="reduce")
        page = seen(context, site, origin).open(scene.path)
        scene.act(page)
        page.wait_for_timeout(200)
        before = page.evaluate(PLACES)
        page.evaluate("document.documentElement.dir = 'rtl'")
        page.wait_for_timeout(100)
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        width = page.evaluate("document.documentElement.clientWidth")
        for was, now in zip(before, page.evaluate(PLACES), strict=True):
            assert now["top"] == pytest.approx(was["top"], abs=2), was["what"]
            assert width - now["right"] == pytest.approx(was["left"], abs=2), was["what"]
        closed(context)


PLACES = """() => [...document.querySelectorAll('h1, .actions > *, .row, .item, .field, .wide, .thing, .top, .pills')]
    .filter(one => one.offsetParent)
    .map(one => [one, one.getBoundingClientRect()])
    .map(([one, { left, right, top }]) => ({ what: one.outerHTML.slice(0, 80), left, right, top }))"""
"""Where everything is that has a place of its own."""
