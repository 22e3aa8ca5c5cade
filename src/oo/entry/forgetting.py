"""Export and erase one person, through every module's door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oo.contracts.errors import NotFound
from oo.contracts.ids import UserId
from oo.contracts.sources import Receipt
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit, Module
from oo.kernel.tombstones import bury


class Forgetter:
    """Keeps the promise `Forgetting`."""

    def __init__(self, kit: Kit, modules: Sequence[Module]) -> None:
        self._kit, self._modules = kit, modules

    async def export(self, *, user: UserId) -> Mapping[str, Any]:
        """See `Forgetting.export`."""
        cipher = self._cipher(user)
        rooms = {
            room.name: await self._kit.db.read(lambda tx, room=room: room.export(tx, user, cipher))
            for room in self._modules
        }  # type: ignore[misc]
        return {"person": user, "at": self._kit.clock.now().isoformat(), "rooms": rooms}

    async def erase(self, *, user: UserId) -> Receipt:
        """See `Forgetting.erase`. May be run again after a crash at any point: every step can be repeated.

        The key goes last but one: modules may need it to find what they must revoke; without it no word is left to
        read.
        """
        records = 0
        for room in self._modules:
            records += await self._kit.db.write(lambda tx, room=room: room.erase(tx, user))  # type: ignore[misc]
        had_key = self._kit.keys.destroy(user)
        if not records and not had_key:
            raise NotFound
        await self._kit.db.checkpoint()
        now = self._kit.clock.now()
        bury(self._kit.settings.data, self._kit.keys.digest("tombstone", user), now)
        return Receipt("account", now, records)

    def _cipher(self, user: UserId) -> Any:
        try:
            return self._kit.keys.cipher(user)
        except KeyGone:
            raise NotFound from None
