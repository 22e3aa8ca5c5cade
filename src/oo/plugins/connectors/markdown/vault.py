"""The tasks of one note with their keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from oo.contracts.connectors import Source
from oo.contracts.items import Facts, Item
from oo.contracts.reading import Notes, digest
from oo.kernel.lines import Line
from oo.plugins.connectors.markdown.notes import Fault, boxes
from oo.plugins.connectors.markdown.task import Task, parse

MOST_TASKS = 50_000
"""Tasks of one note."""
_ANY_ID = re.compile("🆔".encode() + rb"|\bid\s*::", re.IGNORECASE)
_NO_PROJECT = re.compile(r"\d{4}-\d\d(-\d\d)?.*|todos?|tasks?|inbox|readme|index|untitled.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """A task with the line it was read from; `key` is its own in this note, `id` what it is called in all of them."""

    line: Line
    task: Task
    key: str
    id: str | None


def note_of(source: Source, path: str) -> str:
    """The name of a note in keys and cursors: 16 hex digits."""
    return digest(source.connection, "note", path)[:16]


def id_of(source: Source, id: str) -> str:
    """The key of a task with this id: 16 hex digits."""
    return digest(source.connection, "id", id)[:16]


def may_hold_ids(data: bytes) -> bool:
    """Whether a task of this note may have an id."""
    return _ANY_ID.search(data) is not None


def rows(source: Source, path: str, data: bytes, notes: Notes) -> list[Row]:
    """Every task of a note; what could not be read is listed in `notes`."""
    only_tag = source.config.get("tag", "").lstrip("#")
    found: list[tuple[Line, Task]] = []
    for box in boxes(data):
        if isinstance(box, Fault):
            notes.add(path, box.line.number, box.reason)
            continue
        if len(found) >= MOST_TASKS:
            reason = f"Only {MOST_TASKS} tasks of a note are read; this and others are left out."
            notes.add(path, box.line.number, reason)
            break
        task = parse(box, only_tag)
        if task is not None:
            for reason in task.faults:
                notes.add(path, box.line.number, reason)
            found.append((box.line, task))
    keys = _keys(source, path, [task for _, task in found])
    return [
        Row(line, task, key, id_of(source, task.id) if task.id else None)
        for (line, task), key in zip(found, keys, strict=True)
    ]


def items(source: Source, path: str, found: Iterable[tuple[Row, str]]) -> Iterator[Item]:
    """The items of rows, each with the key that it goes by."""
    own = source.connection
    stem = PurePath(path).stem
    project = None if _NO_PROJECT.fullmatch(stem) else stem
    token = digest(own, "project", stem.casefold()) if project else None
    for row, key in found:
        task = row.task
        starts = [when for when in (task.start, task.scheduled) if when]
        facts = Facts(
            ref=source.ref(key),
            version=version_of(row.line),
            state=task.state,
            added=task.added,
            due=task.due,
            start=max(starts, default=None),
            finished=task.finished,
            priority=task.priority,
            started=task.started,
            hidden=task.hidden,
            waiting=task.waiting,
            series=digest(own, "series", path, task.identity) if task.rule else None,
            blocked_by=tuple(source.ref(f"id.{id_of(source, one)}") for one in task.depends),
            project=token,
            labels=task.labels,
        )
        yield Item(facts, task.title, project)


def version_of(line: Line) -> str:
    """The version of the task on this line."""
    return digest(line.raw.hex())[:16]


def _keys(source: Source, path: str, tasks: list[Task]) -> list[str]:
    """A key for every task: its words, its day when it recurs, and its place among equal ones."""
    equal: dict[str, list[int]] = {}
    for at, task in enumerate(tasks):
        equal.setdefault("\0".join((task.identity, str(task.anchor) if task.rule else "")), []).append(at)
    keys = [""] * len(tasks)
    for name, places in equal.items():
        for nth, at in enumerate(sorted(places, key=lambda at: _rank(tasks[at], at)) if len(places) > 1 else places):
            keys[at] = digest(source.connection, path, name, str(nth))[:16]
    return keys


def _rank(task: Task, at: int) -> tuple[bool, int, int]:
    """The order among equal ones: open first, then finished ones from the newest: what gets finished keeps its key.

    A task that recurs without a day is finished below its next occurrence: there, finished ones are first, from the
    oldest, which is the last line.
    """
    is_open = task.state == "open"
    finished = (task.finished or date.min).toordinal()
    if task.rule is not None and task.anchor is None:
        return is_open, finished, at if is_open else -at
    return not is_open, -finished, at
