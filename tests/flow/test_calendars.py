"""Calendars through the shipped application: connected on the page, read over HTTP; a meeting silences."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.flow.test_one_tip import HERE, Life, sent_with

from oo.contracts.accounts import Accounts
from oo.entry import server
from oo.entry.wiring import house
from oo.kernel.http.site import Sites
from oo.kernel.settings import Settings
from oo.testing.caldav.server import PASSWORD, USER, Dav
from oo.testing.databases import address
from oo.testing.determinism import FixedClock
from oo.testing.feeds.server import SECRET, Feed
from oo.testing.google.server import Google
from oo.testing.standins.serving import Standing

pytestmark = pytest.mark.anyio
NINE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class World(Life):
    """A person, and the servers that they have things at."""

    dav: Dav | None = None
    feed: Feed | None = None
    feed_url: str = ""
    google: Google | None = None

    async def page(self, *texts: str) -> str:
        """The tip page as soon as it has these texts."""
        for _ in range(200):
            page = (await self.get("/")).text
            if all(text in page for text in texts):
                return page
            await asyncio.sleep(0.1)
        raise AssertionError(f"{texts} never came: {page}")

    async def look(self) -> None:
        """Let the quarter of an hour pass in which every source is asked again."""
        self.clock.advance(timedelta(minutes=15))


def event(uid: str, start: datetime, end: datetime) -> str:
    lines = ("BEGIN:VEVENT", f"UID:{uid}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}")
    return "\r\n".join((*lines, "DTSTAMP:20261101T080000Z", "SUMMARY:Secret talk", "END:VEVENT"))


def calendar(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//", *events, "END:VCALENDAR", ""]).encode()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    file = tmp_path / "files" / "todo.txt"
    file.parent.mkdir()
    file.write_text("(A) 2026-11-02 Call the plumber +home\n")
    clock = FixedClock(NINE)
    feed, google = Feed(calendar()), Google(clock=clock.now)
    google.calendar()
    async with contextlib.AsyncExitStack() as open_:
        dav = open_.enter_context(Dav(tmp_path / "dav"))
        dav.calendar("tasks", "VTODO")
        dav.calendar("work", "VEVENT")
        feeds = open_.enter_context(Standing(feed.faults))
        goo = open_.enter_context(Standing(google.faults))
        where = Settings(
            data=tmp_path / "oo",
            files=(file.parent,),
            database_url=open_.enter_context(address(tmp_path)),
            private_hosts=(dav.standing.host, feeds.host),
            providers=google.settings(goo.url),
        )
        home = await open_.enter_async_context(house(where, clock=clock))
        tools = server.Tools(home.kit.clock, home.kit.ids, Sites(), home.health)
        here = World(home, server.application(home.promises, tools), clock, file)
        here.dav, here.feed, here.feed_url, here.google = dav, feed, f"{feeds.url}{SECRET}", google
        token = await home.promises[Accounts].owner_link()
        opened = await here.get(f"/sign-in/{token}")
        here.cookie = opened.headers["set-cookie"].split(";")[0]
        identity = await home.promises[Accounts].authenticate(cookie=here.cookie.partition("=")[2])
        assert identity is not None
        here.csrf = identity.csrf
        yield here


async def connected(world: World, connector: str, **given: str) -> str:
    """Connect on the page; the connection's own page."""
    answer = await world.post(f"/connect/new/{connector}", **given)
    assert answer.status == 303, answer.text
    return answer.headers["location"]


async def test_a_meeting_of_a_feed_silences_and_the_tip_comes_back_after_it(world: World) -> None:
    assert world.feed is not None
    world.feed.body = calendar(event("1", NINE + HOUR, NINE + 2 * HOUR))
    await world.post("/connect/files", path=str(world.file))
    await connected(world, "calendar_feed", address=world.feed_url)
    await world.page("Call the plumber", "free until 10:00")
    assert world.feed.full == 1, "what was tried is what is read first"
    world.clock.set(NINE + HOUR + timedelta(minutes=5))
    await world.page("Nothing now.")
    world.clock.set(NINE + 2 * HOUR)
    await world.page("Call the plumber")
    assert "Secret" not in (await world.get("/connect")).text


