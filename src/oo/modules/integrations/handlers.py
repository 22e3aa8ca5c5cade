"""What integrations does when a person did something: "done" waits until undo is over, a new zone is read for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from oo.contracts.events import PrefSet, TipReacted, UndoHeld
from oo.kernel.db import Transaction
from oo.kernel.outbox import Envelope
from oo.kernel.relay import Handler
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.repository import connections, writebacks

GRACE = timedelta(seconds=1)
"""Between the end of undo and the write."""


def handlers(catalogue: Catalogue) -> Mapping[str, Handler]:
    """The events that the room follows."""

    def on_reacted(tx: Transaction, envelope: Envelope) -> None:
        reaction = envelope.data
        assert isinstance(reaction, TipReacted)
        if reaction.action == "undo":
            writebacks.take_back(tx, envelope.user, reaction.tip)
            return
        row = connections.one(tx, reaction.ref.partition(":")[0]) if reaction.action == "done" else None
        if row is None or row.user_id != envelope.user or not catalogue.completes(row.connector):
            return
        due = (reaction.undo_until or envelope.at) + GRACE
        writebacks.add(
            tx,
            {
                "id": reaction.tip,
                "user_id": envelope.user,
                "connection_id": row.id,
                "ref": reaction.ref,
                "version": reaction.version,
                "state": writebacks.WAITING,
                "due_at": due,
                "created_at": envelope.at,
            },
        )

    def on_held(tx: Transaction, envelope: Envelope) -> None:
        held = envelope.data
        assert isinstance(held, UndoHeld)
        if held.undo_until is not None:
            writebacks.postpone(tx, envelope.user, held.tip, held.undo_until + GRACE)

    return {"tips.tip.reacted": on_reacted, "tips.undo.held": on_held, "profile.pref.set": _on_pref}


def _on_pref(tx: Transaction, envelope: Envelope) -> None:
    """Floating times are read in the person's zone, so a new one is a reason to read."""
    assert isinstance(envelope.data, PrefSet)
    if envelope.data.key == "zone":
        connections.wake(tx, envelope.user, envelope.at)
