"""How often it is looked who is to be written for, and what is forgotten."""

from __future__ import annotations

from datetime import timedelta

from oo.kernel.jobs import Job
from oo.modules.recommender.ready import repository
from oo.modules.recommender.ready.service import Ready

LOOK = timedelta(seconds=2)
WORDS_KEPT = timedelta(days=1)
"""Titles are kept no longer than that anywhere."""


def jobs(ready: Ready) -> list[Job]:
    """A beat that begins with whoever is due, and forgetting."""
    kit = ready.kit

    async def forget() -> None:
        while await kit.db.write(lambda tx: repository.forget(tx, kit.clock.now(), kit.clock.now() - WORDS_KEPT)):
            pass

    looking = [Job("recommender.ready", LOOK, ready.look)] if ready.is_on else []
    return [*looking, Job("recommender.ready-forget", timedelta(hours=1), forget)]
