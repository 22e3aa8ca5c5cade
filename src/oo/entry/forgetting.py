"""Export and erase one person, through every module's door, and keep erased who was."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Table, func, select

from oo.contracts.errors import NotFound
from oo.contracts.ids import UserId
from oo.contracts.sources import Receipt
from oo.entry import backups
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher, KeyGone
from oo.kernel.log import get_logger
from oo.kernel.module import Kit, Module
from oo.kernel.tombstones import buried, bury

log = get_logger("forgetting")


class Forgetter:
    """Keeps the promise `Forgetting`."""

    def __init__(self, kit: Kit, modules: Sequence[Module]) -> None:
        self._kit, self._modules = kit, modules
        self._tables = [table for room in modules for table in room.tables.sorted_tables if "user_id" in table.c]

    async def export(self, *, user: UserId) -> Mapping[str, Any]:
        """See `Forgetting.export`."""
        cipher = self._cipher(user)
        rooms: dict[str, Any] = {}
        for room in self._modules:
            rooms[room.name] = await self._kit.db.read(partial(_exported, room=room, user=user, cipher=cipher))
        return {"person": user, "at": self._kit.clock.now().isoformat(), "rooms": rooms}

    async def erase(self, *, user: UserId) -> Receipt:
        """See `Forgetting.erase`. May be run again after a crash at any point: every step can be repeated.

        The tombstone comes first: what is cut off after it, the next start completes. Then rows, as modules may need
        the key to find what they must revoke, then the key; without it no word is left to read.
        """
        if not self._has_key(user) and not await self._kit.db.read(partial(_any_row, tables=self._tables, user=user)):
            raise NotFound
        now = self._kit.clock.now()
        self._bury(user, now)
        for room in self._modules:
            if room.leave is not None:
                await room.leave(self._kit, user)
        records = await self._delete(user)
        await asyncio.to_thread(self._kit.keys.destroy, user)
        # What was under way may have left a row meanwhile; without the key nothing new can be written.
        records += await self._delete(user)
        await self._kit.db.checkpoint()
        # Copies made before an upgrade still hold the rows, in which times and states are not sealed.
        await asyncio.to_thread(backups.clear, self._kit.settings.data)
        return Receipt("account", now, records)

    async def keep_erased(self) -> int:
        """Erase everybody who is here in spite of a tombstone, from a back-up or a cut-off erasure; how many."""
        settings = self._kit.settings
        graves = buried(settings.data) | (buried(settings.backups) if settings.backups else frozenset())
        back = [user for user in await self._people() if self._tombstone(user) in graves] if graves else []
        for user in back:
            await self.erase(user=UserId(user))
        if back:
            log.warning("people.erased-again", count=len(back))
        return len(back)

    async def _people(self) -> set[str]:
        """Everybody of whom there is a key or a row."""
        people = set(self._kit.keys.users())
        for table in self._tables:
            last = ""
            # From person to person along the index; DISTINCT would read every row.
            while (user := await self._kit.db.read(partial(_next_person, table=table, last=last))) is not None:
                people.add(user)
                last = user
        return people

    async def _delete(self, user: UserId) -> int:
        records = 0
        for room in self._modules:
            while deleted := await self._kit.db.write(partial(_erased, room=room, user=user)):
                records += deleted
        return records

    def _bury(self, user: str, now: datetime) -> None:
        """Write a tombstone, and one beside the back-ups, which may be all that is left one day."""
        bury(self._kit.settings.data, self._tombstone(user), now)
        beside = self._kit.settings.backups
        if beside is not None:
            try:
                bury(beside, self._tombstone(user), now)
            except OSError as error:  # the disk is not there now; the next back-up brings the tombstones along
                log.warning("tombstone.not-copied", error=type(error).__name__)

    def _tombstone(self, user: str) -> str:
        return self._kit.keys.digest("tombstone", user)

    def _has_key(self, user: UserId) -> bool:
        try:
            self._kit.keys.cipher(user)
        except KeyGone:
            return False
        return True

    def _cipher(self, user: UserId) -> Cipher:
        try:
            return self._kit.keys.cipher(user)
        except KeyGone:
            raise NotFound from None


def _exported(tx: Transaction, *, room: Module, user: str, cipher: Cipher) -> Mapping[str, Any]:
    return room.export(tx, user, cipher)


def _erased(tx: Transaction, *, room: Module, user: str) -> int:
    return room.erase(tx, user)


def _any_row(tx: Transaction, *, tables: Sequence[Table], user: str) -> bool:
    return any(tx.execute(select(table.c.user_id).where(table.c.user_id == user).limit(1)).first() for table in tables)


def _next_person(tx: Transaction, *, table: Table, last: str) -> str | None:
    found: str | None = tx.execute(select(func.min(table.c.user_id)).where(table.c.user_id > last)).scalar()
    return found
