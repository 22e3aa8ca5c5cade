"""Swipes on a phone: up is main, to the end is Later, to the start is Not this."""

from __future__ import annotations

import pytest
from playwright.sync_api import CDPSession, expect
from tests.browser.conftest import Seen

pytestmark = pytest.mark.browser
LEASE = "Send Lena the signed lease."


def swipe(seen: Seen, dx: int, dy: int, *, start: tuple[int, int] = (195, 300), let_go: bool = True) -> CDPSession:
    """Draw a finger over the face, slowly enough that only the distance counts."""
    hand = seen.page.context.new_cdp_session(seen.page)
    x, y = start
    hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        seen.page.wait_for_timeout(25)
        point = {"x": x + dx * step / 10, "y": y + dy * step / 10}
        hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    if let_go:
        hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    return hand


def test_up_is_done(phone: Seen) -> None:
    phone.open()
    swipe(phone, 0, -120)
    expect(phone.page.get_by_role("heading")).to_have_text("Done.")


def test_to_the_end_opens_later_and_to_the_start_not_this(phone: Seen) -> None:
    phone.open()
    swipe(phone, 120, 0)
    expect(phone.page.get_by_text("Later. When?")).to_be_visible()
    phone.open()
    swipe(phone, -120, 0)
    expect(phone.page.get_by_text("Not this. How far?")).to_be_visible()


def test_the_tip_follows_the_finger_and_returns(phone: Seen) -> None:
    page = phone.open()
    before = page.locator(".top").bounding_box()
    assert before is not None
    hand = swipe(phone, 60, 0, let_go=False)
    page.wait_for_timeout(100)
    moved = page.locator(".top").bounding_box()
    assert moved is not None
    assert moved["x"] - before["x"] == pytest.approx(60, abs=2)
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(300)
    assert page.locator(".top").bounding_box() == before
    expect(page.get_by_role("heading")).to_contain_text(LEASE)


def test_a_swipe_from_the_edge_belongs_to_the_system(phone: Seen) -> None:
    page = phone.open()
    swipe(phone, 150, 0, start=(10, 300))
    page.wait_for_timeout(300)
    expect(page.get_by_text("Later. When?")).to_be_hidden()
