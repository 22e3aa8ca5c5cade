"""Is this person free now? One truth table for what of a calendar takes time, whoever reads the calendar.

A connector brings each entry to an `Entry`; `ROWS` judges it, the first row that applies decides. The table with what
stands in iCalendar and at Google for each row is docs/how-to/calendars.md, which the tests run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from oo.contracts.items import Busy

Verdict: TypeAlias = Literal["free", "all day", "busy"]
"""`all day` is kept as a block that contexts may follow; it is no meeting and silences nothing by itself."""
Answer: TypeAlias = Literal["accepted", "tentative", "none", "declined"]
BACK, AHEAD = timedelta(days=1), timedelta(days=35)
"""How much of a calendar is read, around now."""
LONGEST_TRAVEL = timedelta(hours=24)
"""More travel before an entry than this is taken for damage."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One occurrence of one calendar entry as far as it says whether its owner is free; not a word of what it is."""

    start: datetime
    """Aware; of an all-day entry the midnight with which it begins where the person is."""
    end: datetime
    """Aware, exclusive."""
    all_day: bool = False
    cancelled: bool = False
    answer: Answer | None = None
    """The owner's own answer to the invitation; None where nobody was invited, or it isn't known."""
    shows_free: bool = False
    """Its owner marked it as taking no time."""
    kind: Literal["event", "place", "birthday"] = "event"
    """`place` says where somebody works (at home, in another office), `birthday` whose birthday it is."""
    tentative: bool = False
    travel: timedelta = timedelta(0)
    """Time on the way there, before it begins."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    name: str
    applies: Callable[[Entry], bool]
    verdict: Verdict


ROWS: tuple[Row, ...] = (
    Row("cancelled", lambda one: one.cancelled, "free"),
    Row("declined", lambda one: one.answer == "declined", "free"),
    Row("shown as free", lambda one: one.shows_free, "free"),
    Row("where somebody works", lambda one: one.kind == "place", "free"),
    Row("a birthday", lambda one: one.kind == "birthday", "free"),
    Row("without length", lambda one: one.end <= one.start, "free"),
    Row("all day", lambda one: one.all_day, "all day"),
    Row("not answered yet", lambda one: one.answer == "none", "busy"),
    Row("tentative", lambda one: one.tentative or one.answer == "tentative", "busy"),
    Row("taken", lambda one: True, "busy"),
)
"""In order: the first that applies decides. What may come about counts as taken: an interrupted meeting is worse than a
quiet hour.
"""


def row_of(entry: Entry) -> Row:
    """The row that decides.

    >>> noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    >>> [row_of(Entry(noon, noon + timedelta(hours=1), answer=one)).verdict for one in (None, "none", "declined")]
    ['busy', 'busy', 'free']
    """
    return next(row for row in ROWS if row.applies(entry))


def busy(entry: Entry) -> Busy | None:
    """The block that an entry takes, in UTC, with the way there; None when its owner is free."""
    verdict = row_of(entry).verdict
    if verdict == "free":
        return None
    start = entry.start.astimezone(UTC)
    if verdict == "busy" and timedelta(0) < entry.travel <= LONGEST_TRAVEL:
        start -= entry.travel
    return Busy(start, entry.end.astimezone(UTC), verdict == "all day")


def taken(entries: Iterable[Entry], now: datetime) -> tuple[Busy, ...]:
    """The blocks between yesterday and five weeks from now, each once and in order."""
    blocks = {block for one in entries if (block := busy(one)) is not None}
    near = (block for block in blocks if block.start < now + AHEAD and block.end > now - BACK)
    return tuple(sorted(near, key=lambda block: (block.start, block.end, block.all_day)))


def is_free(blocks: Iterable[Busy], now: datetime) -> bool:
    """Whether no timed block holds this instant; a block has its beginning and not its end, overlaps don't matter."""
    return not any(block.start <= now < block.end for block in blocks if not block.all_day)
