"""Things that connectors read: tasks and busy times, in one normal form for every source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from oo.contracts.ids import Ref

When: TypeAlias = date | datetime
"""A day (`date`), a floating time (naive `datetime`: the person's own zone) or an instant (aware `datetime`)."""

State: TypeAlias = Literal["open", "done", "dropped"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a task without any of its words: enough to filter, to rank and to replay a decision."""

    ref: Ref
    version: str
    """Changes whenever the task changes in its source."""
    state: State = "open"
    added: When | None = None
    due: When | None = None
    start: When | None = None
    """Not before this: todo.txt `t:`, VTODO DTSTART, org SCHEDULED, Taskwarrior wait."""
    finished: When | None = None
    priority: int = 0
    """0 none, 1 low, 2 medium, 3 high."""
    started: bool = False
    hidden: bool = False
    waiting: bool = False
    series: str | None = None
    """The recurring task that this is one occurrence of; None when it does not recur."""
    blocked_by: tuple[Ref, ...] = ()
    project: str | None = None
    """A token for the project, not its name."""
    labels: int = 0
    minutes: int | None = None
    """Expected duration in minutes."""


@dataclass(frozen=True, slots=True)
class Item:
    """A task with its words, as a connector reads it; the words are kept encrypted and for a day only."""

    facts: Facts
    title: str
    project: str | None = None
    where: str | None = None
    """An address that opens the task in its own app, or None."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A block of time that is taken, without a word of what it is."""

    start: datetime
    """Aware, UTC."""
    end: datetime
    all_day: bool = False


def when_text(when: When | None) -> str | None:
    """Write a `When` so that `parse_when` reads the same kind again: `2026-11-22`, `2026-11-22T17:00:00`,
    `…T16:00:00+00:00`.
    """
    return None if when is None else when.isoformat()


def parse_when(text: str | None) -> When | None:
    """Read what `when_text` wrote; a text of ten characters is a day."""
    if text is None:
        return None
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


_PLAIN = ("state", "priority", "started", "hidden", "waiting", "series", "project", "labels", "minutes")
_WHENS = ("added", "due", "start", "finished")


def facts_row(facts: Facts) -> dict[str, Any]:
    """Write facts as a compact JSON object: what has its default is left out."""
    row: dict[str, Any] = {"ref": facts.ref, "version": facts.version}
    for name in _PLAIN:
        if (value := getattr(facts, name)) not in (None, False, 0, "open"):
            row[name] = value
    for name in _WHENS:
        if (when := getattr(facts, name)) is not None:
            row[name] = when.isoformat()
    if facts.blocked_by:
        row["blocked_by"] = list(facts.blocked_by)
    return row


def facts_from_row(row: Mapping[str, Any]) -> Facts:
    """Read what `facts_row` wrote."""
    values = dict(row)
    for name in _WHENS:
        if name in values:
            values[name] = parse_when(values[name])
    if "blocked_by" in values:
        values["blocked_by"] = tuple(values["blocked_by"])
    return Facts(**values)


def facts_text(facts: Facts) -> str:
    """Write facts as compact JSON text."""
    return json.dumps(facts_row(facts), separators=(",", ":"), ensure_ascii=False)


def facts_from_text(text: str) -> Facts:
    """Read what `facts_text` wrote."""
    return facts_from_row(json.loads(text))


def facts_from_texts(texts: Sequence[str]) -> tuple[Facts, ...]:
    """Read several at once, which is quicker."""
    return tuple(map(facts_from_row, json.loads(f"[{','.join(texts)}]")))
