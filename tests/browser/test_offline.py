"""Without a connection: the last tip works, what is tapped is kept, and sent once when there is one again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import DESKTOP, PATIENCE, Seen, seen
from tests.browser.steps import closed, heading, offline, online, ready, until
from tests.browser.test_everybody import findings

from oo.apps.web.tests.site import Site
from oo.apps.web.tests.standins import tip_of
from oo.contracts.errors import Overtaken
from oo.contracts.tips import Reaction

pytestmark = pytest.mark.browser
LEASE, GATE = "Send Lena the signed lease.", "Ask Tom for the gate code."
NOTHING_TAPPED = "Offline. What you tap is kept and sent later."
ONE_TAP = "Offline. 1 tap kept, sent when you are back."


@pytest.fixture
def app(browser: Browser, served: tuple[Site, str]) -> Iterator[Seen]:
    """A device that has the app; nothing but the missing network is complained of."""
    context = browser.new_context(viewport=DESKTOP, timezone_id="Europe/Berlin", reduced_motion="reduce")
    watched = seen(context, *served)
    watched.open()
    ready(watched.page)
    yield watched
    closed(context)
    assert [said for said in watched.complaints if "net::ERR_" not in said and "Clear-Site-Data" not in said] == []


def reactions(seen: Seen) -> list[Reaction]:
    """What arrived."""
    return list(seen.site.tips.reactions.values())


def test_done_is_kept_through_a_reload_and_sent_once(app: Seen) -> None:
    key = app.page.locator("[name=key]").first.get_attribute("value")
    page = offline(app.page.context)
    expect(page.locator(".note")).to_have_text(NOTHING_TAPPED)
    expect(page.get_by_role("status")).to_have_text("Offline.")
    page.get_by_role("button", name="Done").click()
    heading(page, "Done.")
    expect(page.locator(".note")).to_have_text(ONE_TAP)
    expect(page.get_by_role("status")).to_have_text(f"Done. {ONE_TAP}")
    page.reload()
    heading(page, "Done.")
    expect(page.locator(".note")).to_have_text(ONE_TAP)
    assert reactions(app) == []
    online(page.context)
    heading(page, GATE)
    expect(page.locator(".note")).to_have_text("Sent.")
    expect(page.get_by_role("status")).to_have_text(f"Sent. New tip: {GATE}")
    assert [(one.key, one.action) for one in reactions(app)] == [(key, "done")]
    page.reload()
    heading(page, GATE)
    expect(page.locator(".note")).to_have_count(0)
    assert len(reactions(app)) == 1


def test_what_was_kept_is_sent_on_the_next_visit(app: Seen) -> None:
    page = offline(app.page.context)
    page.get_by_role("button", name="Done").click()
    heading(page, "Done.")
    context = page.context
    page.goto("about:blank")
    context.set_offline(False)
    app.open("/settings")
    expect(page.get_by_role("status")).to_have_text("Sent.")
    assert len(reactions(app)) == 1


def test_what_a_page_that_was_left_heard_is_told_on_the_next_visit(app: Seen) -> None:
    page = offline(app.page.context)
    page.get_by_role("button", name="Done").click()
    heading(page, "Done.")
    person = page.evaluate("document.documentElement.dataset.person")
    worker = page.context.service_workers[0]
    page.goto("about:blank")
    page.context.set_offline(False)
    assert worker.evaluate("async person => { await send(); return (await told(person)).said }", person) == "Sent."
    app.open("/settings")
    expect(page.get_by_role("status")).to_have_text("Sent.")
    page.reload()
    page.wait_for_timeout(400)
    expect(page.get_by_role("status")).to_have_text("")


def test_undo_takes_back_what_was_kept(app: Seen) -> None:
    page = offline(app.page.context)
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Undo").click()
    heading(page, LEASE)
    expect(page.get_by_role("status")).to_have_text("Back as it was.")
    online(page.context)
    expect(page.locator(".note")).to_have_count(0)
    heading(page, LEASE)
    assert reactions(app) == []
    assert page.context.service_workers[0].evaluate("async () => (await all('kept')).concat(await all('said'))") == []


def test_what_was_said_is_forgotten(app: Seen) -> None:
    page = offline(app.page.context)
    page.get_by_role("button", name="Done").click()
    heading(page, "Done.")
    online(page.context)
    expect(page.get_by_role("status")).to_have_text(f"Sent. New tip: {GATE}")
    worker = page.context.service_workers[0]
    for _ in range(PATIENCE // 50):
        if worker.evaluate("async () => (await all('said')).length") == 0:
            break
        page.wait_for_timeout(50)
    assert worker.evaluate("all('said')") == []


def test_later_and_not_this_open_and_keep_what_is_chosen(app: Seen) -> None:
    page = offline(app.page.context)
    page.get_by_role("link", name="Not this").click()
    expect(page.get_by_text("Not this. How far?")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Later").click()
    moment = page.get_by_role("button", name="Tomorrow morning")
    until = moment.get_attribute("value")
    moment.click()
    heading(page, "Tomorrow morning.")
    online(page.context)
    heading(page, GATE)
    [kept] = reactions(app)
    assert (kept.action, kept.until and kept.until.isoformat()) == ("snooze", until)


def test_a_picked_time_is_kept_as_the_instant_it_was_on_this_device(app: Seen) -> None:
    page = offline(app.page.context)
    page.get_by_role("link", name="Later").click()
    page.get_by_text("Pick a time").click()
    page.locator("input[name=at]").fill("2031-01-01T08:30")
    page.locator(".pick button").click()
    heading(page, "Later.")
    expect(page.locator(".line")).to_have_text("Jan 1, 2031, 8:30 AM")
    online(page.context)
    heading(page, GATE)
    [kept] = reactions(app)
    assert kept.until is not None
    assert kept.until.isoformat() == "2031-01-01T07:30:00+00:00"


def test_moments_that_have_passed_are_not_offered(app: Seen) -> None:
    page = offline(app.page.context)
    worker = page.context.service_workers[0]
    worker.evaluate("Date.now = (now => () => now() + 5 * 3600e3)(Date.now)")
    page.get_by_role("link", name="Later").click()
    expect(page.get_by_text("Later. When?")).to_be_visible()
    expect(page.get_by_role("button", name="After your meeting")).to_have_count(0)
    expect(page.get_by_role("button", name="Tomorrow morning")).to_be_visible()


@pytest.mark.parametrize("how", ["phone", "todoist", "gone"])
def test_what_happened_elsewhere_meanwhile_is_said(app: Seen, how: str) -> None:
    page = offline(app.page.context)
    page.get_by_role("button", name="Done").click()
    heading(page, "Done.")
    tips = app.site.tips
    tip = tips.queue.pop(0)
    if how == "phone":
        tips.done[tip.id] = (tip, None, tips.clock.now())  # type: ignore[assignment]
    elif how == "todoist":

        async def finished(**_: object) -> None:
            raise Overtaken("Already done in Todoist.", source="Todoist")

        tips.react = finished  # type: ignore[method-assign, assignment]
    online(page.context)
    words = {
        "phone": "Answered on another device.",
        "todoist": "Already done in Todoist.",
        "gone": "That moment has passed.",
    }[how]
    expect(page.locator(".note")).to_have_text(words)
    expect(page.get_by_role("status")).to_have_text(f"{words} New tip: {GATE}")
    assert reactions(app) == []


def test_without_a_kept_tip_the_page_says_so(app: Seen) -> None:
    app.site.tips.queue = []
    app.page.reload()
    heading(app.page, "Nothing now.")
    app.page.context.set_offline(True)
    app.page.reload()
    heading(app.page, "Offline.")
    expect(app.page.get_by_text("No tip is kept here.")).to_be_visible()
    assert findings(app.page) == []
    app.site.tips.queue = [tip_of(GATE, app.site.clock)]
    online(app.page.context)
    heading(app.page, GATE)


def test_offline_every_way_leads_to_the_tip(app: Seen) -> None:
    page = offline(app.page.context)
    page.get_by_role("link", name="Settings").click()
    heading(page, LEASE)
    expect(page.locator(".note")).to_have_text(NOTHING_TAPPED)
    assert findings(page) == []
    page.get_by_role("button", name="Done").click()
    heading(page, "Done.")
    assert findings(page) == []


def test_a_session_that_ended_keeps_what_was_tapped_until_sign_in(app: Seen) -> None:
    page = offline(app.page.context)
    page.get_by_role("button", name="Done").click()
    heading(page, "Done.")
    app.site.accounts.open.clear()
    online(page.context)
    page.wait_for_url("**/sign-in")
    assert reactions(app) == []
    app.site.accounts.open.add("good")
    app.open()
    heading(page, GATE)
    expect(page.locator(".note")).to_have_text("Sent.")
    assert len(reactions(app)) == 1


def test_nobody_else_sees_or_sends_what_one_person_left(app: Seen) -> None:
    page = offline(app.page.context)
    page.get_by_role("button", name="Done").click()
    heading(page, "Done.")
    page.context.add_cookies([{"name": "oo", "value": "milos", "url": app.origin}])
    app.site.accounts.open.add("milos")
    app.site.tips.queue = [tip_of("Milo's own.", app.site.clock)]
    online(page.context)
    heading(page, "Milo's own.")
    page.wait_for_timeout(500)
    expect(page.locator(".note")).to_have_count(0)
    assert reactions(app) == []
    page.context.set_offline(True)
    page.reload()
    heading(page, "Milo's own.")
    expect(page.locator(".note")).to_have_text(NOTHING_TAPPED)


def test_signing_out_leaves_nothing_on_the_device(app: Seen) -> None:
    page = app.open("/settings")
    page.get_by_role("button", name="Sign out: Firefox on Linux").click()
    page.wait_for_url("**/sign-in")
    left = page.evaluate("async () => [await caches.keys(), (await indexedDB.databases()).length]")
    assert left == [[], 0]


def test_a_tip_that_stood_too_long_is_kept_no_longer_than_the_session(app: Seen) -> None:
    app.site.accounts.open.clear()
    app.page.reload()
    app.page.wait_for_url("**/sign-in")
    until(app.page, "async () => !await caches.match('/')")
    app.page.context.set_offline(True)
    app.page.goto(app.origin + "/")
    heading(app.page, "Offline.")


def test_the_page_asks_again_after_a_minute_away_and_says_what_is_new(app: Seen) -> None:
    page = app.page
    page.evaluate(
        "performance.now = (now => () => now() + 61e3 * (window.late || 0))(performance.now.bind(performance))"
    )
    page.evaluate("dispatchEvent(new Event('blur')); window.late = 1; dispatchEvent(new Event('focus'))")
    page.wait_for_timeout(400)
    expect(page.get_by_role("status")).to_have_text("")
    app.site.tips.queue.pop(0)
    page.evaluate("dispatchEvent(new Event('blur')); window.late = 2; dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("status")).to_have_text(f"New tip: {GATE}")
    app.site.tips.queue.pop(0)
    page.evaluate("dispatchEvent(new Event('blur')); window.late = 3; dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("status")).to_have_text("Nothing now.")
