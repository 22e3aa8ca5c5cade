"""Giving access back: what a provider has not confirmed yet is a row that is tried until it has.

The row outlives the connection, and the person: its token is sealed with a key of its own, which goes with it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from oo.contracts.abilities import Returning
from oo.contracts.errors import Problem
from oo.contracts.ids import UserId
from oo.kernel.keys import KeyGone
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.modules.integrations import oauth
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.providers import Provider
from oo.modules.integrations.remotes import Remotes
from oo.modules.integrations.repository import connections, grants, tickets
from oo.modules.integrations.vault import Login, opened

AT_ONCE = 8.0
"""Seconds that whoever disconnects waits for the provider."""
FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(hours=6)
GIVEN_UP = timedelta(days=30)
"""A token is not held longer than this for a provider that does not answer."""

log = get_logger("integrations")


class Revoking:
    """Gives access back."""

    def __init__(self, kit: Kit, catalogue: Catalogue, remotes: Remotes) -> None:
        self._kit, self._catalogue, self._remotes = kit, catalogue, remotes

    async def owed(self, user: str, connection: str) -> Mapping[str, Any] | None:
        """The row of what is to be given back when this connection ends; None when there is nothing."""
        row = await self._kit.db.read(lambda tx: connections.one(tx, connection))
        grant = await self._kit.db.read(lambda tx: grants.one(tx, connection))
        provider = None if row is None else self._remotes.provider(row.connector)
        if row is None or grant is None:
            return None
        try:
            said = opened(grant, self._kit.keys.cipher(user))
        except KeyGone:
            return None
        owed = self._owed(row.connector, provider, said)
        if owed is None:
            return None
        own, now = self._kit.ids.new(), self._kit.clock.now()
        key = await asyncio.to_thread(self._kit.keys.create, own)
        kept = json.dumps(owed)
        return {
            "id": own,
            "connector": row.connector,
            "sealed": key.seal(_bound_to(own), kept),
            "due_at": now + FIRST_RETRY,
            "tries": 0,
            "created_at": now,
        }

    async def settle(self, id: str) -> bool:
        """Try it now, for some seconds; whether the provider confirmed it."""
        row = await self._kit.db.read(lambda tx: tickets.owed_one(tx, id))
        try:
            async with asyncio.timeout(AT_ONCE):
                return row is not None and await self._one(row)
        except TimeoutError:
            return False

    async def run(self) -> None:
        """Try what is due."""
        now = self._kit.clock.now()
        for row in await self._kit.db.read(lambda tx: tickets.owed(tx, now)):
            if now - row.created_at > GIVEN_UP:
                log.warning("oauth.never-given-back", connector=row.connector)
                await self._done(row.id)
                continue
            due = now + min(FIRST_RETRY * 2 ** min(row.tries + 1, 12), LAST_RETRY)
            if await self._kit.db.write(partial(tickets.postpone, id=row.id, tries=row.tries, due_at=due)):
                await self._one(row)

    async def _one(self, row: Any) -> bool:
        provider = self._remotes.provider(row.connector)
        try:
            said = json.loads(self._kit.keys.cipher(row.id).open(_bound_to(row.id), row.sealed))
        except KeyGone:  # settled by another process
            return await self._done(row.id)
        try:
            if "login" in said:
                await self._give_back(row.connector, Login(*said["login"]))
                return await self._done(row.id)
            if provider is None or not provider.revoke:
                return await self._done(row.id)
            await oauth.revoke(self._remotes.wire, provider, said["token"], said["hint"])
            if said["access"] and said["access"] != said["token"]:
                await oauth.revoke(self._remotes.wire, provider, said["access"], "access_token")
        except Problem as error:
            log.info("oauth.not-given-back", connector=row.connector, error=type(error).__name__)
            return False
        return await self._done(row.id)

    def _owed(self, connector: str, provider: Provider | None, said: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What has to be given back of a connection's secret: tokens, or a password that the server made for oO."""
        if provider is None:
            login = [said.get(name, "") for name in ("address", "user", "password")]
            returning = self._returning(connector) if login[2] else None
            return {"login": login} if returning is not None and returning.returns(login[0]) else None
        token, hint = said.get("refresh") or said.get("access"), "refresh_token" if said.get("refresh") else ""
        if not token or not provider.revoke:
            return None
        return {"token": token, "hint": hint or "access_token", "access": said.get("access", "")}

    def _returning(self, connector: str) -> Returning | None:
        """The connector, if its servers take back what they gave."""
        if self._catalogue.manifest(connector) is None:
            return None
        loaded = self._catalogue.load(connector)
        return loaded if isinstance(loaded, Returning) else None

    async def _give_back(self, connector: str, login: Login) -> None:
        returning = self._returning(connector)
        if returning is not None:
            await returning.give_back(self._remotes.place(connector, login))

    async def _done(self, id: str) -> bool:
        await self._kit.db.write(lambda tx: tickets.settle(tx, id))
        await asyncio.to_thread(self._kit.keys.destroy, id)
        return True


async def leave(kit: Kit, user: UserId) -> None:
    """Note all access of a person to be given back, before their rows and their key go."""
    catalogue = Catalogue(kit.plugins.get("connectors", {}), kit.settings)
    revoking = Revoking(kit, catalogue, Remotes(kit, catalogue))
    for row in await kit.db.read(lambda tx: grants.of_person(tx, user)):
        owed = await revoking.owed(user, row.connection_id)
        if owed is None:
            continue
        connection = row.connection_id

        def unit(tx: Any, connection: str = connection, owed: Mapping[str, Any] = owed) -> None:
            tickets.owe(tx, owed)
            grants.forget(tx, connection)  # so that another run does not note it twice

        await kit.db.write(unit)


def _bound_to(id: str) -> str:
    return f"revocations.sealed:{id}"
