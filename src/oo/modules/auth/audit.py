"""The audit of coming in: who, how, when, and why not; no address, no device and no word of anybody's is in it."""

from __future__ import annotations

from typing import Any

from oo.kernel.clock import Clock
from oo.kernel.db import Database
from oo.kernel.ids import Ids
from oo.kernel.log import get_logger
from oo.modules.auth.repository import ways

log = get_logger("auth")


class Audit:
    """Writes lines of the audit."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db, self._clock, self._ids = db, clock, ids

    def line(self, what: str, *, user: str | None = None, way: str = "", why: str = "") -> dict[str, Any]:
        """A line that goes with the transaction that does it."""
        return {
            "id": self._ids.new(),
            "user_id": user,
            "at": self._clock.now(),
            "what": what,
            "way": way,
            "why": why,
        }

    async def refused(self, way: str, why: str, user: str | None = None) -> None:
        """Note, here and in the log, that nobody was let in."""
        log.warning("sign_in.refused", kind=way or "none", reason=why, user=user or "")
        row = self.line("refused", user=user, way=way, why=why)
        await self._db.write(lambda tx: ways.note(tx, row))
