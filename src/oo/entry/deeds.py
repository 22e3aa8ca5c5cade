"""What the command line may ask of a running oO: a link, an export, an erasure."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from oo.contracts.accounts import Accounts, Person
from oo.contracts.errors import Invalid, NotFound
from oo.contracts.forgetting import Forgetting
from oo.entry import events, learning, pasts, saving
from oo.entry.wiring import House
from oo.modules.auth.names import folded


class Deeds:
    """Does what a command asks, in the one process that owns the data."""

    def __init__(self, house: House, address: str) -> None:
        self._house = house
        self._promises = house.promises
        self._address = address

    async def do(self, asked: Mapping[str, Any]) -> Any:
        """The answer to `{"do": link, export, erase, health, jobs, stage, "name"?}`; raises a `Problem`."""
        name = asked.get("name")
        match asked.get("do"):
            case "link":
                return await self.link(name)
            case "health":
                return {name: part.well for name, part in (await self._house.health()).items()}
            case "rotate-keys":
                return await asyncio.to_thread(self._house.kit.keys.rotate)
            case "stage":
                return str(await asyncio.to_thread(saving.stage, self._house.kit.settings))
            case "jobs":
                return {"jobs": await self.jobs()}
            case "export" if isinstance(name, str):
                return await self.export(name)
            case "erase" if isinstance(name, str):
                return await self.erase(name)
            case str(word) if word in learning.DEEDS:
                return await learning.DEEDS[word](self._promises, asked)
            case str(word) if word in pasts.DEEDS:
                return await pasts.DEEDS[word](self._promises, asked)
            case str(word) if word in events.DEEDS:
                return await events.DEEDS[word](self._house.kit, asked)
        raise Invalid("The running oO does not know this command; restart it, as it may be older.")

    async def link(self, name: str | None = None) -> str:
        """A one-time address that signs in the owner, or the person of this name, who is made when there is none."""
        accounts = self._promises[Accounts]
        token = await accounts.owner_link() if name is None else await accounts.invite(name=name)
        return f"{self._address}/sign-in/{token}"

    async def export(self, name: str) -> Mapping[str, Any]:
        """Everything that is kept about the person."""
        return await self._promises[Forgetting].export(user=(await self._person(name)).id)

    async def erase(self, name: str) -> Mapping[str, Any]:
        """Proof that everything of the person was deleted."""
        receipt = await self._promises[Forgetting].erase(user=(await self._person(name)).id)
        return {"what": receipt.what, "at": receipt.at.isoformat(), "records": receipt.records}

    async def jobs(self) -> Sequence[Mapping[str, Any]]:
        """How far everything is that leaves rows, by name."""
        return [
            {
                "what": one.what,
                "tick": one.number,
                "begun": one.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
                "shards": one.shards,
                "done": one.done,
                "failed": one.failed,
                "people": one.people,
                "rows": one.wrote,
                "state": state,
            }
            for one, state in await self._house.jobs.progress()
        ]

    async def _person(self, name: str) -> Person:
        for person in await self._promises[Accounts].people():
            if folded(person.name) == folded(name):
                return person
        raise NotFound(f"There is nobody called {name!r} here.")
