"""People and their one-time links; what follows from a cookie is in `sessions.py`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.accounts import TERMS_VERSION, Identity, NewSession, Person, SessionView
from oo.contracts.errors import Conflict, Invalid, LinkUsed, NotFound
from oo.contracts.ids import SessionId, UserId
from oo.kernel.clock import Clock
from oo.kernel.db import Database, Transaction
from oo.kernel.ids import Ids
from oo.kernel.keys import KeyGone, Keys
from oo.kernel.log import get_logger
from oo.modules.auth import repository
from oo.modules.auth.names import clean_name, folded
from oo.modules.auth.sessions import LONGEST_TOKEN, Sessions, digest_of

LINK_LIVES = timedelta(minutes=15)
OWNER_NAME = "Owner"
NAME = "people.name"

log = get_logger("auth")


class LinkAccounts:
    """`Accounts` by one-time links: whoever can read the terminal of oO is the owner, and invites the others."""

    def __init__(self, db: Database, keys: Keys, clock: Clock, ids: Ids, *, alone: bool) -> None:
        """`alone`: no other process changes these tables, so sessions may be remembered (see `Sessions`)."""
        self._db, self._keys, self._clock, self._ids = db, keys, clock, ids
        self._sessions = Sessions(db, keys, clock, ids, alone=alone)

    async def owner_link(self) -> str:
        """See `Accounts.owner_link`."""
        user = await self._alive(await self._db.read(repository.owner))
        return await self._link(user or await self._new_person(OWNER_NAME, "owner"), "owner")

    async def invite(self, *, name: str) -> str:
        """See `Accounts.invite`."""
        clean = clean_name(name)
        digest = self._digest(clean)
        if digest == self._digest(OWNER_NAME):
            raise Invalid("This name is the owner's; for the owner's link, run `oo link` without a name.")
        user = await self._alive(await self._db.read(lambda tx: repository.named(tx, digest)))
        return await self._link(user or await self._new_person(clean, "member"), "invite")

    async def redeem(self, *, token: str, device: str) -> NewSession:
        """See `Accounts.redeem`; `device` is the browser's User-Agent header, of which a short name is kept."""
        now, digest = self._clock.now(), digest_of(token)
        link = None if len(token) > LONGEST_TOKEN else await self._db.read(lambda tx: repository.link(tx, digest))
        if link is None:
            raise self._refused("unknown", None)
        if reason := _refusal(link, now):
            raise self._refused(reason, link)
        user: str = link.user_id
        try:
            opened = self._sessions.opening(user, device)
        except KeyGone:
            raise self._refused("erased", link) from None

        def unit(tx: Transaction) -> bool | None:
            if not repository.take_link(tx, digest, now):
                return None
            repository.add_session(tx, opened.row)
            repository.accept(tx, user, TERMS_VERSION, now)
            return repository.join(tx, user, now)

        first = await self._db.write(unit)
        if first is None:
            raise self._refused("used", link)
        log.info("session.opened", user=user, session=opened.row["id"])
        return NewSession(UserId(user), opened.cookie, opened.expires_at, first)

    async def authenticate(self, *, cookie: str) -> Identity | None:
        """See `Accounts.authenticate`."""
        return await self._sessions.authenticate(cookie)

    async def sign_out(self, *, user: UserId, session: SessionId) -> None:
        """See `Accounts.sign_out`."""
        await self._sessions.sign_out(user, session)

    async def sessions(self, *, identity: Identity) -> list[SessionView]:
        """See `Accounts.sessions`."""
        return await self._sessions.listed(identity)

    async def person(self, *, user: UserId) -> Person:
        """See `Accounts.person`."""
        row = await self._db.read(lambda tx: repository.person(tx, user))
        person = None if row is None else self._person(row)
        if person is None:
            raise NotFound
        return person

    async def people(self) -> list[Person]:
        """See `Accounts.people`."""
        people = [self._person(row) for row in await self._db.read(repository.everybody)]
        return [person for person in people if person is not None]

    async def _alive(self, user: str | None) -> str | None:
        """The person, unless their key is gone: then what a restored back-up brought back of them is deleted again."""
        if user is None:
            return None
        try:
            self._keys.cipher(user)
        except KeyGone:
            await self._db.write(lambda tx: repository.erase(tx, user))
            return None
        return user

    async def _new_person(self, name: str, role: str) -> str:
        """Make a person and their key, or find the one whom another call made meanwhile."""
        user, now, digest = self._ids.new(), self._clock.now(), self._digest(name)
        sealed = self._keys.create(user).seal(NAME, name)
        row = {"user_id": user, "name": sealed, "name_digest": digest, "role": role, "created_at": now}

        def unit(tx: Transaction) -> str:
            if repository.add_person(tx, row):
                return user
            found = repository.named(tx, digest)
            assert found is not None
            return found

        kept = await self._db.write(unit)
        if kept != user:
            self._keys.destroy(user)
        else:
            log.info("person.made", user=user, kind=role)
        return kept

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

    def _digest(self, name: str) -> str:
        return self._keys.digest(NAME, folded(name))

    def _person(self, row: Row[Any]) -> Person | None:
        """The person of a row, None when the key is gone and with it the person."""
        try:
            name = self._keys.cipher(row.user_id).open(NAME, row.name)
        except KeyGone:
            return None
        return Person(UserId(row.user_id), name, "owner" if row.role == "owner" else "member", row.created_at)


def _refusal(link: Row[Any], now: datetime) -> str:
    """Why a link doesn't sign in any more, or nothing."""
    return "used" if link.used_at is not None else "expired" if now >= link.expires_at else ""
