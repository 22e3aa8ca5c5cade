"""What the events room does by the clock: forget what is older than its retention."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

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

    async def forget_people(last: str = "") -> None:
        """Forget what is here of people who have no key: they are gone."""
        while people := await kit.db.read(partial(repository.people_after, user=last)):
            for user in await asyncio.to_thread(kit.keys.missing, people):
                while await kit.db.write(partial(repository.erase, user=user)):
                    pass
            last = people[-1]
        while await kit.db.write(repository.forget_strays):
            pass

    return [
        Job("events.forget", timedelta(hours=1), forget),
        Job("events.forget-people", timedelta(days=1), forget_people),
    ]
