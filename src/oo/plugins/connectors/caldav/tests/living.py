"""A person with a CalDAV server (Radicale), and oO's client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from oo.contracts.connectors import Action, Batch, Source
from oo.contracts.ids import ConnectionId
from oo.contracts.items import Item
from oo.plugins.connectors.caldav.plugin import plugin
from oo.testing.caldav.server import PASSWORD, USER, Dav
from oo.testing.standins.http import PlainHttp

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass
class Life:
    """A server and a connection to it."""

    dav: Dav
    source: Source
    cursor: str | None = None

    async def pull(self) -> Batch:
        """What is new since the last time; fails when nothing is."""
        batch = await plugin.pull(self.source, self.cursor)
        assert batch is not None, "nothing new"
        self.cursor = batch.cursor
        return batch

    async def quiet(self) -> bool:
        """Whether nothing is new."""
        return await plugin.pull(self.source, self.cursor) is None

    async def item(self, title: str) -> Item:
        """A task by its words, from everything there is."""
        batch = await plugin.pull(self.source, None)
        assert batch is not None
        (item,) = [one for one in batch.items if one.title == title]
        return item

    async def tick(self, item: Item, *, since: datetime | None = None) -> None:
        """Tick a task off."""
        await plugin.act(self.source, Action("complete", item.facts.ref, item.facts.version, "key", since))

    def later(self, span: timedelta) -> None:
        """Let time pass."""
        self.source = replace(self.source, now=self.source.now + span)


@asynccontextmanager
async def living(folder: Path, path: str = "", password: str = PASSWORD) -> AsyncIterator[Life]:
    """A server with two task lists and a calendar, connected by the address with this path."""
    with Dav(folder) as dav:
        dav.calendar("tasks", "VTODO")
        dav.calendar("home", "VTODO")
        dav.calendar("work", "VEVENT")
        async with PlainHttp(f"{dav.url}{path}", user=USER, password=password) as http:
            yield Life(dav, Source(ConnectionId("c"), NOW, "Europe/Berlin", http=http))


def task(uid: str, title: str, *lines: str) -> tuple[str, ...]:
    """A VTODO's lines."""
    return ("BEGIN:VTODO", f"UID:{uid}", "DTSTAMP:20261101T080000Z", f"SUMMARY:{title}", *lines, "END:VTODO")


def meeting(uid: str, start: str, *lines: str) -> tuple[str, ...]:
    """A VEVENT's lines, an hour long."""
    own = (f"DTSTART:{start}", "DURATION:PT1H", "SUMMARY:Secret talk")
    return ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T080000Z", *own, *lines, "END:VEVENT")
