"""Giving access back: what a provider has not confirmed yet is a row that is tried until it has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Row

from oo.contracts.errors import Problem
from oo.contracts.ids import UserId
from oo.kernel.db import Transaction
from oo.kernel.keys import KeyGone
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.modules.integrations import oauth
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.owing import FIRST_RETRY, Owing
from oo.modules.integrations.remotes import Remotes
from oo.modules.integrations.repository import grants, tickets
from oo.modules.integrations.vault import Login

T = TypeVar("T")
AT_ONCE = 8.0
"""Seconds that whoever disconnects waits for the provider, and that one try takes at most."""
TOGETHER = 5
"""Of one kind of source tried at the same time."""
LAST_RETRY = timedelta(hours=6)
GIVEN_UP = timedelta(days=30)
"""A token is not held longer than this for a provider that does not answer."""

log = get_logger("integrations")


@dataclass(slots=True)
class Given:
    """What is learnt about access between being given it and keeping it."""

    account: str = ""
    """By what its account is known, as `Keeping.told` says it."""


class Revoking:
    """Gives access back."""

    def __init__(self, kit: Kit, catalogue: Catalogue, remotes: Remotes) -> None:
        self._kit, self._remotes = kit, remotes
        self.owing = Owing(kit, catalogue, remotes)
        self.seconds = AT_ONCE
        self.under_way: set[asyncio.Task[Any]] = set()

    async def through(self, doing: Coroutine[Any, Any, T]) -> T:
        """Do it to its end, whoever stops waiting for it: what is given out meanwhile is kept or owed."""
        task = asyncio.create_task(doing)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        return await asyncio.shield(task)

    async def end(self) -> None:
        """Wait for what is under way, for some seconds."""
        if self.under_way:
            await asyncio.wait(self.under_way, timeout=self.seconds)

    @asynccontextmanager
    async def unless_kept(self, user: UserId, connector: str, said: Mapping[str, Any]) -> AsyncIterator[Given]:
        """Access that was given is given back if what is done here fails.

        It is owed before anybody is asked, so that it is not lost with the process.
        """
        given = Given()
        try:
            yield given
        except BaseException as failure:
            owed = await self.owing.of_unkept(user, connector, said, given.account)
            if owed is not None:
                await self.owing.kept(lambda tx: tickets.owe(tx, owed), owed)
                if isinstance(failure, Exception):  # who stops the process waits for nobody
                    await self.settle(owed["id"])
            raise

    async def settle(self, id: str) -> bool:
        """Try it now, for some seconds; whether the provider confirmed it."""
        row = await self._kit.db.read(lambda tx: tickets.owed_one(tx, id))
        return row is not None and await self._one(row)

    async def run(self) -> None:
        """Try what is due: of each kind of source the oldest, some at a time, so that a slow one delays no other."""
        now = self._kit.clock.now()
        async with asyncio.TaskGroup() as kinds:
            for connector in await self._kit.db.read(lambda tx: tickets.owed_kinds(tx, now)):
                due = await self._kit.db.read(partial(tickets.owed, connector=connector, now=now))
                kinds.create_task(self._kind(due, now))

    async def _kind(self, due: list[Row[Any]], now: datetime) -> None:
        room = asyncio.Semaphore(TOGETHER)

        async def tried(row: Row[Any]) -> None:
            async with room:
                try:
                    await self._again(row, now)
                except Exception as error:  # the others are tried all the same
                    log.error("oauth.not-tried", failure=error, connector=row.connector)

        await asyncio.gather(*(tried(row) for row in due))

    async def _again(self, row: Row[Any], now: datetime) -> None:
        if now - row.created_at > GIVEN_UP:
            log.warning("oauth.never-given-back", connector=row.connector)
            await self._done(row.id)
            return
        due = now + min(FIRST_RETRY * 2 ** min(row.tries + 1, 12), LAST_RETRY)
        if await self._kit.db.write(partial(tickets.postpone, id=row.id, tries=row.tries, due_at=due)):
            await self._one(row)

    async def _one(self, row: Row[Any]) -> bool:
        try:
            async with asyncio.timeout(self.seconds):
                said = self.owing.opened(row)
                if not await self._kit.db.read(lambda tx: self.owing.in_use(tx, row.connector, said)):
                    await self._give_back(row.connector, said)
        except KeyGone:  # settled by another process
            pass
        except (Problem, TimeoutError) as error:
            log.info("oauth.not-given-back", connector=row.connector, error=type(error).__name__)
            return False
        return await self._done(row.id)

    async def _give_back(self, connector: str, said: Mapping[str, Any]) -> None:
        if "login" in said:
            returning = self.owing.returning(connector)
            if returning is not None:
                await returning.give_back(self._remotes.place(connector, Login(*said["login"])))
            return
        provider = self._remotes.provider(connector)
        if provider is None or not provider.revoke:
            return
        await oauth.revoke(self._remotes.wire, provider, said["token"], said["hint"])
        if said["access"] and said["access"] != said["token"]:
            await oauth.revoke(self._remotes.wire, provider, said["access"], "access_token")

    async def _done(self, id: str) -> bool:
        await self._kit.db.write(lambda tx: tickets.settle(tx, id))
        await asyncio.to_thread(self._kit.keys.destroy, id)
        return True


async def leave(kit: Kit, user: UserId) -> None:
    """Note all access of a person to be given back, before their rows and their key go."""
    catalogue = Catalogue(kit.plugins.get("connectors", {}), kit.settings)
    owing = Owing(kit, catalogue, Remotes(kit, catalogue))
    for row in await kit.db.read(lambda tx: grants.of_person(tx, user)):
        owed, _ = await owing.of_connection(user, row.connection_id)
        if owed is None:
            continue
        connection = row.connection_id

        def unit(tx: Transaction, connection: str = connection, owed: Mapping[str, Any] = owed) -> None:
            tickets.owe(tx, owed)
            grants.forget(tx, connection)  # so that another run does not note it twice

        await kit.db.write(unit)
