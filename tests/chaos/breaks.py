"""Parts of oO taken out, for positive controls: each breaks what one bar proves. The product has no such switch."""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

NEWER = 2
"""The version of an event of the next release."""


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
    """The relay makes the streams, and does not ask what they have lost; rooms are slow, so that something is lost."""
    import asyncio

    from oo.kernel.nats.publishing import JetStream
    from oo.kernel.nats.pulling import Following

    async def requeue(_self: Any, _places: Any) -> None:
        return None

    async def catch_up(_self: Any, _client: Any, _places: Any) -> None:
        return None

    async def fill(_self: Any, _messages: Any, _read: Any, _told: Any) -> None:
        return None

    at_once = Following._work

    async def slowly(self: Following, messages: Any) -> Any:
        await asyncio.sleep(1.0)
        return await at_once(self, messages)

    Following._fill = fill  # type: ignore[method-assign, assignment]
    Following._work = slowly  # type: ignore[method-assign]
    JetStream._catch_up = catch_up  # type: ignore[method-assign, assignment]
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


def poison() -> None:
    """Of a hundred events one is of a version that nobody here reads, and one has lost its bytes."""
    from sqlalchemy import update

    from oo.kernel.outbox import Outbox, outbox

    publish = Outbox.publish
    damage: Mapping[int, Mapping[str, Any]] = {25: {"version": NEWER}, 75: {"payload": b"lost"}}
    numbers = itertools.count()

    def published(self: Outbox, tx: Any, *envelopes: Any) -> None:
        publish(self, tx, *envelopes)
        for envelope in envelopes:
            harm = damage.get(next(numbers) % 100)
            if harm:
                tx.execute(update(outbox).where(outbox.c.event_id == envelope.id).values(**harm))

    Outbox.publish = published  # type: ignore[method-assign]


def newer() -> None:
    """The release that reads the newer version too."""
    from oo.kernel import cloudevents, opening

    class Both(int):
        def __eq__(self, other: object) -> bool:
            return other in (1, NEWER)

        def __ne__(self, other: object) -> bool:
            return other not in (1, NEWER)

        __hash__ = int.__hash__

    cloudevents.VERSION = opening.VERSION = Both(1)  # type: ignore[attr-defined]


def never_aside() -> None:
    """A failure is nobody's in particular: all that came with it is tried again, for ever."""
    from oo.kernel import consuming

    async def note(db: Any, clock: Any, consumer: Any, refused: consuming.Refused) -> consuming.Outcome:
        raise refused

    consuming._note = note


def no_guard() -> None:
    """Nobody looks at the server, and every part may work on a file."""
    from oo.entry import parts, wiring
    from oo.kernel.nats import guard

    guard.findings = lambda *_, **__: []
    parts.allowed = wiring.allowed = lambda *_: None  # type: ignore[attr-defined]


def next_release() -> None:
    """The release after this one: its history, at `CHAOS_HISTORY`, has one revision more."""
    from oo.entry import migrate

    history = Path(os.environ["CHAOS_HISTORY"])
    for reads in (migrate.head, migrate.migrate, migrate.migrate_postgres):
        given = tuple(history if one == migrate.HISTORY else one for one in reads.__defaults__ or ())
        reads.__defaults__ = given


def leak() -> None:
    """Every event leaves 50 kB and a file descriptor behind."""
    from oo.kernel.outbox import Outbox

    publish, kept = Outbox.publish, list[Any]()

    def published(self: Outbox, tx: Any, *envelopes: Any) -> None:
        publish(self, tx, *envelopes)
        kept.append((bytearray(50_000), socket.socket()))

    Outbox.publish = published  # type: ignore[method-assign]


def no_gate() -> None:
    """Whoever wants a model asks it at once, and waits as long as it takes."""
    from oo.ml.serving import gate, llm
    from oo.modules.recommender.ready import service

    async def through(self: Any, who: str, call: Any, *, asked: bool, seconds: float, well: Any = None) -> Any:
        return await call(600.0)

    gate.Gate.through = through  # type: ignore[method-assign]
    made = llm.Gateway.__init__

    def init(self: Any, url: str, key: str | None = None, *, parallel: int = 1) -> None:
        made(self, url, key, parallel=1000)

    llm.Gateway.__init__ = init  # type: ignore[method-assign]
    service.MOST_ASKED, service.WAITS = 1000, 600.0


def no_breaker() -> None:
    """A model that fails is asked again and again."""
    from oo.ml.serving import breaker

    breaker.Breaker.tell = lambda *_, **__: None  # type: ignore[method-assign]


BREAKS: Mapping[str, Callable[[], None]] = {
    "aside": never_aside,
    "breaker": no_breaker,
    "bus": bus_first,
    "cursor": cursor_off,
    "gate": no_gate,
    "guard": no_guard,
    "leak": leak,
    "newer": newer,
    "next": next_release,
    "pace": no_pace,
    "poison": poison,
    "reconcile": no_reconcile,
    "sync": not_synced,
}
"""By the name that `CHAOS_BREAK` gives them, separated by commas; `poison`, `newer` and `next` are no controls."""
