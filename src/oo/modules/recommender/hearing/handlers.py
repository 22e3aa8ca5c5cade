"""What makes agents worth asking anew: tasks, times, reactions, consents and preferences that changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from oo.kernel.db import Transaction
from oo.kernel.outbox import Envelope
from oo.kernel.relay import Handler
from oo.modules.recommender.hearing import repository

if TYPE_CHECKING:
    from oo.contracts.events import TaskCompleted

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


def on_completed(tx: Transaction, envelope: Envelope) -> None:
    """The same; what was finished before oO knew of it is inferred from today, as a whole past comes at once."""
    if cast("TaskCompleted", envelope.data).past:
        repository.learn(tx, envelope.user)
    on_change(tx, envelope)


def on_visit(tx: Transaction, envelope: Envelope) -> None:
    """Somebody looked: whom nothing called for in a day is asked about now, and is in the rounds of the next week."""
    repository.welcome(tx, envelope.user, envelope.at)


HEARERS: Mapping[str, Handler] = {
    **dict.fromkeys(HEARD, on_change),
    "signals.task.completed": on_completed,
    **dict.fromkeys(("tips.tip.served", "tips.silence.kept"), on_visit),
}
"""Those, and what says that somebody is here."""
