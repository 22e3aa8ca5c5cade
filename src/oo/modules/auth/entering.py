"""Coming in: one transaction opens a session, records consent to the terms, and does what belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from oo.contracts.accounts import TERMS_VERSION, NewSession
from oo.contracts.ids import UserId
from oo.kernel.clock import Clock
from oo.kernel.db import Database, Transaction
from oo.kernel.log import get_logger
from oo.modules.auth import repository
from oo.modules.auth.sessions import ABSOLUTE, Sessions

log = get_logger("auth")


class Entrance:
    """Lets people in."""

    def __init__(self, db: Database, sessions: Sessions, clock: Clock) -> None:
        self._db, self._sessions, self._clock = db, sessions, clock

    async def enter(
        self,
        user: str,
        device: str,
        also: Callable[[Transaction], bool],
        *,
        lives: timedelta = ABSOLUTE,
        by_hand: bool = True,
    ) -> NewSession | None:
        """A new session of the person; None, and nothing is written, when `also` says no in the same transaction.

        What a program does in their name, and not they `by_hand`, accepts nothing and is no first visit. Raises
        `KeyGone` for whom was erased.
        """
        now = self._clock.now()
        opened = self._sessions.opening(user, device, lives)

        def unit(tx: Transaction) -> bool | None:
            if not also(tx):
                return None
            repository.add_session(tx, opened.row)
            if not by_hand:
                return False
            repository.accept(tx, user, TERMS_VERSION, now)
            return repository.join(tx, user, now)

        first = await self._db.write(unit)
        if first is None:
            return None
        log.info("session.opened", user=user, session=opened.row["id"])
        return NewSession(UserId(user), opened.cookie, opened.expires_at, first)
