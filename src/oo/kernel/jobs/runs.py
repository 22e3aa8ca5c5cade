"""The rows of planned work: every query on them. A run is one shard of one tick; its key makes it harmless twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, func, insert, select, tuple_, update

from oo.kernel.db import Transaction, insert_new, upsert
from oo.kernel.jobs.job import Shard
from oo.kernel.jobs.tables import DONE, DROPPED, FAILED, OPEN, kicks, runs, ticks

TRIES = 5
"""After so many failures, or workers that died of it, a run is given up; the next tick plans its people again."""
KEPT = 2
"""Ticks before the present one whose runs are kept, to be looked at."""
AHEAD = 200
"""Open runs of a piece of work that are looked at together; none of them holds up another's."""
SLICE = 500
_EVERY_TICK = 2**31 - 1


class Key(NamedTuple):
    """Names a run."""

    what: str
    version: int
    tick: int
    shard: int

    def __str__(self) -> str:
        """As messages carry it."""
        return ":".join(map(str, self))

    @classmethod
    def read(cls, text: str) -> Key:
        """The key that a message carries; raises `ValueError` for anything else."""
        what, *numbers = text.split(":")
        return cls(what, *map(int, numbers))


@dataclass(frozen=True, slots=True)
class State:
    """What the planner has to know: every piece of work's tick, the first of its runs that are open, and kicks."""

    ticks: Mapping[str, Row[Any]]
    open: Sequence[Row[Any]]
    kicked: frozenset[str]


def state(tx: Transaction) -> State:
    """What is planned and not done."""
    open_: list[Row[Any]] = []
    for what in tx.execute(select(runs.c.what).where(runs.c.state == OPEN).distinct()).scalars().all():
        mine = select(runs).where(runs.c.state == OPEN, runs.c.what == what)
        open_ += tx.execute(mine.order_by(runs.c.tick, runs.c.shard).limit(AHEAD))
    return State(
        {row.what: row for row in tx.execute(select(ticks))},
        open_,
        frozenset(tx.execute(select(kicks.c.what)).scalars()),
    )


def open_tick(tx: Transaction, what: str, version: int, number: int, now: datetime) -> bool:
    """Begin a tick, unless somebody did; what the tick before left open is left to this one."""
    before = tx.execute(select(ticks.c.number).where(ticks.c.what == what)).scalar_one_or_none()
    if (before or 0) != number - 1:
        return False
    row = {"what": what, "version": version, "number": number, "at": now, "upto": "", "shards": 0, "planned": False}
    upsert(tx, ticks, row)
    tx.execute(delete(kicks).where(kicks.c.what == what))
    left = (runs.c.what == what, runs.c.state == OPEN, runs.c.tick < number)
    tx.execute(update(runs).where(*left).values(state=DROPPED, ended_at=now))
    return True


def add_shard(tx: Transaction, what: str, number: int, shard: Shard | None, *, last: bool) -> bool:
    """Write the next shard of a tick that is being planned, or that there is none; False when somebody else did."""
    row = tick_of(tx, what)
    if row is None or row.number != number or row.planned or (shard is not None and shard.number != row.shards):
        return False
    changes: dict[str, Any] = {"planned": last}
    if shard is not None:
        tx.execute(insert(runs), _run(what, row.version, number, shard))
        changes |= {"upto": shard.upto, "shards": row.shards + 1}
    tx.execute(update(ticks).where(ticks.c.what == what).values(changes))
    return True


def forget_ticks(tx: Transaction, what: str, before: int) -> int:
    """Delete a slice of the runs of ticks before one; the number of rows."""
    keys = (runs.c.what, runs.c.version, runs.c.tick, runs.c.shard)
    old = select(*keys).where(runs.c.what == what, runs.c.tick < before).limit(SLICE)
    return tx.execute(delete(runs).where(tuple_(*keys).in_(old))).rowcount


def forget_idle(tx: Transaction, before: datetime) -> int:
    """Delete a slice of what is kept of work that had no tick since an instant, as there is none such any more."""
    gone = list(tx.execute(select(ticks.c.what).where(ticks.c.at < before)).scalars())
    for what in gone:
        if rows := forget_ticks(tx, what, _EVERY_TICK):
            return rows
        tx.execute(delete(ticks).where(ticks.c.what == what))
    return len(gone)


