"""What `auth` promises beside one-time links: providers, passkeys, a token for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol

from oo.contracts.accounts import Identity, NewSession
from oo.contracts.errors import Problem
from oo.contracts.ids import UserId

Why = Literal["refused", "away", "old", "unknown", "taken", "browser", "failed"]
"""Why a provider's answer let nobody in: it refused (or the person did), it can't be reached, the try is too old or was
used, nobody here is known by it, it belongs to another person, it came to another browser, its answer does not hold."""


class NotLetIn(Problem):
    """This did not let you in. Try once more, or another way."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "not-let-in"

    def __init__(self, why: Why = "failed", detail: str | None = None) -> None:
        super().__init__(detail)
        self.why = why


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider that the instance has, as a page names it."""

    id: str
    """As in addresses: `google`, `oidc`."""
    name: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way: where the browser goes, and what proves afterwards that it is the same one."""

    url: str
    proof: str
    """For a cookie that scripts and other sites don't get."""
    lasts: int
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The end of a sign-in: a session, or none where a provider was added to the one that is there."""

    session: NewSession | None
    back: str
    """The page that was asked for, a path of this instance."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a provider sent back with the browser, untrusted."""

    provider: str
    """As in the address that it came to."""
    state: str
    code: str = ""
    issuer: str | None = None
    """RFC 9207."""
    error: str = ""


@dataclass(frozen=True, slots=True)
class WayIn:
    """A way in that a person has."""

    id: str
    kind: Literal["provider", "passkey"]
    name: str
    """The provider's name, or the passkey's."""
    label: str
    """Whom the provider knows: an address or a name; empty for passkeys."""
    since: datetime
    used_at: datetime | None
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser is to do with its passkeys, and what proves afterwards that it is the same one."""

    options: Mapping[str, Any]
    """As `navigator.credentials` takes them, binary values in base64url."""
    proof: str
    lasts: int


@dataclass(frozen=True, slots=True)
class Pass:
    """What lets a program in for a while."""

    token: str
    """Shown once and kept only as a hash."""
    lasts: int
    """Seconds."""


class SignIns(Protocol):
    """Signs people in by providers of OpenID Connect, and keeps which of them belong to whom."""

    def providers(self) -> Sequence[Provider]:
        """The providers that this instance has."""

    async def begin(self, *, provider: str, origin: str, back: str = "/", adding: Identity | None = None) -> Begun:
        """Where the browser goes to be known by a provider; `adding` links it to the person of this session.

        `origin` is the one that the browser knows oO by. Raises `NotFound` for a provider that is not there, `NotLetIn`
        when it can't be asked, `TooMany` when too many are on their way.
        """

    async def arrive(
        self, *, answered: Answered, proof: str, origin: str, device: str, identity: Identity | None
    ) -> Arrived:
        """Check what the provider sent back and open a session, or link; raises `NotLetIn`.

        A try is used up by this, whether it succeeds or not.
        """

    async def ways(self, *, user: UserId) -> Sequence[WayIn]:
        """The providers and passkeys that let the person in, oldest first."""

    async def remove(self, *, user: UserId, way: str) -> None:
        """Take a way away; raises `NotFound` for anybody else's."""


class Passkeys(Protocol):
    """Signs people in by passkeys (WebAuthn level 2), each verified by the device with a touch, a face or a code."""

    def possible(self, *, origin: str) -> bool:
        """Whether a browser that knows oO by this origin can have passkeys for it: they need a name, not an address."""

    async def kept(self, *, origin: str) -> bool:
        """Whether anybody here has one that this browser could use."""

    async def offer(self, *, identity: Identity, origin: str) -> Asked:
        """What a browser needs to make a passkey for the person; raises `Refused` where there can be none."""

    async def add(
        self, *, identity: Identity, origin: str, proof: str, credential: Mapping[str, Any], name: str, device: str
    ) -> None:
        """Keep the passkey that the browser made; raises `NotLetIn` when it does not hold.

        Without a name it bears that of the device (a User-Agent header).
        """

    async def ask(self, *, origin: str) -> Asked:
        """What a browser needs to sign somebody in with a passkey; raises `Refused` where there can be none."""

    async def enter(self, *, origin: str, proof: str, credential: Mapping[str, Any], device: str) -> NewSession:
        """Open a session for whom the passkey belongs to; raises `NotLetIn`."""


class Automation(Protocol):
    """Lets programs in with the token that the operator set."""

    async def token(self, *, given: str, device: str) -> Pass:
        """A short pass as the owner; raises `NotFound` when no token is set, `NotLetIn` for another one."""
