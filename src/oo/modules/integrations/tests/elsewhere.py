"""Lena's oO and a Todoist of her own on real HTTP, with one clock for both that a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from oo.contracts.ids import SessionId, UserId
from oo.contracts.sources import ConnectionView
from oo.kernel.http.client import Client
from oo.modules.integrations import module
from oo.modules.integrations.service import Integrations
from oo.modules.integrations.tests.conftest import LENA, MILO, START, House, MemoryDisk, Zones, connectors, needs
from oo.testing.determinism import FixedClock
from oo.testing.rooms import room
from oo.testing.standins.serving import Standing
from oo.testing.todoist.account import Account
from oo.testing.todoist.server import Todoist

ORIGIN = "http://127.0.0.1:8042"
SESSION = SessionId("session-lena")
SCOPES = "data:read_write"


@dataclass(slots=True)
class Elsewhere:
    """The room, and what it speaks to."""

    house: House
    todoist: Todoist
    server: Standing
    folder: Path

    @property
    def service(self) -> Integrations:
        return self.house.service

    @property
    def tasks(self) -> Account:
        return self.todoist.account()

    @property
    def clock(self) -> FixedClock:
        return self.house.clock

    async def asked(self, user: UserId = LENA, session: SessionId = SESSION, origin: str = ORIGIN) -> str:
        """The address at the provider."""
        return await self.service.begin_account(user=user, session=session, connector="todoist", origin=origin)

    async def answer(self, address: str) -> dict[str, str]:
        """What the provider sends back, as the browser would bring it."""
        return await brought_back(address, self.server.host)

    async def finish(self, answer: dict[str, str], **other: Any) -> ConnectionView:
        given = {"user": LENA, "session": SESSION, "connector": "todoist", **other}
        return await self.service.finish_account(answer=answer, **given)

    async def connect(self) -> ConnectionView:
        """The whole way."""
        return await self.finish(await self.answer(await self.asked()))

    async def read(self, seconds: float = 0) -> ConnectionView:
        """Let time pass and read."""
        self.clock.advance(seconds)
        (one,) = await self.service.connections(user=LENA)
        return await self.service.read_now(user=LENA, connection=one.id)


async def brought_back(address: str, host: str) -> dict[str, str]:
    """What a provider at this host sends back to whoever allows it at this address."""
    async with Client(allowed={host}) as client:
        reply = await client.ask("GET", address, follow_redirects=False)
    said = parse_qs(urlsplit(reply.headers["location"]).query)
    return {name: values[0] for name, values in said.items()}


@asynccontextmanager
async def elsewhere(
    folder: Path, extra: dict[str, Any] | None = None, more: dict[str, str] | None = None, **settings: Any
) -> AsyncIterator[Elsewhere]:
    """A room of its own, with a stand-in for Todoist on a port of its own; `more` providers are others' affair."""
    clock, disk, zones = FixedClock(START), MemoryDisk(), Zones()
    todoist = Todoist(clock.now)
    plugins = {"connectors": {**connectors(), **(extra or {})}}
    with Standing(todoist.faults) as server:
        given = {"providers": {**todoist.settings(server.url), **(more or {})}, **settings}
        async with room(folder, module, needs=needs(disk, zones), plugins=plugins, clock=clock, **given) as built:
            for user in (LENA, MILO):
                built.kit.keys.create(user)
            (service,) = built.built.promises.values()
            assert isinstance(service, Integrations)
            service._remotes.vault.tries = (0.0, 0.0, 0.0)
            yield Elsewhere(House(built, service, disk, zones), todoist, server, folder)
