"""What the recommender does when something happened elsewhere: a tip that rests on it steps aside."""

from __future__ import annotations

from collections.abc import Mapping

from oo.contracts.events import (
    ConnectionChanged,
    PrefSet,
    SnippetComputed,
    TaskChanged,
    TaskCompleted,
    TaskDeleted,
    TaskReopened,
)
from oo.kernel.db import Transaction
from oo.kernel.outbox import Envelope
from oo.kernel.relay import Handler
from oo.modules.recommender import repository

REWORDING = frozenset({"language", "zone", "day_ends_at"})
"""Preferences that change what a standing tip says or how long it stands."""


def on_task(tx: Transaction, envelope: Envelope) -> None:
    """A task changed, was finished or is gone: what stands for it is overtaken."""
    task = envelope.data
    assert isinstance(task, TaskChanged | TaskCompleted | TaskDeleted)
    if isinstance(task, TaskCompleted) and task.past:  # nobody knew of it, so nothing stands for it
        return
    if isinstance(task, TaskDeleted):  # there is nothing left to hold back
        repository.release(tx, envelope.user, ref=task.ref)
    ends = {TaskCompleted: repository.FINISHED, TaskDeleted: repository.GONE}
    repository.overtake(tx, envelope.user, task.ref, to=ends.get(type(task), repository.OVERTAKEN))


def on_added(tx: Transaction, envelope: Envelope) -> None:
    """There is something to do: what stands and is no task is weighed against it anew."""
    repository.overtake_thoughts(tx, envelope.user)


def on_reopened(tx: Transaction, envelope: Envelope) -> None:
    """A finished task is open once more: "done" no longer holds it back, and it is something to do."""
    assert isinstance(envelope.data, TaskReopened)
    repository.release(tx, envelope.user, ref=envelope.data.ref)
    on_added(tx, envelope)


def on_busy(tx: Transaction, envelope: Envelope) -> None:
    """The calendar changed: the tip may reach into a meeting now, and is decided anew."""
    repository.overtake(tx, envelope.user)


def on_snippet(tx: Transaction, envelope: Envelope) -> None:
    """An agent says something else, or nothing any more: a tip that states what it said before is overtaken."""
    assert isinstance(envelope.data, SnippetComputed)
    repository.overtake_thought(tx, envelope.user, envelope.data.agent)


def on_connection(tx: Transaction, envelope: Envelope) -> None:
    """A connection was ended: what came from it neither stands nor is held back any more."""
    assert isinstance(envelope.data, ConnectionChanged)
    if envelope.data.state == "ended":
        repository.overtake(tx, envelope.user)
        repository.forget_connection(tx, envelope.user, envelope.data.connection)


def on_pref(tx: Transaction, envelope: Envelope) -> None:
    """The person's language or day changed: the tip is decided and worded anew."""
    assert isinstance(envelope.data, PrefSet)
    if envelope.data.key in REWORDING:
        repository.overtake(tx, envelope.user)


HANDLERS: Mapping[str, Handler] = {
    "signals.task.added": on_added,
    "signals.task.changed": on_task,
    "signals.task.completed": on_task,
    "signals.task.deleted": on_task,
    "signals.task.reopened": on_reopened,
    "signals.busy.changed": on_busy,
    "agents.snippet.computed": on_snippet,
    "integrations.connection.changed": on_connection,
    "profile.pref.set": on_pref,
}


def joined(*several: Mapping[str, Handler]) -> Mapping[str, Handler]:
    """Handlers of several mappings as one; what an event has in more than one of them happens in their order."""
    found: dict[str, Handler] = {}
    for handlers in several:
        for kind, handler in handlers.items():
            found[kind] = _both(found[kind], handler) if kind in found else handler
    return found


def _both(first: Handler, then: Handler) -> Handler:
    def handle(tx: Transaction, envelope: Envelope) -> None:
        first(tx, envelope)
        then(tx, envelope)

    return handle
