"""A house with five people in it: Milo, whose things are asked for, and those who ask."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from oo.contracts.accounts import Accounts
from oo.contracts.deliveries import Deliveries
from oo.contracts.forgetting import Forgetting
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.sources import Sources
from oo.contracts.tips import Reaction, Tips
from oo.entry import server
from oo.entry.wiring import House, house
from oo.kernel.http.site import Sites
from oo.kernel.http.throttle import Pace
from oo.kernel.settings import Settings
from oo.ml.serving import passes
from oo.testing.asgi import Answer, ask
from oo.testing.databases import address
from oo.testing.determinism import FixedClock

CANARIES = ("Xylophone", "Zanzibar")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a cookie, or without."""

    user: UserId | None = None
    cookie: str = ""
    csrf: str = ""


@dataclass
class World:
    """The house, its application, who asks, and what is Milo's."""

    home: House
    app: Any
    routes: list[Route]
    visitors: dict[str, Visitor] = field(default_factory=dict)
    milos: dict[str, str] = field(default_factory=dict)
    canaries: tuple[str, ...] = CANARIES
    asked: int = 0

    async def export(self) -> Any:
        """Everything of Milo's, but for the time of asking."""
        milo = self.visitors["milo"].user
        assert milo is not None
        return (await self.home.promises[Forgetting].export(user=milo))["rooms"]

    async def ask(self, who: str, method: str, path: str, **sent: Any) -> Answer:
        """The answer to a visitor's browser on our own page."""
        visitor = self.visitors[who]
        headers = {"accept": "text/html", "origin": "http://127.0.0.1:8042", "sec-fetch-site": "same-origin"}
        if visitor.cookie:
            headers["cookie"] = visitor.cookie
        if isinstance(sent.get("form"), dict):
            sent["form"] = {**sent["form"], "csrf": visitor.csrf}
        self.asked += 1  # from a new address each time: what fails at the door is counted by address
        client = f"10.{self.asked >> 16}.{self.asked >> 8 & 255}.{self.asked & 255}"
        return await ask(self.app, method, path, headers=headers, client=client, **sent)


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    data: Path = tmp_path_factory.mktemp("isolation")
    clock = FixedClock()
    async with contextlib.AsyncExitStack() as open_:
        where = Settings(data=data, files=(data,), database_url=open_.enter_context(address(data)))
        home = await open_.enter_async_context(house(where, clock=clock))
        quick = Pace(burst=100_000)  # these tests ask faster than people do
        tools = server.Tools(
            home.kit.clock, home.kit.ids, Sites(), home.health, pace=quick, passes=passes(where, clock, home.kit.ids)
        )
        app = server.application(home.promises, tools)
        routes = [route for route in server.inside(home.promises, tools)[0].router.routes if isinstance(route, Route)]
        here = World(home, app, routes, {"anonymous": Visitor()})
        here.visitors["expired"] = await _signed_in(here, "Eve")
        clock.advance(timedelta(days=100))
        here.visitors["admin"] = await _signed_in(here, None)
        here.visitors["milo"] = await _signed_in(here, "Milo")
        here.visitors["other"] = await _signed_in(here, "Lena")
        here.visitors["deleted"] = gone = await _signed_in(here, "Dana")
        assert gone.user is not None
        await home.promises[Forgetting].erase(user=gone.user)
        await _give_milo_things(here)
        yield here


async def _signed_in(world: World, name: str | None) -> Visitor:
    accounts = world.home.promises[Accounts]
    token = await accounts.owner_link() if name is None else await accounts.invite(name=name)
    answer = await ask(world.app, "GET", f"/sign-in/{token}")
    cookie = answer.headers["set-cookie"].split(";")[0]
    identity = await accounts.authenticate(cookie=cookie.partition("=")[2])
    assert identity is not None
    assert identity.admin == (name is None)
    return Visitor(identity.user, cookie, identity.csrf)


async def _give_milo_things(world: World) -> None:
    """Things on the mind, a tip that stands, one that was turned away, and a session."""
    promises = world.home.promises
    tips, sources, accounts = promises[Tips], promises[Sources], promises[Accounts]
    milo = world.visitors["milo"]
    assert milo.user is not None
    await sources.write_mind(user=milo.user, things=[f"Tune the {CANARIES[0]}", f"Write to {CANARIES[1]}"])
    first = (await tips.recommend(user=milo.user)).tip
    assert first is not None
    await tips.react(user=milo.user, reaction=Reaction("milo-1", DecisionId(first.id), "dismiss", scope="item"))
    second = (await tips.recommend(user=milo.user)).tip
    assert second is not None
    identity = await accounts.authenticate(cookie=milo.cookie.partition("=")[2])
    assert identity is not None
    [hold] = await tips.held(user=milo.user)
    [connection] = await sources.connections(user=milo.user)
    device = await promises[Deliveries].subscribe(
        user=milo.user,
        channel="webhook",
        values={"url": "https://example.org/milo", "secret": f"{CANARIES[0]} before {CANARIES[1]}"},
        name=CANARIES[0],
    )
    world.milos |= {"device": device.id} | {
        "tip": second.id,
        "hold": hold.id,
        "session": identity.session,
        "connection": connection.id,
    }
    # Let the background come to rest, so that all that changes afterwards was changed by a request.
    await world.home.relay.settled(2.0)
    before: Any = None
    while (now := await world.export()) != before:
        before = now
        await asyncio.sleep(0.3)
    for _ in range(300):  # on a slow machine, what is done in the background takes its time
        if not await world.home.jobs.failing():
            return
        await asyncio.sleep(0.1)
    assert await world.home.jobs.failing() == []
