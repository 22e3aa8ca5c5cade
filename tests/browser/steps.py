"""What is done in a browser by several tests and photographs: lose the network, wait for what is kept, swipe."""

from __future__ import annotations

import contextlib

from playwright.sync_api import BrowserContext, CDPSession, Error, Page, expect


def ready(page: Page) -> None:
    """Wait until what is needed offline is kept."""
    until(page, "async () => !!navigator.serviceWorker.controller && !!await caches.match('/offline')")
    if page.locator("main.tip").count():
        until(page, "async () => !!await caches.match('/offline?kept')")


def until(page: Page, holds: str) -> None:
    """Wait until an asynchronous condition holds."""
    for _ in range(600):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    raise AssertionError(holds)


def offline(context: BrowserContext) -> Page:
    """Take the network away; the page notices."""
    context.set_offline(True)
    page = context.pages[0]
    expect(page.locator(".note")).to_contain_text("Offline.")
    return page


def online(context: BrowserContext) -> Page:
    """Give the network back."""
    context.set_offline(False)
    return context.pages[0]


def heading(page: Page, text: str) -> None:
    """Wait until this is the heading."""
    expect(page.get_by_role("heading")).to_contain_text(text)


def swipe(page: Page, dx: int, dy: int, *, start: tuple[int, int] = (195, 300), let_go: bool = True) -> CDPSession:
    """Draw a finger over the face, slowly enough that only the distance counts."""
    hand = page.context.new_cdp_session(page)
    x, y = start
    hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        page.wait_for_timeout(25)
        point = {"x": x + dx * step / 10, "y": y + dy * step / 10}
        hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    if let_go:
        hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    return hand


def swiped_away(page: Page) -> None:
    """A finger on the way to the end side, far enough to act, not let go."""
    swipe(page, 110, 0, let_go=False)


def closed(context: BrowserContext) -> None:
    """Close it when its pages rest: Chromium may never say that one is closed which was on its way elsewhere."""
    for page in context.pages:
        with contextlib.suppress(Error):  # that way may end just now
            page.goto("about:blank")
    context.close()
