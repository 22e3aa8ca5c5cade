"""What experiments do when something happened: completions count for coins, opt-outs for guardrails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from oo.contracts.events import DeliveryChanged, TaskCompleted
from oo.kernel.db import Transaction
from oo.kernel.outbox import Envelope
from oo.kernel.relay import Handler
from oo.ml.experiments import repository

WITHIN = timedelta(days=1)
OPTED_OUT = "opted-out"


def on_completed(tx: Transaction, envelope: Envelope) -> None:
    """A task was finished: one more within a day of the person's coins."""
    if not (isinstance(envelope.data, TaskCompleted) and envelope.data.past):  # no tip came before it
        repository.count_done(tx, envelope.user, envelope.at, WITHIN)


def on_delivery(tx: Transaction, envelope: Envelope) -> None:
    """Somebody wants less after a push: a guardrail of whoever decided the tips before it."""
    if isinstance(envelope.data, DeliveryChanged) and envelope.data.state == OPTED_OUT:
        repository.add_quit(tx, envelope.user, envelope.at)


HANDLERS: Mapping[str, Handler] = {"signals.task.completed": on_completed, "notifier.delivery.changed": on_delivery}
