"""Writing back: what a person finished here is marked done in its source, once, after the time for undo."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row

from oo.contracts.connectors import Action, Changed, Connector, Reconnect, Source, TryLater, Unsupported
from oo.contracts.errors import Problem
from oo.contracts.ids import Ref
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connection import Connection, Opener
from oo.modules.integrations.failing import FAULT
from oo.modules.integrations.repository import connections
from oo.modules.integrations.repository import writebacks as repository
from oo.modules.integrations.sync import Sync

ABANDONED = timedelta(minutes=1)
"""A claim this old is of a process that is gone."""
FIRST_RETRY = timedelta(seconds=2)
LAST_RETRY = timedelta(minutes=15)
GIVEN_UP = timedelta(hours=24)
TOLD = timedelta(hours=24)
"""How long a refusal is shown on the connect page."""
CHANGED = "Something you finished here had changed there meanwhile, so nothing was written. Nothing is lost."


class Writing:
    """Does what is due."""

    def __init__(self, kit: Kit, catalogue: Catalogue, opener: Opener, sync: Sync) -> None:
        self._kit, self._catalogue, self._opener, self._sync = kit, catalogue, opener, sync

    async def run(self) -> None:
        """Claim what is due and do it; level-triggered, so a crash at any point costs one repetition and no harm."""
        now = self._kit.clock.now()
        if not await self._kit.db.read(lambda tx: repository.any_due(tx, now, now - ABANDONED)):
            return
        ending = asyncio.Event()
        # Shielded, as a source that was asked to write can't be told to stop: whoever cancels waits until it is known
        # what came of it. What was claimed and not begun is put back.
        working = asyncio.create_task(self._work(now, ending), name="oo-writing")
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            ending.set()
            await asyncio.gather(working, return_exceptions=True)
            raise

    async def _work(self, now: datetime, ending: asyncio.Event) -> None:
        rows = await self._kit.db.write(lambda tx: repository.claim(tx, now, now - ABANDONED))
        for at, row in enumerate(rows):
            if ending.is_set():
                await self._kit.db.write(partial(repository.put_back, ids=[one.id for one in rows[at:]]))
                return
            try:
                await self._one(row, ending)
            except KeyGone:  # the person was forgotten, and the row with them
                continue

    async def _one(self, row: Row[Any], ending: asyncio.Event) -> None:
        found = await self._kit.db.read(lambda tx: connections.one(tx, row.connection_id))
        if found is None:
            return
        connection = self._opener.open(found)
        async with self._sync.turn(connection.id):
            outcome = await self._act(connection, row)
        await self._kit.db.write(lambda tx: repository.settle(tx, row.id, outcome))
        if outcome["state"] != repository.WAITING and not ending.is_set():
            await self._sync.pull(connection.id)

    async def _act(self, connection: Connection, row: Row[Any]) -> dict[str, Any]:
        """Do one; the columns that say what came of it."""
        try:
            connector, source = self._catalogue.load(connection.connector), await self._opener.source(connection)
            since = row.created_at if row.tries else None
            action = Action("complete", Ref(row.ref), row.version, row.id, since)
            try:
                await self._sync.ask(connection, connector.act(source, action))
            except Changed:
                return await self._changed(connection, connector, source, row)
        except Unsupported as error:
            return self._refused(connection, error.detail)
        except TryLater as error:
            return self._later(connection, row, error.detail, error.after)
        except Reconnect as error:
            return self._later(connection, row, error.detail, LAST_RETRY)
        except KeyGone:
            raise
        except Problem as error:
            return self._later(connection, row, error.detail)
        except Exception as error:
            self._sync.faults.note(connection, error)
            return self._later(connection, row, FAULT)
        return {"state": repository.DONE, "problem": None}

    async def _changed(
        self, connection: Connection, connector: Connector, source: Source, row: Row[Any]
    ) -> dict[str, Any]:
        """Look what is there: done already (by a claim whose process died, say), the same after all, or another.

        What is not there at the second try was taken out by the first one, or by its owner: finished in either case.
        """
        ref = Ref(row.ref)
        there = await self._sync.ask(connection, connector.read(source, [ref]))
        facts = next((item.facts for item in there if item.facts.ref == ref), None)
        done = facts is not None and facts.state == "done"
        if done or (facts is None and row.tries > 0):  # some sources let go of what is done
            return {"state": repository.DONE, "problem": None}
        if facts is not None and facts.version == row.version:
            # Something else in the file changed at the moment of writing.
            return self._later(connection, row, CHANGED, FIRST_RETRY)
        return self._refused(connection, CHANGED)

    def _refused(self, connection: Connection, problem: str) -> dict[str, Any]:
        sealed = self._kit.keys.cipher(connection.user).seal("writebacks.problem", problem)
        return {"state": repository.REFUSED, "problem": sealed}

    def _later(
        self, connection: Connection, row: Row[Any], problem: str, after: timedelta | None = None
    ) -> dict[str, Any]:
        now = self._kit.clock.now()
        refused = self._refused(connection, problem)
        if now - row.created_at > GIVEN_UP:
            return refused
        pause = after or min(FIRST_RETRY * 2 ** min(row.tries, 10), LAST_RETRY)
        return {**refused, "state": repository.WAITING, "due_at": now + pause}
