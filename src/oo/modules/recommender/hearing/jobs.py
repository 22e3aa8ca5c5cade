"""The agents' clock: every quarter of an hour, or sooner, for whoever is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from oo.kernel.db import Transaction
from oo.kernel.jobs import Tick, Work
from oo.kernel.jobs.job import END
from oo.modules.recommender.hearing import repository
from oo.modules.recommender.hearing.service import Hearing

VERSION = 1
EVERY = timedelta(minutes=1)
"""How soon a change is heard of; people whose agents have nothing new to look at aren't asked."""


def works(hearing: Hearing) -> list[Work]:
    """What is done for many people."""

    def plan(tx: Transaction, tick: Tick, after: str, limit: int) -> Sequence[str]:
        return repository.due(tx, tick.at, after, END, limit)

    return [Work("recommender.hear", VERSION, EVERY, plan, hearing.hear_shard, spread=EVERY / 2)]
