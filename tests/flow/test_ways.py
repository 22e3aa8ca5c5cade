"""The whole house: a way is added on the page, asked, tested, answered and stopped, with real servers at its ends."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from oo.contracts.accounts import Accounts
from oo.entry import server
from oo.entry.wiring import house
from oo.kernel.http.site import Sites
from oo.kernel.settings import Settings
from oo.ml.serving import passes
from oo.plugins.channels.ntfy.tests.standin import standin as ntfy
from oo.testing.asgi import Answer, ask
from oo.testing.databases import address
from oo.testing.determinism import FixedClock
from oo.testing.mail import mail_server
from oo.testing.push import push_service

pytestmark = pytest.mark.anyio


class Owner:
    """The owner's browser."""

    def __init__(self, app: Any, cookie: str, csrf: str, clock: FixedClock) -> None:
        self._app, self._cookie, self._csrf, self.clock = app, cookie, csrf, clock

    async def get(self, path: str) -> str:
        """A page's text."""
        return (await self._ask("GET", path)).text

    async def post(self, path: str, **form: str) -> Answer:
        """The answer to a form."""
        return await self._ask("POST", path, form={"csrf": self._csrf, **form})

    async def say(self, path: str, **data: Any) -> Any:
        """The answer to a script."""
        return (await self._ask("POST", path, data=data)).json()

    async def nobody(self, method: str, path: str, **form: str) -> Answer:
        """The answer to somebody without a session, such as a mail program."""
        sent: dict[str, Any] = {} if method == "GET" else {"form": form}
        return await ask(self._app, method, path, headers={"accept": "text/html"}, **sent)

    async def _ask(self, method: str, path: str, **sent: Any) -> Answer:
        headers = {"accept": "text/html", "sec-fetch-site": "same-origin", "cookie": self._cookie}
        return await ask(self._app, method, path, headers=headers, **sent)


@asynccontextmanager
async def owner(folder: Path, **settings: Any) -> AsyncIterator[Owner]:
    """A house with these settings, and its owner signed in."""
    clock = FixedClock()
    with address(folder) as url:
        where = Settings(data=folder, files=(folder,), database_url=url, **settings)
        async with house(where, clock=clock, background=False) as home:
            kit, accounts = home.kit, home.promises[Accounts]
            lent = passes(where, clock, kit.ids)
            app = server.application(home.promises, server.Tools(kit.clock, kit.ids, Sites(), home.health, passes=lent))
            entered = await ask(app, "GET", f"/sign-in/{await accounts.owner_link()}")
            cookie = entered.headers["set-cookie"].split(";")[0]
            identity = await accounts.authenticate(cookie=cookie.partition("=")[2])
            assert identity is not None
            yield Owner(app, cookie, identity.csrf, clock)


def device_in(page: str) -> str:
    """The id of the one device on the page."""
    [found] = re.findall(r'data-device="([^"]+)"', page)
    return str(found)


async def test_ntfy_is_added_tested_and_stopped_on_the_page(tmp_path: Path) -> None:
    with ntfy() as phone:
        async with owner(tmp_path, channel_hosts=phone.desk.host) as browser:
            added = await browser.post("/settings/way", channel="ntfy", **phone.values)
            assert added.headers["location"] == "/settings?told=added#ways", added.text
            device = device_in(await browser.get("/settings"))
            tested = await browser.post("/settings/way/test", device=device)
            assert tested.headers["location"] == "/settings?told=sent#ways", tested.text
            [read] = phone.read()
            assert read.title == "This is how a tip arrives."
            assert "Last reached today" in await browser.get("/settings")
            await browser.post("/settings/way/stop", device=device)
            assert "data-device" not in await browser.get("/settings")


async def test_a_mail_address_says_yes_by_its_link_and_stops_in_one_click(tmp_path: Path) -> None:
    with mail_server() as inbox:
        async with owner(tmp_path, smtp_url=inbox.url, mail_from="oO <oo@example.org>") as browser:
            added = await browser.post("/settings/way", channel="email", to="owner@example.org")
            assert added.headers["location"] == "/settings?told=asked#ways", added.text
            assert "Nothing comes before its yes." in await browser.get("/settings")
            part = inbox.mails[0].get_body(("plain",))
            assert part is not None
            found = re.search(r"(/answer/confirm/\S+)", part.get_content())
            assert found is not None
            asked = await browser.nobody("GET", found[1])
            assert "Is this your address?" in asked.text
            assert "Nothing comes before its yes." in await browser.get("/settings"), "a look is no yes"
            assert (await browser.nobody("POST", found[1])).status == 200
            assert "Nothing comes before its yes." not in await browser.get("/settings")
            stop = re.search(r"(/answer/stop/[^>]+)", inbox.mails[0]["List-Unsubscribe"])
            assert stop is not None
            one_click = await browser.nobody("POST", stop[1], **{"List-Unsubscribe": "One-Click"})
            assert one_click.status == 200
            assert "data-device" not in await browser.get("/settings")


async def test_a_browser_is_let_in_reached_and_mended(tmp_path: Path) -> None:
    with push_service() as service:
        async with owner(tmp_path, push_hosts=service.desk.host, channel_hosts=service.desk.host) as browser:
            first = service.subscribe("phone")
            device = (await browser.say("/push/on", subscription=first.subscription))["device"]
            here = await browser.say("/push/here", device=device, subscription=first.subscription)
            assert here["state"] == "well"
            second = service.subscribe("phone")
            await browser.post("/settings/way/test", device=device)
            assert "Stopped there. Open oO on it, and it works again." in await browser.get("/settings")
            lost = await browser.say("/push/here", device=device, subscription=first.subscription)
            assert lost["state"] == "mend" and lost["key"] == here["key"]
            mended = await browser.say("/push/renew", device=device, subscription=second.subscription)
            assert mended == {"device": device}
            browser.clock.advance(3_600)
            await browser.post("/settings/way/test", device=device)
            assert [one.message["notification"]["title"] for one in service.arrived] == ["This is how a tip arrives."]
            assert service.arrived[0].message["notification"]["data"]["device"] == device
