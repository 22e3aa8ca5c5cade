"""What the recommender does by the clock: forget what is older than its retention."""

from __future__ import annotations

from datetime import timedelta

from oo.kernel.jobs import Job
from oo.kernel.module import Kit
from oo.modules.recommender import repository

KEPT = timedelta(days=30)
"""Decisions, tips, reactions and views are kept this long (product.md section 7)."""


def jobs(kit: Kit) -> list[Job]:
    """The recommender's jobs."""

    async def forget() -> None:
        while await kit.db.write(lambda tx: repository.forget_before(tx, kit.clock.now() - KEPT, kit.clock.now())):
            pass

    return [Job("recommender.forget", timedelta(hours=1), forget)]
