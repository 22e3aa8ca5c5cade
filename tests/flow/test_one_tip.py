"""One tip, end to end, through the shipped application: from a file to the page, and back into the file."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oo.contracts.accounts import Accounts
from oo.entry import server
from oo.entry.wiring import House, house
from oo.kernel.http.site import Sites
from oo.kernel.settings import Settings
from oo.testing.asgi import Answer, ask
from oo.testing.databases import address
from oo.testing.determinism import FixedClock

pytestmark = pytest.mark.anyio
HERE = "http://127.0.0.1:8042"
LINES = "(A) 2026-11-02 Call the plumber +home\r\n2026-11-09 Send the form due:2026-11-20\r\nx 2026-11-01 Old thing\r\n"


@dataclass
class Life:
    """A person at their browser, with a file, in a house whose clock is ours."""

    home: House
    app: Any
    clock: FixedClock
    file: Path
    cookie: str = ""
    csrf: str = ""

    async def get(self, path: str) -> Answer:
        return await ask(self.app, "GET", path, headers={"cookie": self.cookie, "accept": "text/html"})

    async def post(self, where: str, /, **form: str) -> Answer:
        headers = {"cookie": self.cookie, "accept": "text/html", "origin": HERE, "sec-fetch-site": "same-origin"}
        return await ask(self.app, "POST", where, headers=headers, form={"csrf": self.csrf, **form})

    async def call(self, path: str, data: object) -> Any:
        headers = {"cookie": self.cookie, "origin": HERE}
        return (await ask(self.app, "POST", path, headers=headers, data=data)).json()

    async def until(self, text: str) -> str:
        """The file as soon as it has this text; the write-back job looks once a second."""
        for _ in range(60):
            if text in (found := self.file.read_bytes().decode()):
                return found
            await asyncio.sleep(0.1)
        raise AssertionError(f"{text!r} never came: {self.file.read_text()!r}")


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with living(tmp_path) as here:
        yield here


@contextlib.asynccontextmanager
async def living(tmp_path: Path, lines: str = LINES, **settings: Any) -> AsyncIterator[Life]:
    """The house with these settings, and the person signed in."""
    file = tmp_path / "files" / "todo.txt"
    file.parent.mkdir()
    file.write_bytes(lines.encode())
    clock = FixedClock(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    async with contextlib.AsyncExitStack() as open_:
        database = open_.enter_context(address(tmp_path))
        where = Settings(data=tmp_path / "oo", files=(file.parent,), database_url=database, **settings)
        home = await open_.enter_async_context(house(where, clock=clock))
        tools = server.Tools(home.kit.clock, home.kit.ids, Sites(), home.health)
        here = Life(home, server.application(home.promises, tools), clock, file)
        token = await home.promises[Accounts].owner_link()
        opened = await here.get(f"/sign-in/{token}")
        here.cookie = opened.headers["set-cookie"].split(";")[0]
        identity = await home.promises[Accounts].authenticate(cookie=here.cookie.partition("=")[2])
        assert identity is not None
        here.csrf = identity.csrf
        yield here


def sent_with(page: str) -> dict[str, str]:
    """The hidden fields of the page's reaction form."""
    fields = re.findall(r'<input type="hidden" name="(key|tip)" value="([^"]*)"', page)
    assert len(fields) >= 2, page
    return dict(fields[:2])


async def test_a_file_becomes_a_tip_and_done_is_written_after_undo_is_over(life: Life) -> None:
    assert (await life.post("/connect/files", path=str(life.file))).status == 303
    page = (await life.get("/")).text
    assert "Send the form" in page
    assert "Why?" in page
    said = await life.post("/", action="done", **sent_with(page))
    assert said.status == 303
    assert "Undo" in (await life.get(said.headers["location"])).text
    await asyncio.sleep(1.5)
    assert life.file.read_bytes().decode() == LINES, "nothing is written while undo is open"
    life.clock.advance(timedelta(seconds=9))
    found = await life.until("x 2026-11-21")
    assert found == LINES.replace("2026-11-09 Send", "x 2026-11-21 2026-11-09 Send")
    assert "Call the plumber" in (await life.get("/")).text


async def test_undo_takes_done_back_and_the_file_is_never_touched(life: Life) -> None:
    await life.post("/connect/files", path=str(life.file))
    fields = sent_with((await life.get("/")).text)
    after = (await life.get((await life.post("/", action="done", **fields)).headers["location"])).text
    life.clock.advance(timedelta(seconds=3))
    assert (await life.post("/", action="undo", **sent_with(after))).status == 303
    life.clock.advance(timedelta(seconds=30))
    await asyncio.sleep(1.5)
    assert life.file.read_bytes().decode() == LINES
    assert "Send the form" in (await life.get("/")).text


async def test_the_same_through_the_api(life: Life) -> None:
    await life.post("/connect/files", path=str(life.file))
    tip = (await life.call("/api/recommend", {}))["tip"]
    assert tip["content"].startswith("Send the form")
    assert tip["evidence"][0]["source"] == "todotxt"
    again = await life.call("/api/recommend", {})
    assert again["tip"] == tip, "the standing tip stays"
    said = await life.call("/api/feedback", {"key": "one", "tip": tip["id"], "action": "done"})
    assert said["undo_until"] == "2026-11-21T09:00:08+00:00"
    repeated = await life.call("/api/feedback", {"key": "one", "tip": tip["id"], "action": "done"})
    assert repeated["repeated"] is True
    life.clock.advance(timedelta(seconds=9))
    await life.until("x 2026-11-21 2026-11-09 Send the form")
    late = await life.call("/api/feedback", {"key": "two", "tip": tip["id"], "action": "undo"})
    assert late["code"] == "too-late"


async def test_three_things_on_a_mind_are_enough_for_a_first_tip(life: Life) -> None:
    assert (await life.post("/begin", thing="Learn the cello")).status == 303
    assert "Learn the cello" in (await life.get("/")).text


async def test_a_file_that_changed_underneath_is_left_alone_and_the_page_says_so(life: Life) -> None:
    await life.post("/connect/files", path=str(life.file))
    fields = sent_with((await life.get("/")).text)
    await life.post("/", action="done", **fields)
    changed = LINES.replace("Send the form", "Send the other form")
    life.file.write_bytes(changed.encode())
    life.clock.advance(timedelta(seconds=9))
    await asyncio.sleep(2.5)
    assert life.file.read_bytes().decode() == changed


async def test_signing_out_and_erasing_end_the_session_at_once(life: Life) -> None:
    await life.post("/begin", thing="Learn the cello")
    person = (await life.home.promises[Accounts].people())[0]
    assert (await life.post("/settings/erase", name=person.name)).status < 400
    assert (await life.get("/")).headers["location"] == "/sign-in"
    assert b"cello" not in b"".join(
        path.read_bytes() for path in life.home.kit.settings.data.rglob("*") if path.is_file()
    )


async def test_a_link_opened_in_a_signed_in_browser_ends_the_session_it_had(life: Life) -> None:
    before = life.cookie
    opened = await life.get(f"/sign-in/{await life.home.promises[Accounts].owner_link()}")
    assert (await life.get("/")).headers["location"] == "/sign-in"
    life.cookie = opened.headers["set-cookie"].split(";")[0]
    assert life.cookie != before
    assert "location" not in (await life.get("/")).headers
