"""Sessions: what a cookie is worth at an instant, and what changes when it is shown.

A session ends 14 days after it was last used and 90 days after it began (OWASP ASVS v5.0.0-7.3.1, 7.3.2). Its token
changes once a day. The token before it counts for another minute, for requests that were on their way, and until the
new one is seen for the first time: an answer that got lost must not sign anybody out.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from oo.contracts.accounts import TERMS_VERSION, Identity, SessionView
from oo.contracts.errors import NotFound
from oo.contracts.ids import SessionId, UserId
from oo.kernel.clock import Clock
from oo.kernel.db import Database
from oo.kernel.ids import Ids
from oo.kernel.keys import KeyGone, Keys
from oo.kernel.log import get_logger
from oo.modules.auth import repository
from oo.modules.auth.devices import device_name
from oo.modules.auth.repository import OpenSession

IDLE = timedelta(days=14)
ABSOLUTE = timedelta(days=90)
ROTATE_EVERY = timedelta(hours=24)
GRACE = timedelta(seconds=60)
SEEN_EVERY = timedelta(minutes=5)
LONGEST_TOKEN = 200
DEVICE = "sessions.device"
_REMEMBERED = 10_000

Step = Literal["serve", "see", "rotate", "renew", "superseded", "idle", "old"]

log = get_logger("auth")


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that is about to be: its cookie, and its row."""

    cookie: str
    row: dict[str, object]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    identity: Identity
    until: datetime
    """Before this instant the cookie needs nothing but an answer."""


