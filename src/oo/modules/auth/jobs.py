"""What auth does by the clock: forget sessions that are over, and links a day after they ended."""

from __future__ import annotations

from datetime import timedelta

from oo.kernel.jobs import Job
from oo.kernel.module import Kit
from oo.modules.auth import repository
from oo.modules.auth.sessions import IDLE

LINKS_KEPT = timedelta(days=1)
"""So long the log can tell a used link from one that never was."""


def jobs(kit: Kit) -> list[Job]:
    """The room's jobs."""

    async def forget() -> None:
        now = kit.clock.now()
        while await kit.db.write(lambda tx: repository.forget(tx, now, now - IDLE, now - LINKS_KEPT)):
            pass

    return [Job("auth.forget", timedelta(hours=1), forget)]
