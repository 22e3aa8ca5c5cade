"""A stand-in for ways in: one provider, and what the pages lean on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from oo.apps.web.tests.standins import LENA
from oo.contracts.accounts import Identity, NewSession
from oo.contracts.errors import NotFound
from oo.contracts.ids import UserId
from oo.contracts.sign_ins import Answered, Arrived, Asked, Begun, NotLetIn, Provider, WayIn
from oo.kernel.clock import Clock


@dataclass
class StandInWays:
    """Google, which knows Lena, and a passkey of hers."""

    clock: Clock
    have: list[str] = field(default_factory=list)
    """Ids of providers."""
    theirs: list[WayIn] = field(default_factory=list)
    begun: list[tuple[str, str, bool]] = field(default_factory=list)
    passkeys: bool = False

    def providers(self) -> Sequence[Provider]:
        return [Provider(one, one.title()) for one in self.have]

    async def begin(self, *, provider: str, origin: str, back: str = "/", adding: Identity | None = None) -> Begun:
        if provider not in self.have:
            raise NotFound
        self.begun.append((provider, back, adding is not None))
        return Begun(f"https://{provider}.example/authorize?state=s", "proof-of-the-browser", 600)

    async def arrive(
        self, *, answered: Answered, proof: str, origin: str, device: str, identity: Identity | None
    ) -> Arrived:
        if proof != "proof-of-the-browser":
            raise NotLetIn("browser")
        if answered.error:
            raise NotLetIn("refused")
        session = NewSession(LENA, "good", self.clock.now() + timedelta(days=30), first=False)
        return Arrived(session, "/")

    async def ways(self, *, user: UserId) -> Sequence[WayIn]:
        return self.theirs

    async def remove(self, *, user: UserId, way: str) -> None:
        if way not in [one.id for one in self.theirs]:
            raise NotFound
        self.theirs = [one for one in self.theirs if one.id != way]

    def possible(self, *, origin: str) -> bool:
        return self.passkeys

    async def kept(self, *, origin: str) -> bool:
        return self.passkeys

    async def offer(self, *, identity: Identity, origin: str) -> Asked:
        return Asked({"challenge": "AAAA"}, "proof-of-the-browser", 600)

    async def add(
        self, *, identity: Identity, origin: str, proof: str, credential: Mapping[str, Any], name: str, device: str
    ) -> None:
        if proof != "proof-of-the-browser":
            raise NotLetIn("browser")

    async def ask(self, *, origin: str) -> Asked:
        return Asked({"challenge": "AAAA"}, "proof-of-the-browser", 600)

    async def enter(self, *, origin: str, proof: str, credential: Mapping[str, Any], device: str) -> NewSession:
        if proof != "proof-of-the-browser":
            raise NotLetIn("browser")
        return NewSession(LENA, "good", self.clock.now() + timedelta(days=30), first=False)
