"""What is counted in the rows of jobs; planning and running them is `kernel.jobs`."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select

from oo.kernel.db import Transaction
from oo.kernel.jobs.tables import FAILED, OPEN, runs, ticks


class Counts(NamedTuple):
    """How much is planned."""

    planned: int
    """Pieces of work that have a tick."""
    open: int
    """Runs to be done."""
    failed: int
    """Runs that were given up, of the ticks that are kept."""


def counts(tx: Transaction) -> Counts:
    """How much is planned, to be done and given up."""
    planned = tx.execute(select(func.count()).select_from(ticks)).scalar_one()
    states = (func.count().filter(runs.c.state == state) for state in (OPEN, FAILED))
    return Counts(int(planned), *map(int, tx.execute(select(*states)).one()))
