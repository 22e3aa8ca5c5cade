"""What auth does by the clock: forget what is over, links a day after they ended, the audit after 90."""

from __future__ import annotations

from datetime import timedelta

from oo.kernel.jobs import Job
from oo.kernel.module import Kit
from oo.modules.auth import repository
from oo.modules.auth.repository import ways
from oo.modules.auth.sessions import IDLE

LINKS_KEPT = timedelta(days=1)
"""So long the log can tell a used link from one that never was."""

AUDITED = timedelta(days=90)
"""So long the audit says who came in how."""


def jobs(kit: Kit) -> list[Job]:
    """The room's jobs."""

    async def forget() -> None:
        now = kit.clock.now()
        while await kit.db.write(lambda tx: repository.forget(tx, now, now - IDLE, now - LINKS_KEPT)):
            pass
        while await kit.db.write(lambda tx: ways.forget(tx, now, now - AUDITED)):
            pass

    return [Job("auth.forget", timedelta(hours=1), forget)]
