"""The app on a device: installed where the browser offers it, at home in every zone, and never in the way of a link."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import DESKTOP, Seen, seen
from tests.browser.steps import closed, heading, offline, online, ready, until

from oo.apps.web.tests.site import Site
from oo.contracts.profiles import Profile

pytestmark = pytest.mark.browser
LEASE, GATE = "Send Lena the signed lease.", "Ask Tom for the gate code."


def test_settings_offer_to_install_only_when_the_browser_does(desktop: Seen) -> None:
    page = desktop.open("/settings")
    expect(page.get_by_role("button", name="Install")).to_be_hidden()
    page.evaluate(
        "dispatchEvent(Object.assign(new Event('beforeinstallprompt', { cancelable: true }),"
        " { prompt() { window.prompted = true } }))"
    )
    page.get_by_role("button", name="Install").click()
    assert page.evaluate("window.prompted") is True
    page.evaluate("dispatchEvent(new Event('appinstalled'))")
    expect(page.get_by_role("button", name="Install")).to_be_hidden()


def test_no_page_asks_to_be_installed(desktop: Seen) -> None:
    page = desktop.open()
    prevented = (
        "(() => { const asked = new Event('beforeinstallprompt', { cancelable: true });"
        " dispatchEvent(asked); return asked.defaultPrevented })()"
    )
    assert page.evaluate(prevented) is True


def test_whoever_travels_takes_the_day_along_on_the_next_visit(browser: Browser, served: tuple[Site, str]) -> None:
    context = browser.new_context(viewport=DESKTOP)
    watched = seen(context, *served)
    page = watched.open()
    device = context.new_cdp_session(page)
    device.send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
    with page.expect_response("**/zone"):
        page.evaluate("dispatchEvent(new Event('blur')); dispatchEvent(new Event('focus'))")
    assert watched.site.profiles.profile.zone == "Asia/Tokyo"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("dispatchEvent(new Event('blur')); dispatchEvent(new Event('focus'))")
    page.wait_for_timeout(300)
    assert [url for url in asked if url.endswith("/zone")] == []
    closed(context)


def test_a_one_time_link_signs_in_past_the_worker(browser: Browser, served: tuple[Site, str]) -> None:
    context = browser.new_context(viewport=DESKTOP)
    watched = seen(context, *served)
    page = watched.open()
    ready(page)
    watched.site.accounts.open.clear()
    page.goto(watched.origin + "/sign-in/good-link")
    assert watched.site.accounts.links == set()
    expect(page.get_by_text("This link has been used.")).to_have_count(0)
    closed(context)


def test_offline_speaks_the_persons_language(browser: Browser, served: tuple[Site, str]) -> None:
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    watched = seen(context, *served)
    watched.site.profiles.profile = Profile(zone="UTC", language="de")
    page = watched.open()
    ready(page)
    offline(context)
    expect(page.locator(".note")).to_have_text("Offline. Was du tippst, wird behalten und später gesendet.")
    page.get_by_role("button", name="Erledigt").click()
    heading(page, "Erledigt.")
    expect(page.locator(".note")).to_have_text("Offline. 1 Antwort behalten, gesendet, sobald du online bist.")
    online(context)
    expect(page.locator(".note")).to_have_text("Gesendet.")
    closed(context)


def test_a_new_release_leaves_no_page_of_the_old_one(browser: Browser, served: tuple[Site, str]) -> None:
    context = browser.new_context(viewport=DESKTOP)
    watched = seen(context, *served)
    page = watched.open()
    ready(page)
    page.evaluate(
        "async () => { const cache = await caches.open('tip');"
        " await cache.put('/', new Response('<main>of another release</main>'));"
        " await caches.open('shell-of-another-release'); await (await navigator.serviceWorker.ready).unregister() }"
    )
    page.reload()
    until(page, "async () => !(await caches.keys()).includes('shell-of-another-release')")
    until(page, "async () => !(await (await caches.match('/'))?.text() ?? '').includes('another release')")
    closed(context)
