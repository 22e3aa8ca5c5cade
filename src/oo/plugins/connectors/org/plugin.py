"""The org connector: what the headlines say; it writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from oo.contracts.connectors import Action, Batch, Source, Unsupported
from oo.contracts.ids import Ref
from oo.contracts.items import Facts, Item
from oo.contracts.reading import SLICE, Notes, contents, cursor_of, digest, gather
from oo.plugins.connectors.org.outline import headlines, plain, settings
from oo.plugins.connectors.org.task import Task, task

_READING = "org.1"
"""Part of every cursor: another reading of the same bytes makes everything new."""
MOST_TASKS = 200_000
_NO_PROJECT = frozenset({"todo", "todos", "tasks", "inbox", "gtd", "notes", "agenda", "refile"})


class Org:
    """Reads org files."""

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
        keys = _Keys(source.connection)
        async for path, data in contents(source, notes):
            for item in _read(source, path, data, keys, notes):
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
        raise Unsupported("Org files are only read. Finish the task there.")


@dataclass(slots=True)
class _Keys:
    """The keys of tasks: by id, else by the file, the words and those above, and the place among equal ones."""

    connection: str
    counts: dict[int, int] = field(default_factory=dict)

    def of(self, path: str, read: Task) -> str:
        """The key of the task that comes next."""
        if read.id is not None:
            key = digest(self.connection, "id", read.id)
            if not self._nth(key):
                return key
        name = digest(self.connection, path, *read.identity)
        nth = self._nth(name)
        return name if nth == 0 else f"{name}.{nth}"

    def _nth(self, name: str) -> int:
        short = int(name[:16], 16)
        nth = self.counts[short] = self.counts.get(short, -1) + 1
        return nth


def _read(source: Source, path: str, data: bytes, keys: _Keys, notes: Notes) -> Iterator[Item]:
    """The items of a file; what could not be read is listed in `notes`."""
    data = plain(data)
    of = settings(data)
    for headline in headlines(data, of):
        if len(keys.counts) >= MOST_TASKS:
            reason = f"Only {MOST_TASKS} tasks are read; this and others are left out."
            notes.add(path, headline.line, reason)
            return
        read = None if headline.fault else task(headline, of)
        if read is None:
            notes.add(path, headline.line, headline.fault or "There are no words in this headline.")
            continue
        for reason in read.faults:
            notes.add(path, headline.line, reason)
        yield from _items(source, keys.of(path, read), read, read.category or of.category or _project(path))


def _project(path: str) -> str | None:
    """The file's name is what org calls the category; None for a name that says nothing."""
    stem = PurePath(path).stem
    return None if stem.casefold() in _NO_PROJECT else stem


def _items(source: Source, key: str, read: Task, project: str | None) -> Iterator[Item]:
    """The task, and what its log says of it as finished occurrences."""
    own = source.connection
    series = digest(own, "series", key) if read.repeats else None
    token = digest(own, "project", project.casefold()) if project else None
    facts = Facts(
        ref=source.ref(key),
        version=hashlib.blake2b(read.version, digest_size=8).hexdigest(),
        state=read.state,
        due=read.due,
        start=read.start,
        finished=read.finished,
        priority=read.priority,
        started=read.started,
        hidden=read.hidden,
        waiting=read.waiting,
        series=series,
        project=token,
        labels=read.labels,
        minutes=read.minutes,
    )
    yield Item(facts, read.title, project)
    for at in read.logged:
        occurrence = digest(own, key, at.isoformat())
        done = Facts(source.ref(occurrence), occurrence, "done", finished=at, series=series, project=token)
        yield Item(done, read.title, project)


plugin = Org()
