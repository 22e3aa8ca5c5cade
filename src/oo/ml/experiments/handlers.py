"""What experiments do when something happened: a completion counts for the coins that came before it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from oo.contracts.events import TaskCompleted
from oo.kernel.db import Transaction
from oo.kernel.outbox import Envelope
from oo.kernel.relay import Handler
from oo.ml.experiments import repository

WITHIN = timedelta(days=1)


def on_completed(tx: Transaction, envelope: Envelope) -> None:
    """A task was finished: one more within a day of the person's coins."""
    if not (isinstance(envelope.data, TaskCompleted) and envelope.data.past):  # no tip came before it
        repository.count_done(tx, envelope.user, envelope.at, WITHIN)


HANDLERS: Mapping[str, Handler] = {"signals.task.completed": on_completed}
