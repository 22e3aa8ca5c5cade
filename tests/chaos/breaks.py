"""Parts of oO taken out, for positive controls: each breaks what one bar proves. The product has no such switch."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def cursor_off() -> None:
    """Consumers move their cursors, and don't look at them."""
    from oo.kernel import consuming
    from oo.kernel.db import upsert
    from oo.kernel.outbox import cursors

    def consume(tx: Any, consumer: Any, envelopes: Any) -> Any:
        for envelope in envelopes:
            consumer.handlers[envelope.type](tx, envelope)
            upsert(tx, cursors, [{"consumer": consumer.name, "user_id": envelope.user, "seq": envelope.seq}])
        return {envelope.id: consuming.Outcome.DONE for envelope in envelopes}

    consuming.consume = consume


def not_synced() -> None:
    """SQLite with `synchronous=NORMAL`: a commit does not wait for the disk."""
    from sqlalchemy import event

    from oo.kernel.db import sqlite

    made = sqlite.sqlite_engine

    def engine(path: Path) -> Any:
        opened = made(path)
        event.listen(opened, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=NORMAL"))
        return opened

    sqlite.sqlite_engine = engine


def no_pace() -> None:
    """Nobody is told to wait, however much they send."""
    from oo.kernel.http.throttle import Pace

    Pace.check = lambda *_: None  # type: ignore[method-assign]


def no_reconcile() -> None:
    """The relay makes the streams, and does not ask what they have lost."""
    from oo.kernel.nats.publishing import JetStream

    async def requeue(_self: Any, _places: Any) -> None:
        return None

    JetStream._requeue = requeue  # type: ignore[method-assign, assignment]


def bus_first() -> None:
    """A write is refused while NATS is away, as where events are published before they are kept."""
    from oo.kernel.outbox import Outbox

    port = int(os.environ["OO_NATS_URL"].rpartition(":")[2])
    publish = Outbox.publish

    def published(self: Outbox, tx: Any, *envelopes: Any) -> None:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
        publish(self, tx, *envelopes)

    Outbox.publish = published  # type: ignore[method-assign]


BREAKS: Mapping[str, Callable[[], None]] = {
    "bus": bus_first,
    "cursor": cursor_off,
    "pace": no_pace,
    "reconcile": no_reconcile,
    "sync": not_synced,
}
