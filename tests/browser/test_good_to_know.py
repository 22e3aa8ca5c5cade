"""Advice and insights in a browser: in a real house from an agent to Settings, and on a device without a connection."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from queue import Queue

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP, PATIENCE, Seen
from tests.browser.steps import closed, heading, offline, online, ready, swipe
from tests.browser.test_offline import ONE_TAP
from tests.flow.test_one_tip import living

from oo.apps.web.tests.standins import thought_of, tip_of
from oo.contracts.accounts import Accounts
from oo.contracts.profiles import Profiles

pytestmark = pytest.mark.browser
STRONG = "A strong day: 5 done, 2 is normal."
SECONDS = 60
TODAY = date(2026, 11, 21)
"""The day of the house's clock, which stands."""


def past() -> str:
    """Two things a day for four weeks, five today, and one that has long been open."""
    stamps = [TODAY - timedelta(days=back) for back in range(1, 30) for _ in range(2)] + [TODAY] * 5
    done = "".join(f"x {stamp} Thing {place} +home\n" for place, stamp in enumerate(stamps))
    return done + "2026-10-01 Clean the windows\n"


@dataclass
class House:
    """A house that a browser can reach, with the cookie of who lives there."""

    origin: str
    cookie: str


async def serve(folder: Path, there: Queue[House | BaseException], over: asyncio.Event) -> None:
    """A house whose agent has seen the past, until it is over."""
    async with living(folder, past()) as life:
        [lena] = await life.home.promises[Accounts].people()
        # Nobody is hurried, and no device tells of another zone: the tip would be decided anew while it is looked at.
        known = {"undo_seconds": "80", "zone": "Europe/Berlin"}
        await life.home.promises[Profiles].change(user=lena.id, values=known)
        assert (await life.post("/connect/files", path=str(life.file))).status == 303
        await life.home.relay.settled(SECONDS)
        heard = await life.call("/api/agents/momentum/compute", {})
        assert heard["snippet"]["text"] == STRONG and heard["snippet"]["insight"]
        await life.home.relay.settled(SECONDS)
        quiet = uvicorn.Config(life.app, log_config=None, access_log=False, lifespan="off")
        server, door = uvicorn.Server(quiet), socket.create_server(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve(sockets=[door]))
        there.put(House(f"http://127.0.0.1:{door.getsockname()[1]}", life.cookie.partition("=")[2]))
        await over.wait()
        server.should_exit = True
        await serving


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    there: Queue[House | BaseException] = Queue()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    def run() -> None:
        try:
            loop.run_until_complete(serve(tmp_path, there, over))
        except BaseException as fault:  # the test says it, whose thread this is not
            there.put(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    found = there.get(timeout=SECONDS)
    if isinstance(found, BaseException):
        raise found
    yield found
    loop.call_soon_threadsafe(over.set)
    thread.join(SECONDS)


def test_an_insight_from_its_agent_to_settings_and_back(house: House, browser: Browser) -> None:
    context = browser.new_context(viewport=DESKTOP, timezone_id="Europe/Berlin", reduced_motion="reduce")
    context.add_cookies([{"name": "oo", "value": house.cookie, "url": house.origin}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(house.origin)

    stands(page)
    expect(page.locator("h1 em")).to_have_text("5")
    page.keyboard.press("s")
    page.get_by_text("Why?").click()
    expect(page.get_by_text("Momentum saw it in what you let oO read.")).to_be_visible()
    stands(page)
    page.get_by_role("link", name="Not true?").click()
    expect(page.locator("#of-momentum")).to_be_in_viewport()
    expect(page.locator("#of-momentum")).to_contain_text("A normal day is two things.")

    page.goto(house.origin)
    page.get_by_role("button", name="Good to know").click()
    heading(page, "Noted.")
    expect(page.locator(".line")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    stands(page)

    page.keyboard.press("x")
    row = page.get_by_role("button", name="Insights")
    expect(row).to_contain_text("None of this kind for a month, or until you allow it in Settings.")
    expect(page.get_by_role("button", name="Momentum")).to_contain_text("Not for a month.")
    row.click()
    heading(page, "None of this kind for a month.")
    page.goto(house.origin)
    heading(page, "Clean the windows")

    page.goto(house.origin + "/settings")
    held = page.locator("#held form", has_text="Insights")
    expect(held).to_contain_text("until")
    held.get_by_role("button", name="Allow").click()
    expect(page.locator("main h1")).to_have_text("Settings")
    expect(page.locator("#held")).to_have_count(0)
    page.goto(house.origin)
    page.get_by_role("button", name="Done").click()
    heading(page, "Done.")
    page.goto(house.origin)
    stands(page)
    assert complaints == []
    closed(context)


def stands(page: Page) -> None:
    """The insight with its two words, and no list."""
    heading(page, STRONG)
    expect(page.get_by_role("button", name="Good to know")).to_be_visible()
    expect(page.get_by_role("link", name="Not this")).to_be_visible()
    expect(page.get_by_role("link", name="Later")).to_have_count(0)
    expect(page.locator(".list")).to_have_count(0)


@pytest.mark.parametrize(
    ("kind", "verb", "after"), [("insight", "Good to know", "Noted."), ("advice", "Will do", "Good.")]
)
def test_without_a_connection_it_is_kept_with_its_own_words_and_sent_once(
    desktop: Seen, kind: str, verb: str, after: str
) -> None:
    tips = desktop.site.tips
    tips.queue = [
        thought_of(kind, STRONG, desktop.site.clock),
        tip_of("Ask Tom for the gate code.", desktop.site.clock),
    ]
    page = desktop.open()
    ready(page)
    page = offline(page.context)
    page.reload()
    heading(page, STRONG)
    if kind == "insight":
        page.goto(desktop.origin + "/?open=later")
        stands(page)
    page.get_by_role("button", name=verb).click()
    heading(page, after)
    expect(page.locator(".note")).to_have_text(ONE_TAP)
    page.reload()
    heading(page, after)
    assert not tips.reactions
    online(page.context)
    heading(page, "Ask Tom for the gate code.")
    assert [(one.tip, one.action) for one in tips.reactions.values()] == [("thought", "done")]
    desktop.complaints[:] = [said for said in desktop.complaints if "net::ERR_" not in said]


def test_no_key_and_no_swipe_puts_an_insight_off(phone: Seen) -> None:
    phone.site.tips.queue = [thought_of("insight", STRONG, phone.site.clock)]
    page = phone.open()
    stands(page)
    looks: list[str] = []
    page.on("request", lambda request: looks.append(request.url))
    page.keyboard.press("s")
    swipe(page, 200, 0)
    page.wait_for_function("!document.querySelector('.top').style.transform")
    stands(page)
    assert [url for url in looks if "open" in url] == [] and not phone.site.tips.reactions
    swipe(page, 0, -200)
    heading(page, "Noted.")
    assert [one.action for one in phone.site.tips.reactions.values()] == ["done"]
