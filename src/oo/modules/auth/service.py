"""People and their one-time links; what follows from a cookie is in `sessions.py`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.accounts import TERMS_VERSION, Identity, NewSession, Person, SessionView
from oo.contracts.errors import Conflict, Invalid, LinkUsed
from oo.contracts.ids import SessionId, UserId
from oo.kernel.clock import Clock
from oo.kernel.db import Database
from oo.kernel.ids import Ids
from oo.kernel.keys import KeyGone, Keys
from oo.kernel.log import get_logger
from oo.modules.auth import repository
from oo.modules.auth.entering import Entrance
from oo.modules.auth.names import clean_name
from oo.modules.auth.people import OWNER_NAME, People
from oo.modules.auth.sessions import LONGEST_TOKEN, Sessions, digest_of

LINK_LIVES = timedelta(minutes=15)

log = get_logger("auth")


class LinkAccounts:
    """`Accounts` by one-time links: whoever can read the terminal of oO is the owner, and invites the others."""

    def __init__(
        self,
        db: Database,
        keys: Keys,
        clock: Clock,
        ids: Ids,
        *,
        alone: bool,
        people: People | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        """`alone`: no other process changes these tables, so sessions may be remembered (see `Sessions`)."""
        self._db, self._clock, self._ids = db, clock, ids
        self._people = people or People(db, keys, clock, ids)
        self._sessions = sessions or Sessions(db, keys, clock, ids, alone=alone)
        self._entrance = Entrance(db, self._sessions, clock)

    async def owner_link(self) -> str:
        """See `Accounts.owner_link`."""
        return await self._link(await self._people.owner(), "owner")

    async def invite(self, *, name: str) -> str:
        """See `Accounts.invite`."""
        clean = clean_name(name)
        if self._people.digest(clean) == self._people.digest(OWNER_NAME):
            raise Invalid("This name is the owner's; for the owner's link, run `oo link` without a name.")
        return await self._link(await self._people.member(clean), "invite")

    async def redeem(self, *, token: str, device: str) -> NewSession:
        """See `Accounts.redeem`; `device` is the browser's User-Agent header, of which a short name is kept."""
        now, digest = self._clock.now(), digest_of(token)
        link = None if len(token) > LONGEST_TOKEN else await self._db.read(lambda tx: repository.link(tx, digest))
        if link is None:
            raise self._refused("unknown", None)
        if reason := _refusal(link, now):
            raise self._refused(reason, link)
        try:
            session = await self._entrance.enter(link.user_id, device, lambda tx: repository.take_link(tx, digest, now))
        except KeyGone:
            raise self._refused("erased", link) from None
        if session is None:
            raise self._refused("used", link)
        return session

    async def authenticate(self, *, cookie: str) -> Identity | None:
        """See `Accounts.authenticate`."""
        return await self._sessions.authenticate(cookie)

    async def agree(self, *, identity: Identity) -> None:
        """See `Accounts.agree`."""
        await self._sessions.accept(identity, TERMS_VERSION)

    async def sign_out(self, *, user: UserId, session: SessionId) -> None:
        """See `Accounts.sign_out`."""
        await self._sessions.sign_out(user, session)

    async def sessions(self, *, identity: Identity) -> list[SessionView]:
        """See `Accounts.sessions`."""
        return await self._sessions.listed(identity)

    async def person(self, *, user: UserId) -> Person:
        """See `Accounts.person`."""
        return await self._people.one(user)

    async def people(self) -> list[Person]:
        """See `Accounts.people`."""
        return await self._people.all()

    async def _link(self, user: str, purpose: str) -> str:
        now, token = self._clock.now(), self._ids.token()
        row = {
            "token_digest": digest_of(token),
            "user_id": user,
            "purpose": purpose,
            "created_at": now,
            "expires_at": now + LINK_LIVES,
        }
        if not await self._db.write(lambda tx: repository.add_link(tx, row)):
            raise Conflict
        return token

    def _refused(self, reason: str, link: Row[Any] | None) -> LinkUsed:
        log.warning("link.refused", reason=reason, user="" if link is None else link.user_id)
        return LinkUsed()


def _refusal(link: Row[Any], now: datetime) -> str:
    """Why a link doesn't sign in any more, or nothing."""
    return "used" if link.used_at is not None else "expired" if now >= link.expires_at else ""
