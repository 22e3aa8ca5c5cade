"""What makes it worth looking whether a model would be told something else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from oo.contracts.events import ConnectionChanged
from oo.kernel.db import Transaction
from oo.kernel.outbox import Envelope
from oo.kernel.relay import Handler
from oo.modules.recommender.hearing.handlers import HEARD
from oo.modules.recommender.ready import repository

SOON = timedelta(seconds=1)
"""Changes come in bursts: the rest of one is waited for."""


def on_change(tx: Transaction, envelope: Envelope) -> None:
    """Look at the person in a moment."""
    repository.call(tx, envelope.user, envelope.at + SOON)


def on_end(tx: Transaction, envelope: Envelope) -> None:
    """A connection was ended or a consent changed: what was made from it goes at once."""
    if not isinstance(envelope.data, ConnectionChanged) or envelope.data.state == "ended":
        repository.drop(tx, envelope.user)
    repository.call(tx, envelope.user, envelope.at + SOON)


READIERS: Mapping[str, Handler] = {
    **dict.fromkeys((*HEARD, "agents.snippet.computed"), on_change),
    "integrations.connection.changed": on_end,
    "profile.consent.changed": on_end,
}