class Sessions:
    """Opens, recognises, lists and ends sessions.

    With `alone`, what was read is remembered in the process until the session needs a write; correct only while no
    other process changes these tables, as on SQLite, whose file has one owner. Whoever is erased is refused at once, as
    their key is gone.
    """

    def __init__(self, db: Database, keys: Keys, clock: Clock, ids: Ids, *, alone: bool) -> None:
        self._db, self._keys, self._clock, self._ids, self._alone = db, keys, clock, ids, alone
        self._known: dict[str, _Known] = {}
        self._changes = 0

    def opening(self, user: str, user_agent: str, lives: timedelta = ABSOLUTE) -> Opened:
        """A session to be written: 256 random bits for the cookie, of which only the digest is kept."""
        now, cookie = self._clock.now(), self._ids.token()
        row: dict[str, object] = {
            "id": self._ids.new(),
            "user_id": user,
            "token_digest": digest_of(cookie),
            "csrf": self._ids.token(),
            "device": self._keys.cipher(user).seal(DEVICE, device_name(user_agent)),
            "created_at": now,
            "seen_at": now,
            "rotated_at": now,
            "expires_at": now + lives,
        }
        return Opened(cookie, row, now + lives)

    async def authenticate(self, cookie: str) -> Identity | None:
        """See `Accounts.authenticate`."""
        if len(cookie) > LONGEST_TOKEN:
            return None
        digest = digest_of(cookie)
        known, now = self._known.get(digest), self._clock.now()
        if known is not None and now < known.until and self._lives(known.identity.user):
            return known.identity
        return await self._looked_up(digest, now)

    async def sign_out(self, user: UserId, session: SessionId) -> None:
        """See `Accounts.sign_out`."""
        # Shielded: a caller that goes away must not leave an ended session remembered.
        if not await asyncio.shield(self._end(user, session)):
            raise NotFound
        log.info("session.ended", user=user, session=session, reason="signed-out")

    async def accept(self, identity: Identity, version: str) -> None:
        """Record that the person accepts a version of the terms; what is remembered of their sessions is read again."""
        user, now = identity.user, self._clock.now()
        try:
            await asyncio.shield(self._db.write(lambda tx: repository.accept(tx, user, version, now)))
        finally:
            self._changes += 1
            self._known = {one: known for one, known in self._known.items() if known.identity.user != user}

    async def listed(self, identity: Identity) -> list[SessionView]:
        """See `Accounts.sessions`."""
        now, user = self._clock.now(), identity.user
        rows = await self._db.read(lambda tx: repository.sessions_of(tx, user, now, now - IDLE))
        cipher = self._keys.cipher(user) if rows else None
        return [
            SessionView(
                row.id, cipher.open(DEVICE, row.device), row.created_at, row.seen_at, row.id == identity.session
            )
            for row in rows
            if cipher is not None
        ]

    async def _looked_up(self, digest: str, now: datetime) -> Identity | None:
        changes = self._changes
        held = await self._db.read(lambda tx: repository.held(tx, digest, TERMS_VERSION))
        if held is None or not self._lives(held.user):
            self._known.pop(digest, None)
            log.debug("session.refused", reason="unknown")
            return None
        identity = Identity(UserId(held.user), SessionId(held.id), held.role == "owner", held.csrf, agreed=held.agreed)
        match step(held, now):
            case "serve":
                if not held.by_previous:
                    self._remember(digest, identity, held, changes)
                return identity
            case "see":
                return await self._seen(digest, identity, held, now, changes)
            case "rotate" | "renew":
                return await self._with_fresh_token(digest, identity, held, now)
            case "superseded":
                log.warning("session.refused", user=held.user, session=held.id, reason="superseded")
            case "idle" | "old" as reason:
                await asyncio.shield(self._end(held.user, held.id))
                log.info("session.ended", user=held.user, session=held.id, reason=reason)
        return None

    async def _seen(
        self, digest: str, identity: Identity, held: OpenSession, now: datetime, changes: int
    ) -> Identity | None:
        until = (
            max(held.rotated_at + GRACE, now) if held.rotated and held.previous_until is None else held.previous_until
        )
        # Remembered before the write, so that the requests beside this one don't write the same.
        self._remember(digest, identity, replace(held, seen_at=now), changes)
        try:
            there = await self._db.write(lambda tx: repository.seen(tx, held.id, digest, now, until))
        except Exception as error:  # a full disk must not lock anybody out; the session only looks older than it is
            log.warning("session.not_noted", failure=error, session=held.id)
            return identity
        if there:
            return identity
        self._known.pop(digest, None)  # it was ended meanwhile
        return None

    async def _with_fresh_token(
        self, digest: str, identity: Identity, held: OpenSession, now: datetime
    ) -> Identity | None:
        cookie = self._ids.token()
        fresh = digest_of(cookie)
        try:
            if held.by_previous:
                done = await self._db.write(
                    lambda tx: repository.renew(tx, held.id, digest, fresh, held.rotated_at, now)
                )
            else:
                done = await self._db.write(lambda tx: repository.rotate(tx, held.id, digest, fresh, now))
        except Exception as error:
            log.warning("session.not_rotated", failure=error, session=held.id)
            return identity
        self._forget(held.id)
        if done:
            return replace(identity, renewed=cookie)
        # Another request gave it another token, or it was ended: what the cookie is worth now is read again.
        again = await self._db.read(lambda tx: repository.held(tx, digest, TERMS_VERSION))
        return identity if again is not None and step(again, now) in ("serve", "see") else None

    async def _end(self, user: str, session: str) -> bool:
        try:
            return await self._db.write(lambda tx: repository.end(tx, user, session))
        finally:
            self._forget(session)

    def _remember(self, digest: str, identity: Identity, held: OpenSession, changes: int) -> None:
        """Keep what was read, unless a session changed since: the read may be older than that change."""
        if not self._alone or changes != self._changes:
            return
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        until = min(held.seen_at + SEEN_EVERY, held.rotated_at + ROTATE_EVERY, held.expires_at)
        self._known[digest] = _Known(identity, until)

    def _forget(self, session: str) -> None:
        self._changes += 1
        for digest in [digest for digest, known in self._known.items() if known.identity.session == session]:
            del self._known[digest]

    def _lives(self, user: str) -> bool:
        try:
            self._keys.cipher(user)
        except KeyGone:
            return False
        return True


def digest_of(token: str) -> str:
    """The SHA-256 by which a token is found; 256 random bits need no salt, and the time of a look-up tells nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def step(held: OpenSession, now: datetime) -> Step:
    """What a token asks for at an instant: an answer, a note that it was seen, a fresh token, or an end."""
    if now >= held.expires_at:
        return "old"
    if now >= held.seen_at + IDLE:
        return "idle"
    if held.by_previous:
        if held.previous_until is None:
            return "serve" if now < held.rotated_at + GRACE else "renew"
        return "serve" if now < held.previous_until else "superseded"
    if now >= held.rotated_at + ROTATE_EVERY:
        return "rotate"
    arrived = not held.rotated or held.previous_until is not None
    return "serve" if arrived and now < held.seen_at + SEEN_EVERY else "see"
