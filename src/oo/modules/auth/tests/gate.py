"""A room with a provider beside it, and a browser that goes there and comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from oo.contracts.accounts import Accounts, Identity, NewSession
from oo.contracts.sign_ins import Answered, Arrived, Begun, SignIns
from oo.kernel.db import Transaction
from oo.modules.auth import module
from oo.modules.auth.tables import metadata
from oo.modules.auth.tests.conftest import FIREFOX
from oo.testing.determinism import FixedClock
from oo.testing.issuer import StandInIssuer, issuer
from oo.testing.rooms import Room, room
from oo.testing.tokens import Signer

ORIGIN = "http://localhost:8042"


@dataclass
class Gate:
    """The room, the provider, and what the browser brought back last."""

    room: Room
    provider: StandInIssuer
    begun: Begun | None = None
    identity: Identity | None = None
    brought: dict[str, str] = field(default_factory=dict)

    @property
    def sign_ins(self) -> SignIns:
        return self.room.promise(SignIns)

    @property
    def accounts(self) -> Accounts:
        return self.room.promise(Accounts)

    def later(self, **span: float) -> None:
        self.room.clock.advance(timedelta(**span))

    async def person(self, name: str | None = "Lena") -> Identity:
        """Somebody who is signed in by a link."""
        token = await (self.accounts.owner_link() if name is None else self.accounts.invite(name=name))
        return await self.who(await self.accounts.redeem(token=token, device=FIREFOX))

    async def who(self, session: NewSession | None) -> Identity:
        assert session is not None
        identity = await self.accounts.authenticate(cookie=session.cookie)
        assert identity is not None
        return identity

    async def go(self, provider: str = "oidc", adding: Identity | None = None, **more: Any) -> Begun:
        """To the provider and, with a yes, on the way back."""
        self.begun = await self.sign_ins.begin(provider=provider, origin=ORIGIN, adding=adding, **more)
        self.brought = self.provider.visit(self.begun.url)
        self.identity = adding
        return self.begun

    async def back(self, provider: str = "oidc", **changed: Any) -> Arrived:
        """What follows from what the browser brings back, with changes."""
        assert self.begun is not None
        given = dict(self.brought)
        answered = Answered(
            provider, given.get("state", ""), given.get("code", ""), given.get("iss"), given.get("error", "")
        )
        proof, identity = changed.pop("proof", self.begun.proof), changed.pop("identity", self.identity)
        return await self.sign_ins.arrive(
            answered=replace(answered, **changed), proof=proof, origin=ORIGIN, device=FIREFOX, identity=identity
        )

    async def link(self, identity: Identity, provider: str = "oidc") -> Arrived:
        """Add the provider to a person."""
        await self.go(provider, adding=identity)
        return await self.back(provider)

    async def enter(self, provider: str = "oidc") -> Identity:
        """Sign in by the provider."""
        await self.go(provider)
        return await self.who((await self.back(provider)).session)

    async def rows(self, table: str) -> list[dict[str, Any]]:
        found = metadata.tables[f"auth.{table}"]

        def unit(tx: Transaction) -> list[dict[str, Any]]:
            return [dict(row) for row in tx.execute(select(found)).mappings()]

        return await self.room.kit.db.read(unit)


@cache
def a_signer() -> Signer:
    """One for all tests: to make a key takes a while."""
    return Signer("key-1")


@asynccontextmanager
async def gate(folder: Path, **settings: Any) -> AsyncIterator[Gate]:
    """The room with the stand-in as Google and as the other provider."""
    clock = FixedClock()
    with issuer(clock, a_signer()) as provider:
        of = {
            f"{name}_{part}": value
            for name in ("google", "oidc")
            for part, value in (
                ("issuer", provider.origin),
                ("client_id", "oo"),
                ("client_secret", provider.clients["oo"]),
            )
        }
        provider.redirects = {f"{ORIGIN}/sign-in/from/{name}" for name in ("google", "oidc")}
        async with room(folder, module, clock=clock, **{**of, **settings}) as built:
            yield Gate(built, provider)
