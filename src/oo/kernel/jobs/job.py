"""What a room says it does by the clock: a `Job`, or `Work` for many people, which is done in shards of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oo.kernel.db import Transaction

SHARD = 1_000
"""People in a shard, about: few enough that a lost one costs little, many enough that there are few of them."""
BEAT = timedelta(minutes=1)
"""A job that comes more often than this is a beat: it leaves no rows, as it would write all day."""
END = "Z" * 26
"""After every id of a person."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often, once in the house; `run` plans its own work and may be run again at any time."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]
    everywhere: bool = False
    """Done in every process, on what that process alone has."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One round of a piece of work."""

    number: int
    """1, 2, 3 … without a gap, whatever the clock does."""
    at: datetime
    """When it was opened."""
    until: datetime
    """When the next is to be expected; what runs out before the end of that one is due now."""


@dataclass(frozen=True, slots=True)
class Shard:
    """People by when they joined: those whose id is after `after`, and at or before `upto`."""

    number: int = 0
    after: str = ""
    upto: str = END
    people: int = 0
    """How many of them were due when the tick was planned."""


Plan = Callable[[Transaction, Tick, str, int], Sequence[str]]
"""Who is due: the next ids of people after an id, in order, at most so many; fewer mean that there are no more."""
Run = Callable[[Shard, Tick], Awaitable[int]]
"""Do what is due for a shard's people, asking anew who that is; how many rows were written. It may be run again."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is due for many people every so often; `version` names the code that does it."""

    name: str
    version: int
    every: timedelta
    plan: Plan
    run: Run
    spread: timedelta = timedelta(0)
    """Shards of a tick begin evenly over this span, so that they don't all come at once."""


def bound(person: str) -> str:
    """The last id that anybody can have who joined in the same millisecond, so that no id is kept in a plan.

    >>> bound("01ARZ3NDEKTSV4RRFFQ69G5FAV")
    '01ARZ3NDEKZZZZZZZZZZZZZZZZ'
    """
    return person[:10] + END[10:]
