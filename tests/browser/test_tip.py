"""The tip page with scripts: swap in place, undo, keys, lists, zone."""

from __future__ import annotations

import re
from time import perf_counter

import pytest
from playwright.sync_api import Route, expect
from tests.browser.conftest import Seen

from oo.contracts.profiles import Profile

pytestmark = pytest.mark.browser
LEASE, GATE = "Send Lena the signed lease.", "Ask Tom for the gate code."


def test_done_can_be_undone_and_the_tip_is_back_as_it_was(desktop: Seen) -> None:
    page = desktop.open()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading")).to_have_text("Done.")
    expect(page.get_by_role("heading")).to_be_focused()
    expect(page.get_by_text("todo.txt will know in a moment.")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Done. Undo for 8 seconds.")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading")).to_contain_text(LEASE)
    expect(page.get_by_role("status")).to_have_text("Back as it was.")
    assert page.url == desktop.origin + "/"


def test_after_the_undo_time_the_next_tip_comes_by_itself(desktop: Seen) -> None:
    desktop.site.tips.undo_seconds = 1
    page = desktop.open()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading")).to_have_text("Done.")
    page.mouse.move(5, 5)
    expect(page.get_by_role("heading")).to_contain_text(GATE)
    expect(page.get_by_role("status")).to_have_text(f"New tip: {GATE}")


def test_undo_holds_while_the_pointer_is_on_it(desktop: Seen) -> None:
    desktop.site.tips.undo_seconds = 4
    page = desktop.open()
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Undo").hover()
    page.wait_for_timeout(5500)
    expect(page.get_by_role("heading")).to_have_text("Done.")
    assert desktop.site.tips.holds >= 1
    page.mouse.move(5, 5)
    expect(page.get_by_role("heading")).to_contain_text(GATE)


def test_what_is_pressed_while_the_page_looks_by_itself_is_done_once(bare: Seen) -> None:
    page = bare.open()
    looks = 0

    def slowly(route: Route) -> None:
        nonlocal looks
        looks += route.request.method == "GET"
        page.wait_for_timeout(700)
        route.continue_()

    page.route(bare.origin + "/", slowly)
    page.evaluate("dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))")
    page.keyboard.press("d")
    page.keyboard.press("d")
    expect(page.get_by_role("heading")).to_have_text("Done.")
    assert (looks, [one.action for one in bare.site.tips.reactions.values()]) == (1, ["done"])


def test_every_reaction_has_its_key(desktop: Seen) -> None:
    page = desktop.open()
    page.keyboard.press("w")
    expect(page.get_by_text("It was due yesterday")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("It was due yesterday")).to_be_hidden()
    page.keyboard.press("d")
    expect(page.get_by_role("heading")).to_have_text("Done.")
    page.keyboard.press("u")
    expect(page.get_by_role("heading")).to_contain_text(LEASE)
    page.keyboard.press("d")
    expect(page.get_by_role("heading")).to_have_text("Done.")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("heading")).to_contain_text(LEASE)
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="After your meeting")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="This evening")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Later")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="For now")).to_be_focused()
    page.keyboard.press("2")
    expect(page.get_by_role("heading")).to_have_text("Gone for a month, unless it changes.")
    assert desktop.site.tips.reactions
    assert list(desktop.site.tips.reactions.values())[-1].scope == "item"


def test_single_keys_can_be_off(desktop: Seen) -> None:
    desktop.site.profiles.profile = Profile(zone="Europe/Berlin", single_keys=False)
    page = desktop.open()
    page.keyboard.press("d")
    page.wait_for_timeout(300)
    expect(page.get_by_role("heading")).to_contain_text(LEASE)
    expect(page.locator("kbd").first).to_be_hidden()


def test_the_tip_does_not_move_when_something_opens(desktop: Seen) -> None:
    page = desktop.open()
    before = page.locator("h1").bounding_box()
    page.get_by_text("Why?").click()
    assert page.locator("h1").bounding_box() == before
    page.keyboard.press("s")
    expect(page.get_by_text("Later. When?")).to_be_visible()
    assert page.locator("h1").bounding_box() == before


def test_a_time_can_be_picked(desktop: Seen) -> None:
    page = desktop.open("/?open=later")
    page.get_by_text("Pick a time").click()
    page.locator("input[name=at]").fill("2031-01-01T08:30")
    page.locator(".pick button").click()
    expect(page.get_by_role("heading")).to_have_text("On 1 January, then.")
    expect(page.get_by_role("status")).to_have_text("Later: 1 January 08:30. Undo for 8 seconds.")


def test_the_devices_zone_is_told_once_per_visit(desktop: Seen) -> None:
    desktop.site.profiles.profile = Profile(zone="UTC")
    with desktop.page.expect_response("**/zone"):
        desktop.open()
    assert desktop.site.profiles.profile.zone == "Europe/Berlin"


def test_a_lost_connection_is_said_and_nothing_is_lost(bare: Seen) -> None:
    desktop, page = bare, bare.open()
    page.route("**/", lambda route: route.abort())
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".note")).to_contain_text("That did not work. Nothing was changed.")
    page.unroute("**/")
    page.get_by_role("button", name="Try once more").click()
    expect(page.get_by_role("heading")).to_have_text("Done.")
    desktop.complaints = [said for said in desktop.complaints if "net::ERR_FAILED" not in said]


def test_how_long_the_tip_was_looked_at_is_told(desktop: Seen) -> None:
    born = perf_counter()
    page = desktop.open()
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading")).to_have_text("Done.")
    passed = 1000 * (perf_counter() - born)
    dwell = next(iter(desktop.site.tips.reactions.values())).dwell_ms
    assert dwell is not None
    assert 300 <= dwell <= passed


def test_settings_are_saved_at_once_and_say_so(desktop: Seen) -> None:
    page = desktop.open("/settings")
    page.get_by_role("switch", name="Low light").check()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.locator("html")).to_have_class(re.compile("low"))
    page.get_by_label("My day ends at").select_option("03:00")
    expect(page.get_by_label("My day ends at").locator("xpath=preceding-sibling::*[1]")).to_have_text("Saved.")
    profile = desktop.site.profiles.profile
    assert (profile.low_light, str(profile.day_ends_at)) == (True, "03:00:00")
    page.get_by_label("Language").select_option("de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Einstellungen")