def begin(tx: Transaction, key: Key, worker: str, now: datetime) -> tuple[Shard, datetime] | None:
    """Take up a run, with the instant of its tick; None when there is nothing to do.

    It is done, given up, left to the next tick, forgotten with it, or has ended too many workers.
    """
    row = tx.execute(select(runs).where(*_is(key), runs.c.state == OPEN)).one_or_none()
    tick = tick_of(tx, key.what)
    if row is None or tick is None:
        return None
    if row.begun >= row.tries + TRIES:
        end = {"state": FAILED, "reason": "its workers died", "ended_at": now}
        tx.execute(update(runs).where(*_is(key)).values(end))
        return None
    taken = {"begun": row.begun + 1, "worker": worker, "began_at": now}
    tx.execute(update(runs).where(*_is(key)).values(taken))
    return Shard(row.shard, row.after, row.upto, row.people), tick.at


def put_back(tx: Transaction, key: Key) -> None:
    """A run was taken up and not done, through no fault of its own."""
    tx.execute(update(runs).where(*_is(key), runs.c.state == OPEN, runs.c.begun > 0).values(begun=runs.c.begun - 1))


def tick_of(tx: Transaction, what: str) -> Row[Any] | None:
    """The present tick of a piece of work; None before the first, and after a long sleep (`forget_idle`)."""
    return tx.execute(select(ticks).where(ticks.c.what == what)).one_or_none()


def finish(tx: Transaction, key: Key, wrote: int, now: datetime) -> bool:
    """Say that a run is done; False when it was already, so that it counts once."""
    done = {"state": DONE, "wrote": wrote, "ended_at": now, "reason": None}
    return tx.execute(update(runs).where(*_is(key), runs.c.state == OPEN).values(done)).rowcount == 1


def fail(tx: Transaction, key: Key, reason: str, now: datetime) -> int:
    """Count a failure, the last of which gives the run up; how many there were."""
    row = tx.execute(select(runs.c.tries).where(*_is(key), runs.c.state == OPEN)).one_or_none()
    if row is None:
        return 0
    tries = int(row.tries) + 1
    failed: dict[str, Any] = {"tries": tries, "reason": reason[:80]}
    if tries >= TRIES:
        failed |= {"state": FAILED, "ended_at": now}
    tx.execute(update(runs).where(*_is(key)).values(failed))
    return tries


def kick(tx: Transaction, what: str) -> None:
    """Ask for a tick before its time; the leader sees it within a second or so."""
    insert_new(tx, kicks, {"what": what})


def unkick(tx: Transaction, what: str) -> None:
    """The kick was heard."""
    tx.execute(delete(kicks).where(kicks.c.what == what))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the present tick of a piece of work is."""

    what: str
    version: int
    number: int
    at: datetime
    planned: bool
    shards: int
    done: int
    failed: int
    people: int
    wrote: int
    tries: int
    """Failures of runs that are tried again."""
    ended_at: datetime | None
    reason: str | None
    """Why the last that failed did: the type of its error."""


def progress(tx: Transaction) -> list[Progress]:
    """How far everything is, by name."""
    counting = (
        select(
            runs.c.what,
            func.count().filter(runs.c.state == DONE).label("done"),
            func.count().filter(runs.c.state == FAILED).label("failed"),
            func.sum(runs.c.people).label("people"),
            func.sum(runs.c.wrote).label("wrote"),
            func.sum(runs.c.tries).filter(runs.c.state == OPEN).label("tries"),
            func.max(runs.c.ended_at).label("ended_at"),
            func.max(runs.c.reason).label("reason"),
        )
        .join(ticks, (ticks.c.what == runs.c.what) & (ticks.c.number == runs.c.tick))
        .group_by(runs.c.what)
    )
    counted = {row.what: row for row in tx.execute(counting)}
    return [_progress(row, counted.get(row.what)) for row in tx.execute(select(ticks).order_by(ticks.c.what))]


def _progress(tick: Row[Any], counted: Row[Any] | None) -> Progress:
    return Progress(
        what=tick.what,
        version=tick.version,
        number=tick.number,
        at=tick.at,
        planned=tick.planned,
        shards=tick.shards,
        done=counted.done if counted else 0,
        failed=counted.failed if counted else 0,
        people=int(counted.people or 0) if counted else 0,
        wrote=int(counted.wrote or 0) if counted else 0,
        tries=int(counted.tries or 0) if counted else 0,
        ended_at=counted.ended_at if counted else None,
        reason=counted.reason if counted else None,
    )


def _is(key: Key) -> tuple[Any, ...]:
    return (
        runs.c.what == key.what,
        runs.c.version == key.version,
        runs.c.tick == key.tick,
        runs.c.shard == key.shard,
    )


def _run(what: str, version: int, number: int, shard: Shard) -> Mapping[str, Any]:
    return {
        "what": what,
        "version": version,
        "tick": number,
        "shard": shard.number,
        "after": shard.after,
        "upto": shard.upto,
        "people": shard.people,
        "state": OPEN,
        "begun": 0,
        "tries": 0,
        "wrote": 0,
    }
