"""How rooms follow events: `consume`, one unit of effects and cursors, whatever way the events came.

A consumer has one cursor for each person; what is at or before it is passed over, so an event that comes twice has one
effect. The log itself says what comes next for a person; what came too early waits, and an event that was set aside
holds back those after it (docs/adr/0015).
"""

from __future__ import annotations

import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Integer, String, bindparam, cast, delete, func, literal, select, union_all
from sqlalchemy.dialects import postgresql, sqlite

from oo.kernel.clock import Clock
from oo.kernel.db import Database, Prepared, Transaction, upsert
from oo.kernel.db.faults import is_database_at_fault
from oo.kernel.log import get_logger
from oo.kernel.outbox import Envelope, cursors, outbox, parked

Handler = Callable[[Transaction, Envelope], None]
BATCH = 500
"""Events in one unit at most."""
TRIES = 5
"""How often an event is tried before it is set aside."""
_FIRST, _LEAST = 64, 5
_UNIT_SECONDS = 0.03
"""On SQLite a unit runs on the event loop and nobody is answered meanwhile: it takes as many events as go into this."""

log = get_logger("events")


@dataclass(frozen=True, slots=True)
class Consumer:
    """A room that follows events: what it does at each type; its name is its place in the log."""

    name: str
    handlers: Mapping[str, Handler]


class Outcome(Enum):
    """What became of an event for a consumer."""

    DONE = "done"
    """Its effect is there, from now or from before."""
    WAITS = "waits"
    """It failed, or others of the person come first: offer it again."""
    HELD = "held"
    """It was set aside, or is behind one that was; it is sent again when that one is."""
    UNKNOWN = "unknown"
    """The log has no such event: it was forgotten, or nobody here made it. It has no effect."""


class Refused(Exception):
    """A handler failed at an event, and nothing of its unit was done."""

    def __init__(self, envelope: Envelope, reason: str) -> None:
        super().__init__(reason)
        self.envelope, self.reason = envelope, reason


async def feed(db: Database, clock: Clock, consumer: Consumer, envelopes: Iterable[Envelope]) -> dict[str, Outcome]:
    """Run a consumer over events, in units that are short; what became of each, by id.

    Who has an event that fails is left out, and the others go on. Raises what the database says when it can't be
    written: that is nobody's fault, and not counted as a try.
    """
    outcomes: dict[str, Outcome] = {}
    rest = sorted(envelopes, key=lambda one: (one.user, one.seq))
    size = _FIRST
    while rest:
        try:
            done, took = await db.write(lambda tx, now=rest[:size]: _timed(tx, consumer, now))  # type: ignore[misc]
            outcomes |= done
            rest = rest[size:]
            size = min(BATCH, max(_LEAST, int(size * _UNIT_SECONDS / max(took, 0.001))))
        except Refused as refused:
            failed = refused.envelope
            behind = await _note(db, clock, consumer, refused)
            outcomes |= {one.id: behind for one in rest if one.user == failed.user and one.seq >= failed.seq}
            rest = [one for one in rest if one.user != failed.user or one.seq < failed.seq]
    if unknown := sum(outcome is Outcome.UNKNOWN for outcome in outcomes.values()):
        log.warning("event.unknown", consumer=consumer.name, count=unknown)
    return outcomes


def _timed(tx: Transaction, consumer: Consumer, envelopes: Sequence[Envelope]) -> tuple[dict[str, Outcome], float]:
    """What became of the events, and the seconds for which the event loop was held up: none where a thread waits."""
    began = time.perf_counter()
    outcomes = consume(tx, consumer, envelopes)
    return outcomes, time.perf_counter() - began if tx.dialect == "sqlite" else 0.0


def consume(tx: Transaction, consumer: Consumer, envelopes: Sequence[Envelope]) -> dict[str, Outcome]:
    """Run the handlers for events that come next for their person, and move the cursors, all in the caller's unit.

    What became of each event, by id. Raises `Refused` for the first that fails.
    """
    top: dict[str, int] = {}
    for envelope in envelopes:
        top[envelope.user] = max(envelope.seq, top.get(envelope.user, 0))
    people = json.dumps(top)
    at, failing, held = _standing(tx, consumer, people)
    coming = _coming(tx, consumer, people)
    outcomes: dict[str, Outcome] = {}
    moved: dict[str, int] = {}
    mended: list[dict[str, str]] = []
    for envelope in envelopes:
        user = envelope.user
        if envelope.seq <= at.get(user, 0):
            outcomes[envelope.id] = Outcome.DONE
        elif user in held:
            outcomes[envelope.id] = Outcome.HELD
        elif coming.known.get(envelope.id) != (user, envelope.seq):
            outcomes[envelope.id] = Outcome.UNKNOWN
        elif coming.next[user][0] != envelope.id:
            outcomes[envelope.id] = Outcome.WAITS
        else:
            _handle(tx, consumer, envelope)
            coming.next[user].popleft()
            at[user] = moved[user] = envelope.seq
            outcomes[envelope.id] = Outcome.DONE
            if envelope.id in failing:
                mended.append({"consumer": consumer.name, "event": envelope.id})
    upsert(tx, cursors, [{"consumer": consumer.name, "user_id": user, "seq": seq} for user, seq in moved.items()])
    tx.run(_MENDED, mended)
    return outcomes


