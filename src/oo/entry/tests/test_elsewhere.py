"""Sources elsewhere through the whole house: called from outside, and left by who is erased."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from oo.contracts.accounts import Accounts
from oo.contracts.forgetting import Forgetting
from oo.contracts.ids import ConnectionId, UserId
from oo.contracts.sources import Sources
from oo.entry.server import Tools, application
from oo.entry.wiring import House, house
from oo.kernel.http.client import Client
from oo.kernel.http.site import Sites
from oo.kernel.settings import Settings
from oo.testing.asgi import ask
from oo.testing.determinism import FixedClock
from oo.testing.standins.serving import Standing
from oo.testing.todoist.server import Todoist, notice

pytestmark = pytest.mark.anyio
HERE = "http://127.0.0.1:8042"


@dataclass(slots=True)
class World:
    """A house, its door, somebody signed in, and their Todoist."""

    home: House
    app: Any
    clock: FixedClock
    todoist: Todoist
    server: Standing
    user: UserId
    cookie: str

    async def get(self, address: str, cookie: str = "") -> Any:
        """A page, as the browser of who is signed in asks for it."""
        return await ask(self.app, "GET", f"{HERE}{address}", headers={"cookie": f"oo={cookie or self.cookie}"})

    async def answered(self) -> str:
        """The address by which the provider sends the browser back."""
        gone = await self.get("/connect/new/todoist/go")
        assert gone.status == 303, gone.text
        async with Client(allowed={self.server.host}) as browser:
            back = await browser.ask("GET", gone.headers["location"], follow_redirects=False)
        to = back.headers["location"]
        assert to.startswith(f"{HERE}/oauth/callback/todoist?")
        return to.removeprefix(HERE)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = FixedClock(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    todoist = Todoist(clock.now)
    with Standing(todoist.faults) as server:
        providers: Any = todoist.settings(server.url)
        async with house(Settings(data=tmp_path, providers=providers), clock=clock, background=False) as home:
            accounts = home.promises[Accounts]
            session = await accounts.redeem(token=await accounts.owner_link(), device="test")
            app = application(home.promises, Tools(clock, home.kit.ids, Sites(), home.health))
            yield World(home, app, clock, todoist, server, session.user, session.cookie)


async def test_from_the_page_to_the_provider_and_back(world: World) -> None:
    world.todoist.account().add("Buy milk")
    page = await world.get("/connect/new/todoist")
    assert "To know what is open" in page.text
    back = await world.answered()
    stranger = await ask(world.app, "GET", f"{HERE}{back}")
    assert (stranger.status, stranger.headers["location"]) == (303, "/sign-in")
    there = await world.get(back)
    assert there.status == 303
    assert there.headers["location"].startswith("/connect/")
    assert "code" not in there.headers["location"]
    assert there.headers["referrer-policy"] in ("no-referrer", "same-origin")
    again = await world.get(back)
    assert again.status == 403
    assert "Begin again" in again.text
    assert parse_qs(urlsplit(back).query)["code"][0] not in again.text


async def test_until_there_is_a_client_its_owner_reads_how_to_make_one(tmp_path: Path) -> None:
    clock = FixedClock()
    async with house(Settings(data=tmp_path), clock=clock, background=False) as home:
        accounts = home.promises[Accounts]
        owner = await accounts.redeem(token=await accounts.owner_link(), device="test")
        guest = await accounts.redeem(token=await accounts.invite(name="Milo"), device="test")
        app = application(home.promises, Tools(clock, home.kit.ids, Sites(), home.health))
        mine = await ask(app, "GET", f"{HERE}/connect/new/todoist", headers={"cookie": f"oo={owner.cookie}"})
        assert f"{HERE}/oauth/callback/todoist" in mine.text
        assert "OO_TODOIST_CLIENT_ID" in mine.text
        theirs = await ask(app, "GET", f"{HERE}/connect/new/todoist", headers={"cookie": f"oo={guest.cookie}"})
        assert "OO_TODOIST_CLIENT_ID" not in theirs.text
        assert "Whoever runs this oO" in theirs.text


async def test_a_webhook_comes_in_by_its_signature_alone(world: World) -> None:
    await world.get(await world.answered())
    bread = world.todoist.account().add("Buy bread")
    headers, body = notice("item:added", bread)
    called = await ask(world.app, "POST", f"{HERE}/hooks/todoist", body=body, headers=headers)
    assert called.status == 200
    false, _ = notice("item:added", bread, secret="guessed")
    assert (await ask(world.app, "POST", f"{HERE}/hooks/todoist", body=body, headers=false)).status == 403
    assert (await ask(world.app, "POST", f"{HERE}/hooks/nothing", body=body, headers=headers)).status == 404


async def test_who_is_erased_leaves_no_row_and_access_is_given_back_once(world: World) -> None:
    to = (await world.get(await world.answered())).headers["location"]
    assert ConnectionId(to.rpartition("/")[2])
    world.todoist.faults.fail(503, path="/revoke")  # it is down just now
    await world.home.promises[Forgetting].erase(user=world.user)
    account = world.todoist.account().id
    assert world.todoist.access.living(account) == 2
    world.todoist.faults.heal()
    give_back = next(job for job in world.home.rooms["integrations"].jobs if job.name == "integrations.give-back")
    for _ in range(3):
        world.clock.advance(3_600)
        await give_back.run()
    assert world.todoist.access.living(account) == 0
    assert len([token for token in world.todoist.access.revoked if token.startswith("rt_")]) == 1
    assert await asyncio.to_thread(world.home.kit.keys.users) == []


async def test_what_is_on_a_page_is_no_source_s_own_html(world: World) -> None:
    world.todoist.account().add("<script>alert(1)</script> & more")
    one = await world.get((await world.get(await world.answered())).headers["location"])
    assert "<script>alert" not in one.text
    assert await world.home.promises[Sources].connections(user=world.user)
