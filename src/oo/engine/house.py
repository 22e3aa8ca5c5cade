"""The house's parts: the gates, sources and rules that every decision of oO goes through, in order."""

from __future__ import annotations

from collections.abc import Sequence

from oo.contracts.decisions import Candidate, UserView
from oo.engine import filters, gates
from oo.engine.candidates import candidates
from oo.engine.pipeline import Parts, Source


async def _tasks(view: UserView) -> Sequence[Candidate]:
    return candidates(view)


TASKS = Source("tasks", _tasks)

FILTERS = (
    filters.FINISHED,
    filters.DONE,
    filters.HIDDEN,
    filters.WAITING,
    filters.DEFERRED,
    filters.BLOCKED,
    filters.SNOOZED,
    filters.DISMISSED,
)

PARTS = Parts(gates=(gates.MEETING,), sources=(TASKS,), filters=FILTERS)
