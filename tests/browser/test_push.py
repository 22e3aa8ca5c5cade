"""Notifications in a real Chromium: shown, answered where they show, closed when they are over, and healed."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP, Seen, seen
from tests.browser.pushes import REGISTERED, STAND_IN, TOKEN, a_push, device
from tests.browser.steps import closed, heading, ready, until

from oo.apps.web.tests.site import Site
from oo.contracts.channels import Address, Message, Receipt
from oo.kernel.http.client import Client
from oo.plugins.channels.webpush.plugin import plugin
from oo.testing.channel_cases import LentDesk, message
from oo.testing.push import push_service

pytestmark = pytest.mark.browser
LEASE, GATE = "Send Lena the signed lease.", "Ask Tom for the gate code."


def waiting(watched: Seen) -> str:
    """The id of the tip that waits, with a token to answer it."""
    tip = watched.site.tips.queue[0].id
    watched.site.deliveries.tokens[TOKEN] = tip
    return tip


def test_a_push_is_shown_answered_where_it_shows_and_the_page_follows(desktop: Seen) -> None:
    here = device(desktop)
    heading(here.page, LEASE)
    here.push(a_push(desktop.origin, waiting(desktop)))
    (shown,) = here.wait(lambda all_of_them: len(all_of_them) == 1)
    assert (shown["title"], shown["body"], shown["actions"]) == (LEASE, "It was due yesterday.", ["Done", "Later"])
    here.press("done")
    heading(here.page, GATE)
    assert [reaction.action for reaction in desktop.site.tips.reactions.values()] == ["done"]
    assert here.shown() == []


def test_the_answer_needs_no_session(desktop: Seen) -> None:
    here = device(desktop)
    here.push(a_push(desktop.origin, waiting(desktop)))
    here.wait(lambda all_of_them: len(all_of_them) == 1)
    here.page.context.clear_cookies()
    with here.page.context.expect_event("response", lambda answer: answer.url.endswith("/react")) as answered:
        here.press("snooze")
    assert answered.value.status == 200
    assert [reaction.action for reaction in desktop.site.tips.reactions.values()] == ["snooze"]
    # WAIT


def test_what_was_sealed_for_this_browser_is_what_it_shows(desktop: Seen) -> None:
    async def sent(words: Message, endpoint: dict[str, str], host: str) -> Receipt:
        async with Client(allowed=(host,), redirects=False) as http:
            desk = LentDesk(http, {"push_hosts": host}, site=desktop.origin)
            return await plugin.deliver(words, Address("device-1", plugin.check(endpoint, desk), desk))

    here = device(desktop)
    with push_service() as service:
        said = service.subscribe().subscription
        words = message(url=f"{desktop.origin}/", tip=waiting(desktop))
        values = {"endpoint": said["endpoint"], **said["keys"]}
        with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
            receipt = aside.submit(asyncio.run, sent(words, values, service.desk.host)).result()
        assert receipt == Receipt("delivered")
        here.push(dict(service.arrived[0].message))
    (shown,) = here.wait(lambda all_of_them: len(all_of_them) == 1)
    assert (shown["title"], shown["body"], shown["tag"]) == (words.title, words.body, words.topic)


def test_a_newer_push_takes_the_place_of_the_older(desktop: Seen) -> None:
    here = device(desktop)
    here.push(a_push(desktop.origin, "d-1"), a_push(desktop.origin, "d-2", title=GATE))
    (shown,) = here.wait(lambda all_of_them: [one["title"] for one in all_of_them] == [GATE])
    assert shown["tag"] == "the-tip"


def test_what_is_answered_on_another_device_closes_here_and_the_page_follows(desktop: Seen) -> None:
    here = device(desktop)
    tip = waiting(desktop)
    here.push(a_push(desktop.origin, tip))
    here.wait(lambda all_of_them: len(all_of_them) == 1)
    here.push({"withdrawn": "the-tip", "tip": "another"})
    desktop.site.tips.queue.pop(0)
    here.push({"withdrawn": "the-tip", "tip": tip})
    here.wait(lambda all_of_them: all_of_them == [])
    heading(here.page, GATE)


@pytest.mark.parametrize(
    "said", ["", "no json", "[]", "{}", '{"notification": {}}', '{"notification": {"title": "T"}}']
)
def test_every_push_shows_something(desktop: Seen, said: str) -> None:
    here = device(desktop)
    here.push(said)
    here.wait(lambda all_of_them: [one["title"] for one in all_of_them] in (["oO"], ["T"]))


def test_an_answer_that_does_not_get_through_is_not_lost(browser: Browser, served: tuple[Site, str]) -> None:
    async def down(**_: object) -> None:
        raise RuntimeError

    context = browser.new_context(viewport=DESKTOP)
    watched = seen(context, *served)
    here = device(watched)
    here.push(a_push(watched.origin, waiting(watched)))
    here.wait(lambda all_of_them: len(all_of_them) == 1)
    watched.site.deliveries.react = down  # type: ignore[method-assign, assignment]
    here.press("done")
    (shown,) = here.wait(lambda all_of_them: [one["silent"] for one in all_of_them] == [True])
    assert shown["actions"] == ["Done", "Later"]
    closed(context)


def test_a_visit_closes_what_is_not_the_tip_any_more(desktop: Seen) -> None:
    here = device(desktop)
    here.push(a_push(desktop.origin, "an-older-tip"))
    here.wait(lambda all_of_them: len(all_of_them) == 1)
    with push_service() as service:
        stood_in(desktop, service.subscribe().subscription)
        allowed(desktop)
    here.page.goto(desktop.origin)
    until(
        here.page,
        "async () => !(await (await navigator.serviceWorker.getRegistration('/push/')).getNotifications()).length",
    )


def test_an_answer_on_the_page_closes_what_this_device_shows(desktop: Seen) -> None:
    here = device(desktop)
    here.push(a_push(desktop.origin, waiting(desktop)))
    here.wait(lambda all_of_them: len(all_of_them) == 1)
    here.page.get_by_role("button", name="Done").click()
    here.wait(lambda all_of_them: all_of_them == [])


def stood_in(watched: Seen, *subscriptions: dict[str, Any]) -> None:
    """Give the page a push service whose subscriptions are these, in their order."""
    left = list(subscriptions)
    watched.page.expose_function("subscribing", lambda size: left.pop(0) if size == 65 else None)
    watched.page.add_init_script(STAND_IN)


def allowed(watched: Seen) -> Page:
    """Switch notifications on in Settings."""
    watched.page.context.grant_permissions(["notifications"], origin=watched.origin)
    page = watched.open("/settings")
    page.get_by_role("button", name="Allow: Notifications on this device").click()
    expect(page.locator("[data-device] small")).to_contain_text("This device.")
    expect(page.locator("#push")).to_be_hidden()
    return page


def test_settings_switch_notifications_on_and_test_them_and_stop_them(desktop: Seen) -> None:
    with push_service() as service:
        stood_in(desktop, service.subscribe().subscription)
        page = allowed(desktop)
    assert list(desktop.site.deliveries.endpoints.values()) == [f"{service.desk.origin}/send/phone-0"]
    expect(page.locator("[data-device]")).to_contain_text("Firefox on Linux")
    expect(page.locator("[data-device]")).to_contain_text("Not reached yet")
    page.locator("[data-device] summary").click()
    page.get_by_role("button", name="Send one now, to test").click()
    expect(page.locator("#ways [role=alert]")).to_have_text("Sent. It shows there in a moment.")
    expect(page.locator("[data-device]")).to_contain_text("Last reached today,")
    page.locator("[data-device] summary").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("[data-device]")).to_have_count(0)
    until(page, "async () => localStorage.getItem('push') === null")


def test_notifications_that_stopped_work_again_and_the_page_says_so(desktop: Seen) -> None:
    with push_service() as service:
        stood_in(desktop, service.subscribe().subscription, service.subscribe().subscription)
        allowed(desktop)
        ways = desktop.site.deliveries
        ways.devices = [replace(one, state="gone") for one in ways.devices]
        page = desktop.open()
        expect(page.locator(".note")).to_have_text("Notifications had stopped on this device. They work again.")
        with page.expect_response(desktop.origin + "/"):
            page.evaluate("dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))")
        until(page, "async () => !document.querySelector('[aria-busy]')")
        expect(page.locator(".note")).to_have_text("Notifications had stopped on this device. They work again.")
        desktop.site.tips.queue.pop(0)
        page.evaluate("dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))")
        heading(page, GATE)
        expect(page.locator(".note")).to_have_text("Notifications had stopped on this device. They work again.")
    assert [one.state for one in ways.devices] == ["works"]
    assert list(ways.endpoints) == ["device-1"], "it stays the same device"
    assert ways.endpoints["device-1"].endswith("/send/phone-1")


def test_where_they_were_forbidden_meanwhile_the_page_says_what_to_do(
    browser: Browser, served: tuple[Site, str]
) -> None:
    context = browser.new_context(viewport=DESKTOP)
    watched = seen(context, *served)
    with push_service() as service:
        stood_in(watched, service.subscribe().subscription)
        allowed(watched)
    ways = watched.site.deliveries
    ways.devices = [replace(one, state="gone") for one in ways.devices]
    context.clear_permissions()
    page = watched.open()
    expect(page.locator(".note")).to_have_text("Notifications stopped on this device. Allow them")
    assert page.get_by_role("link", name="Allow them").get_attribute("href") == "/settings#ways"
    closed(context)


def test_on_an_iphone_the_row_says_to_install_first(phone: Seen) -> None:
    phone.page.add_init_script("Object.defineProperty(navigator, 'standalone', { value: false })")
    page = phone.open("/settings")
    expect(page.locator("#push")).to_contain_text("Share, Add to Home Screen")
    expect(page.locator("#push").get_by_role("button")).to_be_hidden()


def test_whoever_never_switched_them_on_is_not_asked_after(desktop: Seen) -> None:
    page = desktop.open()
    ready(page)
    assert desktop.site.deliveries.heard == 0
    assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 1


def test_the_worker_of_notifications_serves_no_page(desktop: Seen) -> None:
    page = desktop.open()
    page.evaluate(REGISTERED)
    ready(page)
    page.reload()
    assert page.evaluate("navigator.serviceWorker.controller.scriptURL").endswith("/sw.js")


def test_the_dial_says_what_it_means_and_is_saved_at_once(desktop: Seen) -> None:
    page = desktop.open("/settings")
    dial = page.get_by_role("slider", name="How often")
    expect(page.locator(".stops [data-said]")).to_have_text("at most 3 a day")
    dial.press("End")
    expect(page.locator(".stops [data-said]")).to_have_text("at most 8 a day")
    dial.press("Home")
    expect(page.locator(".stops [data-said]")).to_have_text("only when you look")
    assert dial.get_attribute("aria-valuetext") == "only when you look"
    expect(page.locator("[role=status]")).to_have_text("Saved.")
    assert desktop.site.deliveries.kept.a_day == 0


def test_quiet_hours_that_are_changed_are_ones_own(desktop: Seen) -> None:
    page = desktop.open("/settings")
    page.locator("#quiet summary").click()
    page.locator("#quiet [name=start]").fill("21:30")
    page.locator("#quiet [name=start]").blur()
    expect(page.locator("[data-quiet]")).to_have_text("21:30 – 07:00")
    expect(page.locator("[role=status]")).to_have_text("Saved.")
    quiet = desktop.site.deliveries.kept.quiet
    assert quiet is not None and (f"{quiet.start:%H:%M}", quiet.source) == ("21:30", "person")
