"""What makes agents worth asking anew: tasks, times, reactions, consents and preferences that changed."""

from __future__ import annotations

from collections.abc import Mapping

from oo.kernel.db import Transaction
from oo.kernel.outbox import Envelope
from oo.kernel.relay import Handler
from oo.modules.recommender.hearing import repository

HEARD = (
    "signals.task.added",
    "signals.task.changed",
    "signals.task.completed",
    "signals.task.reopened",
    "signals.task.deleted",
    "signals.busy.changed",
    "tips.tip.reacted",
    "profile.consent.changed",
    "profile.context.changed",
    "profile.pref.set",
    "integrations.connection.changed",
)
"""Events after which agents may have something else to say."""


def on_change(tx: Transaction, envelope: Envelope) -> None:
    """Have the person's agents asked in the next round."""
    repository.call(tx, envelope.user, envelope.at)


HEARERS: Mapping[str, Handler] = dict.fromkeys(HEARD, on_change)
