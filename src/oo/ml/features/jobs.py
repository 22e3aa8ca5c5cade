"""What the features room does by the clock: fold what waits, and forget what is older than its retention."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from oo.contracts.features import Verb
from oo.kernel.db import Transaction
from oo.kernel.jobs import Job, Tick, Work
from oo.kernel.jobs.job import END
from oo.kernel.module import Kit
from oo.ml.features import repository
from oo.ml.features.service import KeptFeatures
from oo.ml.features.themes import Themes

FOLD_VERSION = 1
THEMES_VERSION = 1
KEPT: dict[timedelta, tuple[Verb, ...]] = {
    timedelta(days=400): ("completed",),
    timedelta(days=30): ("served", "done", "snoozed", "dismissed", "undone"),
}
"""How long what happened is kept (product.md section 7)."""


def work(service: KeptFeatures, themes: Themes) -> list[Work]:
    """What is done for many people."""

    def plan(tx: Transaction, tick: Tick, after: str, limit: int) -> Sequence[str]:
        return repository.people_waiting(tx, after, END, limit)

    def changed(tx: Transaction, tick: Tick, after: str, limit: int) -> Sequence[str]:
        return repository.themes_due(tx, after, END, limit)

    return [
        Work("features.fold", FOLD_VERSION, timedelta(minutes=1), plan, service.fold_shard),
        Work("features.themes", THEMES_VERSION, timedelta(minutes=5), changed, themes.find_shard),
    ]


def jobs(kit: Kit) -> list[Job]:
    """The room's housekeeping."""

    async def forget() -> None:
        now = kit.clock.now()
        for most, verbs in KEPT.items():
            span = min(most, timedelta(days=kit.settings.keep_days)) if "done" in verbs else most
            while await kit.db.write(
                lambda tx, verbs=verbs, span=span: repository.forget_before(tx, verbs, now - span)  # type: ignore[misc]
            ):
                pass

        month = timedelta(days=kit.settings.keep_days)
        while await kit.db.write(lambda tx: repository.forget_themes_before(tx, now - month)):
            pass

    return [Job("features.forget", timedelta(hours=1), forget)]
