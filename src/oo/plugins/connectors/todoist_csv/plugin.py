"""The Todoist CSV connector: what the rows say; it writes nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from oo.contracts.connectors import Action, Batch, Source, Unsupported
from oo.contracts.ids import Ref
from oo.contracts.items import Facts, Item
from oo.contracts.reading import SLICE, Notes, clean, contents, cursor_of, digest, gather
from oo.plugins.connectors.todoist_csv.table import Row, rows
from oo.plugins.connectors.todoist_csv.task import Task, is_heading, task

_READING = "todoist_csv.1"
"""Part of every cursor: another reading of the same bytes makes everything new."""
MOST_TASKS = 200_000
_BACKUP = re.compile(r"(.+?) \[[0-9A-Za-z]+\]")
_NO_PROJECT = frozenset({"inbox", "todoist", "template", "export", "tasks"})


class TodoistCsv:
    """Reads Todoist's CSV files."""

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        """Everything that is there now, or None when nothing changed since the cursor."""
        return await gather(self.slices(source, cursor))

    async def slices(self, source: Source, cursor: str | None) -> AsyncIterator[Batch]:
        """The same in slices."""
        fresh = cursor_of(_READING, await source.files.list() if source.files else ())
        if cursor == fresh:
            return
        items: list[Item] = []
        notes = Notes()
        async for path, data in contents(source, notes):
            for item in _read(source, path, data, notes):
                items.append(item)
                if len(items) >= SLICE:
                    yield Batch("", tuple(items), complete=False, unread=notes.take(), more=True)
                    items.clear()
        yield Batch(fresh, tuple(items), unread=notes.take())

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        """The named tasks with their words; missing ones are left out."""
        wanted = set(refs)
        if not wanted:
            return []
        return [item async for batch in self.slices(source, None) for item in batch.items if item.facts.ref in wanted]

    async def act(self, source: Source, action: Action) -> None:
        """Nothing can be written; raises `Unsupported`."""
        raise Unsupported("A CSV file is only read. Finish the task in Todoist.")


@dataclass(slots=True)
class _Place:
    """Where in a project the reading is: its section and the tasks around, and how often each name was given."""

    path: str
    section: str = ""
    above: list[tuple[int, str]] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)

    def key(self, connection: str, row: Row) -> str:
        """The key of the row that comes next: project, section, the rows above it, words, place among equal ones."""
        content = " ".join(row.cells.get("content", "").casefold().split())
        indent = _indent(row.cells.get("indent", ""))
        while self.above and self.above[-1][0] >= indent:
            self.above.pop()
        name = digest(connection, self.path, self.section, *(words for _, words in self.above), content)
        self.above.append((indent, content))
        short = int(name[:16], 16)
        nth = self.counts[short] = self.counts.get(short, -1) + 1
        return name if nth == 0 else f"{name}.{nth}"


def _indent(text: str) -> int:
    return int(text) if re.fullmatch(r"[1-9]", text) else 1


def _read(source: Source, path: str, data: bytes, notes: Notes) -> Iterator[Item]:
    """The items of a file; what could not be read is listed in `notes`."""
    place = _Place(path)
    for row in rows(data):
        kind = row.cells.get("type", "").lower()
        content = row.cells.get("content", "")
        if row.fault:
            notes.add(path, row.line, row.fault)
        elif kind == "section":
            place.section = content.casefold()
            place.above.clear()
        elif kind == "task":
            if len(place.counts) >= MOST_TASKS:
                notes.add(path, row.line, f"Only {MOST_TASKS} tasks of a file are read; others are left out.")
                return
            yield from _items(source, path, row, place.key(source.connection, row), notes)
        elif kind not in ("note", "meta", ""):
            notes.add(path, row.line, "A row of a type that is not known.")
        elif not kind and content:
            notes.add(path, row.line, "A row without a type.")


def _items(source: Source, path: str, row: Row, key: str, notes: Notes) -> Iterator[Item]:
    if is_heading(row.cells.get("content", "")):
        return
    read = task(row.cells)
    if read is None:
        notes.add(path, row.line, "There are no words in this row.")
        return
    for reason in read.faults:
        notes.add(path, row.line, reason)
    project = _project(path)
    yield Item(_facts(source, key, row, read, project), read.title, project)


def _facts(source: Source, key: str, row: Row, read: Task, project: str | None) -> Facts:
    own = source.connection
    return Facts(
        ref=source.ref(key),
        version=digest(*(part for pair in sorted(row.cells.items()) for part in pair))[:16],
        due=read.due,
        priority=read.priority,
        waiting=read.waiting,
        series=digest(own, "series", key) if read.repeats else None,
        project=digest(own, "project", project.casefold()) if project else None,
        labels=read.labels,
        minutes=read.minutes,
    )


def _project(path: str) -> str | None:
    """The project by the file's name, as backups have it: `Garden [2203306141].csv`."""
    stem = PurePath(path).stem
    backup = _BACKUP.fullmatch(stem)
    name = clean(backup[1] if backup else stem)
    return None if name.casefold() in _NO_PROJECT else name or None


plugin = TodoistCsv()
