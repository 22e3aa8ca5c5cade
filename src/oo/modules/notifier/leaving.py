"""Somebody wants less: noted beside what came before it, and told to those who watch over policies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from oo.contracts.events import DeliveryChanged
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.notifier.repository import devices

RECENT = timedelta(days=1)
"""Pushes this long before somebody wants less are counted as what came before it."""
OPTED_OUT = "opted-out"


def leaving(kit: Kit, user: str, what: str) -> Callable[[Transaction], None]:
    """What a unit does when a person turns the dial down, takes a device off, or says stop (`what`)."""
    number, now = kit.ids.new(), kit.clock.now()
    envelope = kit.outbox.envelope(user, DeliveryChanged(state=OPTED_OUT, reason=what))

    def note(tx: Transaction) -> None:
        if devices.opt_out(tx, number, user, now, what, now - RECENT):
            kit.outbox.publish(tx, envelope)

    return note
