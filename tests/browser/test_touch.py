"""Swipes on a phone: up is main, to the end is Later, to the start is Not this."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Seen
from tests.browser.steps import swipe, until

pytestmark = pytest.mark.browser
LEASE = "Send Lena the signed lease."


def test_up_is_done(phone: Seen) -> None:
    phone.open()
    swipe(phone.page, 0, -120)
    expect(phone.page.get_by_role("heading")).to_have_text("Done.")


def test_to_the_end_opens_later_and_to_the_start_not_this(phone: Seen) -> None:
    phone.open()
    swipe(phone.page, 120, 0)
    expect(phone.page.get_by_text("Later. When?")).to_be_visible()
    phone.open()
    swipe(phone.page, -120, 0)
    expect(phone.page.get_by_text("Not this. How far?")).to_be_visible()


def test_the_tip_follows_the_finger_and_returns(phone: Seen) -> None:
    page = phone.open()
    before = page.locator(".top").bounding_box()
    assert before is not None
    hand = swipe(phone.page, 60, 0, let_go=False)
    moved = f"async () => Math.abs(document.querySelector('.top').getBoundingClientRect().x - {before['x'] + 60}) <= 2"
    until(page, moved)
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    until(page, f"async () => document.querySelector('.top').getBoundingClientRect().x === {before['x']}")
    assert page.locator(".top").bounding_box() == before
    expect(page.get_by_role("heading")).to_contain_text(LEASE)


def test_a_swipe_from_the_edge_belongs_to_the_system(phone: Seen) -> None:
    page = phone.open()
    swipe(phone.page, 150, 0, start=(10, 300))
    page.wait_for_timeout(300)
    expect(page.get_by_text("Later. When?")).to_be_hidden()


def test_right_to_left_mirrors_the_words_and_the_swipes(phone: Seen) -> None:
    page = phone.open()
    page.evaluate("document.documentElement.dir = 'rtl'")
    later, turned_away = (page.get_by_role("link", name=name).bounding_box() for name in ("Later", "Not this"))
    assert later is not None
    assert turned_away is not None
    assert later["x"] < turned_away["x"]
    swipe(page, -120, 0)
    expect(page.get_by_text("Later. When?")).to_be_visible()
