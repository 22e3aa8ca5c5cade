"""Google calls: the house asks to be told, hears of a change over real HTTP, and believes no other channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oo.contracts.accounts import Accounts
from oo.contracts.ids import UserId
from oo.contracts.sources import Sources
from oo.entry.server import Tools, application
from oo.entry.wiring import House, house
from oo.kernel.http.client import Client
from oo.kernel.http.site import Sites
from oo.kernel.settings import Settings
from oo.testing.asgi import ask
from oo.testing.determinism import FixedClock
from oo.testing.google.server import Channel, Google
from oo.testing.standins.serving import Standing

pytestmark = pytest.mark.anyio
HERE = "https://oo.example.org"
NINE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class World:
    """A house that the internet reaches, somebody in it, and their Google account."""

    home: House
    clock: FixedClock
    google: Google
    user: UserId

    async def look(self) -> int:
        """What the clock does each moment; how often Google was asked for events."""
        before = self.google.faults.count("GET /calendar/v3/calendars/")
        look = next(job for job in self.home.rooms["integrations"].jobs if job.name == "integrations.look")
        await look.run()
        return self.google.faults.count("GET /calendar/v3/calendars/") - before

    async def busy(self) -> list[int]:
        """The hours at which blocks of busy time begin."""
        return [one.start.hour for one in (await self.home.promises[Sources].inventory(user=self.user)).busy]

    async def told(self, channel: Channel) -> int:
        """What this house answers to a notice of this channel."""
        return await asyncio.to_thread(self.google._notice, channel, "exists")


class Proxy:
    """What stands before a house: takes real requests and hands them on, with the public address, to its loop."""

    def __init__(self) -> None:
        self.app: Any = None
        self.loop = asyncio.get_running_loop()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive()).get("body", b"")
        headers = {name.decode(): value.decode() for name, value in scope["headers"] if name != b"host"}
        asked = ask(self.app, scope["method"], f"{HERE}{scope['path']}", headers=headers, body=body)
        answer = await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked, self.loop))
        await send({"type": "http.response.start", "status": answer.status, "headers": []})
        await send({"type": "http.response.body", "body": answer.body})


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = FixedClock(NINE)
    google, proxy = Google(clock=clock.now), Proxy()
    google.calendar()
    with ExitStack() as open_:
        server, before = open_.enter_context(Standing(google.faults)), open_.enter_context(Standing(proxy))
        google.really = before.url
        settings = Settings(data=tmp_path, public_url=HERE, providers=google.settings(server.url))
        async with house(settings, clock=clock, background=False) as home:
            accounts = home.promises[Accounts]
            session = await accounts.redeem(token=await accounts.owner_link(), device="test")
            proxy.app = application(home.promises, Tools(clock, home.kit.ids, Sites(HERE), home.health))
            who = {"cookie": f"__Host-oo={session.cookie}"}
            gone = await ask(proxy.app, "GET", f"{HERE}/connect/new/google_calendar/go", headers=who)
            assert gone.status == 303, gone.text
            async with Client(allowed={server.host}) as browser:
                back = await browser.ask("GET", gone.headers["location"], follow_redirects=False)
            arrived = await ask(proxy.app, "GET", back.headers["location"], headers=who)
            assert arrived.status == 303, arrived.text
            here = World(home, clock, google, session.user)
            await here.look()
            yield here


async def test_a_change_is_told_by_google_and_read_at_once(world: World) -> None:
    (channel,) = world.google.channels.values()
    assert channel.address == f"{HERE}/hooks/google_calendar"
    world.google.calendar().put("talk", NINE + 3 * HOUR, NINE + 4 * HOUR)
    assert (await world.look(), await world.busy()) == (0, []), "it is not time to ask yet"
    assert await asyncio.to_thread(world.google.notify) == [200]
    assert await world.look() > 0
    assert await world.busy() == [12]
    assert await world.look() == 0, "one notice, one read"


async def test_a_channel_that_is_not_ours_is_refused_and_nothing_is_read(world: World) -> None:
    (channel,) = world.google.channels.values()
    world.google.calendar().put("talk", NINE + 3 * HOUR, NINE + 4 * HOUR)
    other = channel.id.replace(channel.id[:8], "01KOTHER", 1)
    for forged in (
        replace(channel, token="0" * len(channel.token)),
        replace(channel, token=""),
        replace(channel, id=other),  # another connection, with a token that is good for this one
        replace(channel, id="nobody", token="guessed"),
    ):
        assert await world.told(forged) == 403
    assert await world.told(replace(channel, address=f"{HERE}/hooks/caldav")) == 404
    assert (await world.look(), await world.busy()) == (0, [])


async def test_that_a_watch_began_is_no_news(world: World) -> None:
    (channel,) = world.google.channels.values()
    assert await asyncio.to_thread(world.google._notice, channel, "sync") == 200
    assert await world.look() == 0


async def test_a_channel_of_what_was_disconnected_tells_nobody_anything(world: World) -> None:
    (channel,) = world.google.channels.values()
    sources = world.home.promises[Sources]
    (one,) = await sources.connections(user=world.user)
    await sources.disconnect(user=world.user, connection=one.id)
    assert await world.told(channel) == 200, "that it is gone is nobody's business"
    assert (await world.look(), await world.busy()) == (0, [])
