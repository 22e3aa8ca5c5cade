"""What happened elsewhere is noted, sealed; it is folded a moment later, when the person's day is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from oo.contracts.events import ConsentChanged, Event
from oo.kernel.db import Transaction
from oo.kernel.keys import Keys
from oo.kernel.outbox import Envelope
from oo.kernel.relay import Handler
from oo.ml.features import repository
from oo.ml.features.activity import noted, written
from oo.ml.features.registry import EVENTS, REACTED, TASKS, TITLES
from oo.ml.features.tables import ACTIVITY

CONSENT = "profile.consent.changed"


def handlers(keys: Keys) -> Mapping[str, Handler]:
    """The events that the room follows."""

    def on_event(tx: Transaction, envelope: Envelope) -> None:
        found = noted(cast("Event", envelope.data), envelope.at)
        if found is not None:
            data = keys.cipher(envelope.user).seal_bytes(ACTIVITY, written(found.data))
            row = {"user_id": envelope.user, "seq": envelope.seq, "at": found.at, "verb": found.verb, "data": data}
            repository.add(tx, row)

    def on_task(tx: Transaction, envelope: Envelope) -> None:
        repository.touch_themes(tx, envelope.user, envelope.seq, envelope.at)
        on_event(tx, envelope)

    def on_consent(tx: Transaction, envelope: Envelope) -> None:
        given = cast("ConsentChanged", envelope.data)
        if given.granted and given.key == TITLES:  # what there is counts from now on, not from its next change
            repository.touch_themes(tx, envelope.user, envelope.seq, envelope.at)

    return {
        CONSENT: on_consent,
        **dict.fromkeys((*EVENTS, REACTED), on_event),
        **dict.fromkeys(TASKS, on_task),
    }
