"""Export and erase one person, through every module's door."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from oo.contracts.errors import NotFound
from oo.contracts.ids import UserId
from oo.contracts.sources import Receipt
from oo.kernel.db import Transaction
from oo.kernel.keys import Cipher, KeyGone
from oo.kernel.module import Kit, Module
from oo.kernel.tombstones import bury


class Forgetter:
    """Keeps the promise `Forgetting`."""

    def __init__(self, kit: Kit, modules: Sequence[Module]) -> None:
        self._kit, self._modules = kit, modules

    async def export(self, *, user: UserId) -> Mapping[str, Any]:
        """See `Forgetting.export`."""
        cipher = self._cipher(user)
        rooms: dict[str, Any] = {}
        for room in self._modules:
            rooms[room.name] = await self._kit.db.read(partial(_exported, room=room, user=user, cipher=cipher))
        return {"person": user, "at": self._kit.clock.now().isoformat(), "rooms": rooms}

    async def erase(self, *, user: UserId) -> Receipt:
        """See `Forgetting.erase`. May be run again after a crash at any point: every step can be repeated.

        The key goes last but one: modules may need it to find what they must revoke; without it no word is left to
        read.
        """
        records = await self._delete(user)
        had_key = await asyncio.to_thread(self._kit.keys.destroy, user)
        if not records and not had_key:
            raise NotFound
        # What was under way may have left a row meanwhile; without the key nothing new can be written.
        records += await self._delete(user)
        await self._kit.db.checkpoint()
        now = self._kit.clock.now()
        bury(self._kit.settings.data, self._kit.keys.digest("tombstone", user), now)
        return Receipt("account", now, records)

    async def _delete(self, user: UserId) -> int:
        return sum([await self._kit.db.write(partial(_erased, room=room, user=user)) for room in self._modules])

    def _cipher(self, user: UserId) -> Cipher:
        try:
            return self._kit.keys.cipher(user)
        except KeyGone:
            raise NotFound from None


def _exported(tx: Transaction, *, room: Module, user: str, cipher: Cipher) -> Mapping[str, Any]:
    return room.export(tx, user, cipher)


def _erased(tx: Transaction, *, room: Module, user: str) -> int:
    return room.erase(tx, user)
