"""What the events room does by the clock: forget what is older than its retention."""

from __future__ import annotations

from datetime import timedelta

from oo.kernel.jobs import Job
from oo.kernel.module import Kit
from oo.modules.events import repository

KEPT = timedelta(days=7)
"""Events are kept this long after they were handed on."""


def jobs(kit: Kit) -> list[Job]:
    """The room's jobs."""

    async def forget() -> None:
        while await kit.db.write(lambda tx: repository.forget_before(tx, kit.clock.now() - KEPT)):
            pass

    return [Job("events.forget", timedelta(hours=1), forget)]
