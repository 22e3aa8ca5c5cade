"""Makes the recording in `samples/` from the stand-in: run this module."""

from __future__ import annotations

import asyncio
from pathlib import Path

from oo.plugins.connectors.todoist.plugin import plugin
from oo.testing.connectors import NOW
from oo.testing.recording import record
from oo.testing.standins.http import PlainHttp
from oo.testing.standins.serving import Standing
from oo.testing.todoist.server import Todoist


async def main() -> None:
    """Writes it."""
    todoist = Todoist(lambda: NOW)
    account = todoist.account(name="Ada")
    home = account.project("Home")
    account.add("Buy **milk**", project_id=home, priority=4, due={"date": "2026-11-21", "is_recurring": False})
    fern = {"date": "2026-11-22T09:00:00", "is_recurring": True, "string": "every week", "lang": "en", "timezone": None}
    account.add("Water the fern", labels=["home", "waiting"], due=fern, duration={"amount": 10, "unit": "minute"})
    plumber = {"date": "2026-11-23T11:00:00Z", "is_recurring": False, "timezone": "Europe/Madrid"}
    account.add("Call [the plumber](https://example.com)", due=plumber, deadline={"date": "2026-12-01", "lang": "en"})
    account.add("* A heading")
    token = todoist.access.grant(account.id)["access_token"]
    with Standing(todoist.faults) as standing:
        async with PlainHttp(f"{standing.url}/api/v1/", token=token) as http:
            to = Path(__file__).with_name("samples") / "todoist.json"
            await record(plugin, http, "https://api.todoist.com/api/v1/", to)


if __name__ == "__main__":
    asyncio.run(main())
