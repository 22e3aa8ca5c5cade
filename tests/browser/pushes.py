"""Notifications in a real Chromium, whose push service is not to be had without Google: what a service of our own has
opened is handed to the worker by the browser's own door for it (`ServiceWorker.deliverPushMessage`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page, Worker
from tests.browser.conftest import Seen
from tests.browser.steps import until

TOKEN = "a-token-of-one-message-and-no-other"
SHOWN = """async () => {
  const at = await navigator.serviceWorker.getRegistration('/push/')
  return (await at.getNotifications()).map(({ title, body, tag, silent, actions }) => (
    { title, body, tag, silent, actions: actions.map(one => one.title) }))
}"""
COUNTING = """window.moved = 0
navigator.serviceWorker?.addEventListener('message', event => { window.moved += !!event.data?.moved })"""
REGISTERED = """async () => {
  const at = await navigator.serviceWorker.register('/push.js', { scope: '/push/' })
  while (!at.active) await new Promise(go => setTimeout(go, 20))
}"""
STAND_IN = """(() => {
  if (!navigator.serviceWorker) return
  let held = JSON.parse(localStorage.getItem('held'))
  const drop = async () => { held = null; localStorage.setItem('held', 'null') }
  const made = said => said && { ...said, toJSON: () => said, unsubscribe: drop }
  PushManager.prototype.getSubscription = async () => made(held)
  PushManager.prototype.subscribe = async options => {
    held = await window.subscribing(options.applicationServerKey.length)
    localStorage.setItem('held', JSON.stringify(held))
    return made(held)
  }
})()"""
"""In the place of the browser's own push service; what it gives are keys of a stand-in that opens what is sealed."""


@dataclass
class Device:
    """A page with the worker of notifications."""

    page: Page
    door: CDPSession
    registration: str
    origin: str

    def push(self, *several: dict[str, Any] | str) -> None:
        """Pushes arrive, one right after the other, and the worker has told the page so.

        Chromium forgets what is on its way to the screen when it is asked just then what is shown.
        """
        before = self.page.evaluate("moved")
        for said in several:
            data = said if isinstance(said, str) else json.dumps(said)
            self.door.send(
                "ServiceWorker.deliverPushMessage",
                {"origin": self.origin, "registrationId": self.registration, "data": data},
            )
        until(self.page, f"async () => moved === {before + len(several)}")

    def shown(self) -> list[dict[str, Any]]:
        """What the device shows."""
        found: list[dict[str, Any]] = self.page.evaluate(SHOWN)
        return found

    def wait(self, holds: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """What the device shows once it is so."""
        for _ in range(600):
            if holds(found := self.shown()):
                return found
            self.page.wait_for_timeout(50)
        raise AssertionError(found)

    def worker(self) -> Worker:
        """The worker, which has been woken by a push."""
        return next(one for one in self.page.context.service_workers if one.url.endswith("/push.js"))

    def press(self, action: str = "") -> None:
        """Press a button of what is shown, or the whole of it, and wait for what the worker does then.

        The browser sends this event for a click that no test can make; one that a script makes cannot be waited for
        with its own `waitUntil`, so it is given one that can.
        """
        self.worker().evaluate(
            """async action => {
              const [notification] = await registration.getNotifications()
              const event = new NotificationEvent('notificationclick', { notification, action })
              let over
              Object.defineProperty(event, 'waitUntil', { value: doing => { over = doing } })
              dispatchEvent(event)
              await over
            }""",
            action,
        )


def device(watched: Seen) -> Device:
    """The page's device, with notifications allowed and their worker running."""
    page, origin = watched.page, watched.origin
    page.context.grant_permissions(["notifications"], origin=origin)
    watched.open()
    page.evaluate(REGISTERED)
    return found(watched)


def found(watched: Seen) -> Device:
    """The device of a page whose worker of notifications is there."""
    page = watched.page
    door, known = page.context.new_cdp_session(page), {}
    door.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.update({one["scopeURL"]: one["registrationId"] for one in told["registrations"]}),
    )
    door.send("ServiceWorker.enable")
    page.add_init_script(COUNTING)
    page.evaluate(COUNTING)
    for _ in range(600):
        if registration := known.get(f"{watched.origin}/push/"):
            return Device(page, door, registration, watched.origin)
        page.wait_for_timeout(50)
    raise AssertionError(known)


def a_push(origin: str, tip: str, **changes: Any) -> dict[str, Any]:
    """A tip as the channel writes it."""
    data = {
        "kind": "tip",
        "device": "device-1",
        "tip": tip,
        "url": f"{origin}/",
        "token": TOKEN,
        "answers": [["done", "Done"], ["snooze", "Later"]],
    }
    look = {"title": "Send Lena the signed lease.", "body": "It was due yesterday.", "tag": "the-tip", "lang": "en"}
    shown = {**look, "navigate": f"{origin}/", "dir": "auto", "silent": False, "data": data, **changes}
    return {"web_push": 8030, "notification": shown, "mutable": True}
