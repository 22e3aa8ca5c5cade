"""What `auth` promises: people, one-time links and sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from oo.contracts.ids import SessionId, UserId

TERMS_VERSION = "2026-11-21"
"""Version of the terms and privacy pages that a sign-in accepts."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking: the result of a valid session cookie."""

    user: UserId
    session: SessionId
    admin: bool
    csrf: str
    """The session's token for hidden form fields and the `X-CSRF` header."""
    renewed: str | None = None
    """A new cookie value when the session was rotated by this request."""
    agreed: bool = True
    """The person accepted the terms that hold now; else only Settings and the question are open."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that was just opened; `cookie` is shown once and kept only as a hash."""

    user: UserId
    cookie: str
    expires_at: datetime
    first: bool
    """True at the person's first sign-in."""


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as its owner sees it."""

    id: SessionId
    device: str
    created_at: datetime
    seen_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A person of this instance."""

    id: UserId
    name: str
    role: Literal["owner", "member"]
    created_at: datetime


class Accounts(Protocol):
    """Signs people in by one-time links and keeps their sessions."""

    async def owner_link(self) -> str:
        """A new single-use token for the owner, who is made on the first call; earlier unused ones end.

        Valid for 15 minutes.
        """

    async def invite(self, *, name: str) -> str:
        """A new single-use token that makes a person of this name, or signs in the one who has it.

        Raises `Invalid` for a name that is empty, longer than 80 or the owner's.
        """

    async def redeem(self, *, token: str, device: str) -> NewSession:
        """Open a session with a link's token and record consent to the terms.

        Raises `LinkUsed` for one that is used, too old or unknown.
        """

    async def authenticate(self, *, cookie: str) -> Identity | None:
        """Who the cookie belongs to, or None; ends idle and old sessions and rotates the token now and then."""

    async def agree(self, *, identity: Identity) -> None:
        """Record that the person accepts the terms that hold now, and when."""

    async def sign_out(self, *, user: UserId, session: SessionId) -> None:
        """End one session of the person; raises `NotFound` for anybody else's."""

    async def sessions(self, *, identity: Identity) -> list[SessionView]:
        """The person's open sessions, newest first."""

    async def person(self, *, user: UserId) -> Person:
        """The person; raises `NotFound`."""

    async def people(self) -> list[Person]:
        """Everybody, for the command line."""
