"""Tries on their way: each is a row that is used once, within ten minutes, by the browser that began it."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.accounts import Identity
from oo.contracts.errors import TooMany
from oo.kernel.clock import Clock
from oo.kernel.db import Database
from oo.kernel.log import get_logger
from oo.modules.auth.refusals import SignInRefused
from oo.modules.auth.repository import ways
from oo.modules.auth.sessions import digest_of

LASTS = timedelta(minutes=10)
MOST_OPEN = 10_000
"""Tries on their way at once, so that nobody fills the disk with them."""
LONGEST = 4096
"""Characters of what a browser brings back; real codes have some hundred."""

log = get_logger("auth")


class Tries:
    """Keeps tries until they are used."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def keep(
        self, state: str, kind: str, proof: str, *, identity: Identity | None, provider: str = "", back: str = "/"
    ) -> None:
        """Keep a try by its state, for the browser that holds the proof; raises `TooMany`."""
        now = self._clock.now()
        row = {
            "digest": digest_of(state),
            "kind": kind,
            "browser": digest_of(proof),
            "provider": provider,
            "back": back,
            "user_id": identity and identity.user,
            "session": identity and identity.session,
            "expires_at": now + LASTS,
        }
        if not await self._db.write(lambda tx: ways.add_attempt(tx, row, now, MOST_OPEN)):
            raise TooMany

    async def take(self, state: str, kind: str, *beside: str) -> Row[Any]:
        """The try of this state, which is used up by it; raises `SignInRefused`. Nothing beside it may be long."""
        attempt = None
        if max(map(len, (state, *beside))) <= LONGEST:
            digest = digest_of(state)
            attempt = await self._db.write(lambda tx: ways.take_attempt(tx, digest))
        # Not in the audit: anybody can make up a state, and would fill the disk.
        if attempt is None or attempt.kind != kind:
            log.warning("sign_in.refused", kind=kind, reason="state")
            raise SignInRefused("state")
        check_in_time(attempt, self._clock.now())
        return attempt


def check_in_time(attempt: Row[Any], now: datetime) -> None:
    """It has not taken longer than ten minutes."""
    if now >= attempt.expires_at:
        log.warning("sign_in.refused", kind=attempt.kind, reason="expired")
        raise SignInRefused("expired")


def check_browser(attempt: Row[Any], proof: str) -> None:
    """The browser that comes back is the one that went away."""
    if not hmac.compare_digest(attempt.browser, digest_of(proof)):
        raise SignInRefused("browser")


def check_session(attempt: Row[Any], identity: Identity | None) -> None:
    """A way in is added within the session that asked for it, and in no other."""
    if attempt.user_id is None:
        return
    if identity is None or (identity.user, identity.session) != (attempt.user_id, attempt.session):
        raise SignInRefused("session")