def _handle(tx: Transaction, consumer: Consumer, envelope: Envelope) -> None:
    if envelope.fault:
        raise Refused(envelope, envelope.fault)
    try:
        consumer.handlers[envelope.type](tx, envelope)
    except Exception as error:
        if is_database_at_fault(error):
            raise
        raise Refused(envelope, type(error).__name__) from error


def _standing(tx: Transaction, consumer: Consumer, people: str) -> tuple[dict[str, int], set[str], set[str]]:
    """Each person's cursor, the events that failed before, and who is held back by one of them."""
    at, failing, held = {}, set(), set()
    for row in tx.fetch(_STANDING[tx.dialect], {"consumer": consumer.name, "people": people}):
        if not row.event_id:
            at[row.user_id] = row.number
            continue
        failing.add(row.event_id)
        if row.number >= TRIES:
            held.add(row.user_id)
    return at, failing, held


@dataclass(frozen=True, slots=True)
class _Coming:
    """What the log has for a consumer after its cursors."""

    next: Mapping[str, deque[str]]
    known: Mapping[str, tuple[str, int]]


def _coming(tx: Transaction, consumer: Consumer, people: str) -> _Coming:
    types = json.dumps(dict.fromkeys(consumer.handlers, 1))
    rows = tx.fetch(_COMING[tx.dialect], {"consumer": consumer.name, "people": people, "types": types})
    following: dict[str, deque[str]] = defaultdict(deque)
    for row in rows:
        following[row.user_id].append(row.event_id)
    return _Coming(following, {row.event_id: (row.user_id, row.user_seq) for row in rows})


async def _note(db: Database, clock: Clock, consumer: Consumer, refused: Refused) -> Outcome:
    """Count a failure; after the last try the event is set aside, and what is behind it is held."""
    failed = refused.envelope
    row = {
        "consumer": consumer.name,
        "event_id": failed.id,
        "user_id": failed.user,
        "reason": refused.reason,
        "at": clock.now(),
        "tries": 1,
    }
    tries = await db.write(lambda tx: int(tx.fetch(_FAILED[tx.dialect], row)[0].tries))
    tell = log.warning if tries < TRIES else log.error
    tell("event.failed", consumer=consumer.name, event_type=failed.type, error=refused.reason, tries=tries)
    return Outcome.WAITS if tries < TRIES else Outcome.HELD


_MENDED = Prepared(
    delete(parked).where(parked.c.consumer == bindparam("consumer"), parked.c.event_id == bindparam("event"))
)


def each(dialect: str, name: str) -> Any:
    """The members of a JSON object that is a parameter, as rows of `key` and `value`: a list, for `Prepared`."""
    given: Any = bindparam(name, type_=String)
    if dialect == "sqlite":
        return func.json_each(given).table_valued("key", "value", name=name)
    return func.jsonb_each_text(cast(given, postgresql.JSONB)).table_valued("key", "value", name=name)


def _standing_of(dialect: str) -> Prepared:
    named = {table: each(dialect, "people") for table in (cursors, parked)}
    follows = bindparam("consumer", type_=String)
    at = select(cursors.c.user_id, cursors.c.seq.label("number"), literal("").label("event_id")).where(
        cursors.c.consumer == follows, cursors.c.user_id.in_(select(named[cursors].c.key))
    )
    failing = select(parked.c.user_id, parked.c.tries, parked.c.event_id).where(
        parked.c.consumer == follows, parked.c.user_id.in_(select(named[parked].c.key))
    )
    return Prepared(union_all(at, failing))


def _coming_of(dialect: str) -> Prepared:
    """Rows of these people after their cursor that JetStream has, or that wait; up to the last that is asked for.

    A row that was handed to this process alone, before a consumer had a cursor, comes to it no more.
    """
    people, types = each(dialect, "people"), each(dialect, "types")
    at = (cursors.c.consumer == bindparam("consumer", type_=String)) & (cursors.c.user_id == people.c.key)
    # The cursor comes first, so that the index finds what is after it: a log holds a week, and little of it is new.
    after = (outbox.c.user_id == people.c.key) & (outbox.c.user_seq > func.coalesce(cursors.c.seq, 0))
    found = select(outbox.c.user_id, outbox.c.user_seq, outbox.c.event_id)
    found = found.select_from(people.join(cursors, at, isouter=True).join(outbox, after))
    return Prepared(
        found.where(
            outbox.c.user_seq <= cast(people.c.value, Integer),
            ~outbox.c.sent | outbox.c.js_seq.is_not(None),
            outbox.c.type.in_(select(types.c.key)),
        ).order_by(outbox.c.user_id, outbox.c.user_seq)
    )


def _failed_of(dialect: str) -> Prepared:
    make: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    inserting = make(parked)
    again = {"tries": parked.c.tries + 1, "reason": inserting.excluded.reason, "at": inserting.excluded.at}
    keys = list(parked.primary_key)
    return Prepared(inserting.on_conflict_do_update(index_elements=keys, set_=again).returning(parked.c.tries))


_STANDING = {dialect: _standing_of(dialect) for dialect in ("sqlite", "postgresql")}
_COMING = {dialect: _coming_of(dialect) for dialect in ("sqlite", "postgresql")}
_FAILED = {dialect: _failed_of(dialect) for dialect in ("sqlite", "postgresql")}
