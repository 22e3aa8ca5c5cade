"""The auth room on real files, with a clock that a test moves; once remembering sessions, once not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from oo.contracts.accounts import Identity, NewSession
from oo.kernel.db import Transaction
from oo.modules.auth import module
from oo.modules.auth.service import LinkAccounts
from oo.modules.auth.tables import metadata
from oo.testing.rooms import Room, room

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"


@dataclass(frozen=True, slots=True)
class Hall:
    """The room, and its promise under test."""

    room: Room
    accounts: LinkAccounts

    def later(self, **span: float) -> None:
        """Move the clock forward."""
        self.room.clock.advance(timedelta(**span))

    async def owner(self) -> NewSession:
        """Sign the owner in on a new device."""
        return await self.accounts.redeem(token=await self.accounts.owner_link(), device=FIREFOX)

    async def member(self, name: str = "Lena") -> NewSession:
        """Invite somebody and sign them in."""
        return await self.accounts.redeem(token=await self.accounts.invite(name=name), device=FIREFOX)

    async def who(self, cookie: str) -> Identity | None:
        """Who the cookie belongs to now."""
        return await self.accounts.authenticate(cookie=cookie)

    async def known(self, cookie: str) -> Identity:
        """Who the cookie belongs to; it must be somebody."""
        identity = await self.who(cookie)
        assert identity is not None
        return identity

    async def rows(self, table: str) -> list[dict[str, Any]]:
        """What lies in a table."""
        found = metadata.tables[f"auth.{table}"]
        return await self.room.kit.db.read(lambda tx: _rows(tx, found))

    async def erase(self, user: str) -> int:
        """Erase a person as the house does: the rows, then the key."""
        count = await self.room.kit.db.write(lambda tx: module.erase(tx, user))
        self.room.kit.keys.destroy(user)
        return count


def _rows(tx: Transaction, table: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in tx.execute(select(table)).mappings()]


@pytest.fixture(params=[True, False], ids=["remembering", "reading"])
async def hall(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hall]:
    """The room, in both ways of knowing a session."""
    async with room(tmp_path, module) as built:
        kit = built.kit
        yield Hall(built, LinkAccounts(kit.db, kit.keys, kit.clock, kit.ids, alone=request.param))