async def test_a_task_at_radicale_is_the_tip_and_done_is_written_there(world: World) -> None:
    assert world.dav is not None
    lines = ("BEGIN:VTODO", "UID:1", "DTSTAMP:20261101T080000Z", "SUMMARY:Send the form", "DUE;VALUE=DATE:20261120")
    world.dav.put("/ada/tasks/1.ics", *lines, "END:VTODO")
    world.dav.put("/ada/work/2.ics", event("2", NINE + 3 * HOUR, NINE + 4 * HOUR))
    await connected(world, "caldav", address=world.dav.url, user=USER, password=PASSWORD)
    page = await world.page("Send the form", "free until 12:00")
    assert (await world.post("/", action="done", **sent_with(page))).status == 303
    assert "COMPLETED" not in world.dav.get("/ada/tasks/1.ics"), "undo is open"
    world.clock.advance(timedelta(seconds=10))
    for _ in range(200):
        if "STATUS:COMPLETED" in world.dav.get("/ada/tasks/1.ics"):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it was never written")


async def test_google_is_let_in_read_and_given_back(world: World) -> None:
    google = world.google
    assert google is not None
    google.calendar().put("talk", NINE + HOUR, NINE + 2 * HOUR)
    await world.post("/connect/files", path=str(world.file))
    gone = await world.get("/connect/new/google_calendar/go")
    assert gone.status in (302, 303)
    async with httpx2.AsyncClient(trust_env=False) as browser:
        back = (await browser.get(gone.headers["location"])).headers["location"]
    query = urlsplit(back)
    assert back.startswith(HERE) and parse_qs(query.query)["state"]
    arrived = await world.get(f"{query.path}?{query.query}")
    assert arrived.status == 303, arrived.text
    await world.page("Call the plumber", "free until 10:00")
    google.calendar().remove("talk")
    google.access.expire()
    await world.look()
    for _ in range(200):
        if "free until" not in (await world.get("/")).text:
            break
        await asyncio.sleep(0.1)
    else:
        raise AssertionError("the meeting that was called off is still there")
    assert google.access.refreshed == 1
    assert (await world.post(f"{arrived.headers['location']}/forget")).status == 200
    for _ in range(200):
        if google.access.revoked:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the token was never given back")


async def test_a_nextcloud_lets_oo_in_without_any_password_typed(world: World) -> None:
    assert world.dav is not None
    flow = world.dav.flow
    flow.on = True
    lines = ("BEGIN:VTODO", "UID:1", "DTSTAMP:20261101T080000Z", "SUMMARY:Send the form", "END:VTODO")
    world.dav.put("/ada/tasks/1.ics", *lines)
    begun = await world.post("/connect/new/caldav/allow", address=world.dav.url)
    assert f"{world.dav.url}login/v2/flow/" in begun.text
    waits = await world.post(
        "/connect/new/caldav/allowed", address=world.dav.url, allow=f"{world.dav.url}login/v2/flow/abc"
    )
    assert waits.status != 303, "it is not allowed yet"
    flow.allowed = True
    done = await world.post(
        "/connect/new/caldav/allowed", address=world.dav.url, allow=f"{world.dav.url}login/v2/flow/abc"
    )
    assert done.status == 303, done.text
    await world.page("Send the form")
    assert flow.given == 1
    gone = await world.post(f"{done.headers['location']}/forget")
    assert (gone.status, flow.returned) == (200, 1), "its password is given back"


async def test_an_address_of_this_network_is_not_asked_unless_it_is_named(world: World) -> None:
    elsewhere = Feed(calendar())
    with Standing(elsewhere.faults) as standing:
        for url, said in (
            (standing.url.replace("http:", "https:"), "not on the public internet"),
            (standing.url, "begins with https"),
            ("http://calendar.example.com", "begins with https"),
        ):
            answer = await world.post("/connect/new/calendar_feed", address=f"{url}{SECRET}")
            assert answer.status != 303
            assert said in answer.text
    assert elsewhere.faults.asked == []
