"""One Taskwarrior task: state, dates, words (Taskwarrior doc/devel/rfcs/task.md)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from oo.contracts.items import State, When
from oo.contracts.reading import clean
from oo.plugins.connectors.taskwarrior.fields import Fields, listed

_BASIC = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)[T ](\d\d):?(\d\d):?(\d\d)(?:\.\d+)?(Z|\+00:?00)?")
_SECONDS = re.compile(r"\d{1,12}(\.\d+)?")
_STATES: dict[str, State] = {"pending": "open", "waiting": "open", "completed": "done", "deleted": "dropped"}
_PRIORITIES = {"H": 3, "M": 2, "L": 1}
_WAITING = frozenset({"waiting", "waitingfor", "waiting-for"})
_YEARS = range(1900, 2201)
TEMPLATE = "recurring"


@dataclass(frozen=True, slots=True)
class Task:
    """What one record says."""

    uuid: str
    state: State
    title: str
    added: When | None
    finished: When | None
    due: When | None
    start: When | None
    priority: int
    started: bool
    hidden: bool
    waiting: bool
    parent: str | None
    """The uuid of the recurring task that this is an occurrence of."""
    depends: tuple[str, ...]
    project: str | None
    labels: int
    faults: tuple[str, ...]
    """What in the record could not be read and was left out."""


def is_template(found: Fields) -> bool:
    """Whether this is the pattern of a recurring task, whose occurrences are tasks of their own."""
    return found.get("status") == TEMPLATE


def task(found: Fields, now: datetime, zone: tzinfo) -> Task | None:
    """The task of these fields, its dates as the person in `zone` sees them; None when it is none."""
    state = _STATES.get(str(found.get("status", "")).strip().lower())
    title = clean(_text(found.get("description")))
    if state is None or not title:
        return None
    faults: list[str] = []

    def dated(name: str, what: str, read: Callable[[datetime], When] = lambda at: _day(at, zone)) -> When | None:
        value = found.get(name)
        if value in (None, ""):
            return None
        at = _instant(value)
        if at is None:
            faults.append(f"The {what} is no date; it is left out.")
        return None if at is None else read(at)

    until = dated("until", "last date", lambda at: at)
    if state == "open" and isinstance(until, datetime) and until <= now:
        state = "dropped"  # Taskwarrior deletes it the next time it runs
    wait, scheduled = dated("wait", "waiting date"), dated("scheduled", "scheduled date")
    tags = listed(found, "tags")
    end = dated("end", "end date", lambda at: at)
    return Task(
        uuid=_text(found.get("uuid")).strip().lower(),
        state=state,
        title=title,
        added=dated("entry", "entry date", lambda at: at),
        finished=end if state != "open" else None,
        due=dated("due", "due date"),
        start=max((when for when in (wait, scheduled) if when), key=lambda when: _comparable(when, zone), default=None),
        priority=_PRIORITIES.get(_text(found.get("priority")).strip().upper(), 0),
        started=state == "open" and dated("start", "start date") is not None,
        hidden=state == "open" and found.get("status") == "waiting" and wait is None,
        waiting=not _WAITING.isdisjoint(tag.lower() for tag in tags),
        parent=_text(found.get("parent")).strip().lower() or None,
        depends=tuple(one.lower() for one in listed(found, "depends")),
        project=clean(_text(found.get("project"))) or None,
        labels=len(tags),
        faults=tuple(faults),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)[:100]


def _instant(value: Any) -> datetime | None:
    """`20261122T170000Z`, `2026-11-22T17:00:00Z`, or seconds since 1970 as number or text; None for anything else."""
    text = _text(value).strip()
    try:
        at = _read(text)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at is not None and at.year in _YEARS else None


def _read(text: str) -> datetime | None:
    match = _BASIC.fullmatch(text)
    if match is not None:
        year, month, day, hour, minute, second = (int(match[at]) for at in range(1, 7))
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return datetime.fromtimestamp(float(text), UTC) if _SECONDS.fullmatch(text) else None


def _day(at: datetime, zone: tzinfo) -> When:
    """A day when it is midnight where the person is: so Taskwarrior keeps a date without a time; else the instant."""
    local = at.astimezone(zone)
    return local.date() if local.time() == time() else at


def _comparable(when: When, zone: tzinfo) -> datetime:
    return when if isinstance(when, datetime) else _midnight(when, zone)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)
