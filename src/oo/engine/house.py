"""The house's parts: the gates, sources and rules that every decision of oO goes through, in order."""

from __future__ import annotations

from collections.abc import Sequence

from oo.contracts.decisions import Candidate, UserView
from oo.engine import filters, gates
from oo.engine.candidates import candidates
from oo.engine.pipeline import Parts, Source
from oo.engine.thoughts import SOURCE, thoughts


async def _thoughts(view: UserView) -> Sequence[Candidate]:
    return thoughts(view)


async def _tasks(view: UserView) -> Sequence[Candidate]:
    return candidates(view)


TASKS = Source("tasks", _tasks)
THOUGHTS = Source(SOURCE, _thoughts)

FILTERS = (
    filters.FINISHED,
    filters.DONE,
    filters.HIDDEN,
    filters.WAITING,
    filters.DEFERRED,
    filters.BLOCKED,
    filters.SNOOZED,
    filters.DISMISSED,
    filters.ENOUGH,
)

PARTS = Parts(gates=(gates.MEETING,), sources=(TASKS, THOUGHTS), filters=FILTERS)
