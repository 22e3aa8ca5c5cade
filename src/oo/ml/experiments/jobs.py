"""What experiments do by the clock: shadows, the watch over trials, and forgetting."""

from __future__ import annotations

from datetime import timedelta

from oo.contracts.lineups import DecisionLog
from oo.kernel.jobs import Job
from oo.kernel.module import Kit
from oo.ml.experiments import repository
from oo.ml.experiments.service import Watch
from oo.ml.experiments.shadowing import shadow_decisions

KEPT = timedelta(days=30)
"""As long as the decisions that they shadow."""
COINS_KEPT = timedelta(days=400)
"""Randomised moments are few, and the only thing that says whether oO helps; as long as completions are kept."""


def jobs(kit: Kit, log: DecisionLog, watch: Watch) -> list[Job]:
    """Every job."""

    async def shadow() -> None:
        await shadow_decisions(kit, log)

    async def guard() -> None:
        await watch.watch()

    async def forget() -> None:
        now = kit.clock.now()
        while await kit.db.write(lambda tx: repository.forget_before(tx, now - KEPT, now - COINS_KEPT)):
            pass

    return [
        Job("experiments.shadows", timedelta(seconds=30), shadow),
        Job("experiments.watch", timedelta(hours=1), guard),
        Job("experiments.forget", timedelta(hours=1), forget),
    ]
