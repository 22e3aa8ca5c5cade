"""The agents' clock: every quarter of an hour for everybody who is here, and sooner for whom something calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from oo.contracts.serving import Serving
from oo.kernel.db import Transaction
from oo.kernel.jobs import Tick, Work
from oo.kernel.jobs.job import END
from oo.modules.recommender.hearing import repository
from oo.modules.recommender.hearing.service import Hearing

VERSION = 2
CALLED = timedelta(minutes=1)
"""How soon a change is heard of."""
ROUND = timedelta(minutes=15)
"""How often everybody is asked about, as time goes on for them; sooner where an agent's time is shorter."""


def works(hearing: Hearing, serving: Serving) -> list[Work]:
    """What is done for many people."""
    shortest = min((timedelta(minutes=view.ttl_minutes) for view in serving.registry()), default=ROUND)

    def called(tx: Transaction, tick: Tick, after: str, limit: int) -> Sequence[str]:
        return repository.due(tx, tick.at, after, END, limit)

    def everybody(tx: Transaction, tick: Tick, after: str, limit: int) -> Sequence[str]:
        return repository.everybody(tx, tick.at, after, END, limit)

    every = min(ROUND, shortest)
    return [
        Work("recommender.hear", VERSION, CALLED, called, hearing.hear_called, spread=CALLED / 2),
        Work("recommender.hear-all", VERSION, every, everybody, hearing.hear_round, spread=every / 3),
    ]
