"""What the recommender does by the clock: forget what is older than its retention, and look back at days."""

from __future__ import annotations

from datetime import timedelta

from oo.kernel.jobs import Job
from oo.kernel.module import Kit
from oo.modules.recommender import repository
from oo.modules.recommender.learning import Learning
from oo.modules.recommender.refusals import repository as refusals
from oo.modules.recommender.refusals.service import REPEATS
from oo.modules.recommender.repository import outdated
from oo.modules.recommender.review import review

WORDS_KEPT = timedelta(days=1)
"""The words of a tip are kept no longer than those of its task."""
KEPT = timedelta(days=30)
"""Decisions, tips, reactions and views are kept this long, or as few days as `OO_KEEP_DAYS` says."""
SETTLED = timedelta(days=8)
"""Rewards are final after seven days; what is learnt from older ones is not learnt anew."""


def jobs(kit: Kit, learning: Learning) -> list[Job]:
    """The recommender's jobs."""

    kept = min(KEPT, timedelta(days=kit.settings.keep_days))

    async def forget() -> None:
        while await kit.db.write(lambda tx: repository.forget_before(tx, kit.clock.now() - kept, kit.clock.now())):
            pass
        while await kit.db.write(
            lambda tx: outdated.forget_before(tx, kit.clock.now() - kept, kit.clock.now() - SETTLED)
        ):
            pass
        while await kit.db.write(
            lambda tx: refusals.forget_before(tx, kit.clock.now() - kept, kit.clock.now() - REPEATS)
        ):
            pass
        if await kit.db.read(lambda tx: outdated.has_old_states(tx, kit.clock.now() - KEPT)):
            while await kit.db.write(lambda tx: outdated.forget_retired(tx, kit.clock.now() - KEPT, learning.tags(tx))):
                pass

    async def forget_words() -> None:
        while await kit.db.write(lambda tx: repository.forget_words(tx, kit.clock.now() - WORDS_KEPT)):
            pass
        while await kit.db.write(lambda tx: refusals.forget_texts(tx, kit.clock.now() - WORDS_KEPT)):
            pass

    async def days() -> None:
        while await review(kit, learning):
            pass

    return [
        Job("recommender.forget-words", timedelta(hours=1), forget_words),
        Job("recommender.forget", timedelta(hours=1), forget),
        Job("recommender.review", timedelta(hours=1), days),
    ]
