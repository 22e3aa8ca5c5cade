"""The todo.txt connector: what the lines say, and one line marked done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from oo.contracts.connectors import Action, Batch, Changed, Source, Unread, Unsupported
from oo.contracts.errors import Unusable
from oo.contracts.ids import Ref
from oo.contracts.items import Facts, Item
from oo.contracts.zones import zone_of
from oo.plugins.connectors.todotxt.completing import complete
from oo.plugins.connectors.todotxt.lines import MOST_LINES, Line, fault, split
from oo.plugins.connectors.todotxt.task import Task, parse

_FORMAT = "todotxt.2"
"""Part of every cursor: another reading of the same bytes makes everything new."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A task with the place it was read from."""

    path: str
    line: Line
    task: Task
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """Everything that the files say."""

    rows: tuple[_Row, ...]
    unread: tuple[Unread, ...]
    contents: dict[str, tuple[bytes, str]]


class TodoTxt:
    """Reads todo.txt with its done.txt and marks lines done."""

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        """Everything that is there now, or None when nothing changed since the cursor."""
        files = source.files
        stats = await files.list() if files else ()
        fresh = _hash(_FORMAT, *(part for stat in stats for part in (stat.path, stat.version)))
        if cursor == fresh:
            return None
        found = await _read(source)
        return Batch(cursor=fresh, items=tuple(_items(source, found.rows)), unread=found.unread)

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        """The named tasks with their words; missing ones are left out."""
        wanted = set(refs)
        found = await _read(source)
        return [item for item in _items(source, found.rows) if item.facts.ref in wanted]

    async def act(self, source: Source, action: Action) -> None:
        """Mark the line done and add the next occurrence of a recurring one; `Changed` when the line is another now."""
        if action.verb != "complete":
            raise Unsupported
        found = await _read(source)
        row = next((row for row in found.rows if source.ref(row.key) == action.ref), None)
        if row is None or row.task.done or _version(row) != action.version or source.files is None:
            raise Changed
        data, version = found.contents[row.path]
        await source.files.replace(row.path, complete(data, row.line, _today(source)), version)


async def _read(source: Source) -> _Read:
    """Read every file that can be read; raises `Unusable` when there are files and none of them can."""
    rows: list[_Row] = []
    unread: list[Unread] = []
    contents: dict[str, tuple[bytes, str]] = {}
    paths = [stat.path for stat in await source.files.list()] if source.files else []
    archives = {archive for path in paths if (archive := archive_of(path)) in paths}
    problem: Unusable | None = None
    for path in sorted(paths, key=lambda path: (path in archives, path)):
        try:
            content = await source.files.read(path)  # type: ignore[union-attr]
        except Unusable as error:
            unread.append(Unread(path, 0, error.detail))
            problem = problem or error
            continue
        contents[path] = (content.data, content.version)
        before = len(rows), len(unread)
        for line, task, reasons in read_lines(content.data, archive=path in archives):
            unread.extend(Unread(path, line.number, reason) for reason in reasons)
            if task is not None:
                rows.append(_Row(path, line, task))
        if len(rows) == before[0] and len(unread) > before[1]:
            unread.insert(before[1], Unread(path, 0, "No line of this file can be read."))
    if problem is not None and not contents.keys() - archives:
        raise problem
    return _Read(tuple(_keyed(source, rows)), tuple(unread), contents)


def read_lines(data: bytes, *, archive: bool = False) -> Iterable[tuple[Line, Task | None, tuple[str, ...]]]:
    """Every line that is not blank, with its task or the reasons why not; an archive is read from its newest lines."""
    lines = [line for line in split(data) if line.raw.strip()]
    cut = lines[-MOST_LINES:] if archive else lines[:MOST_LINES]
    for line in cut:
        if (reason := fault(line)) is not None:
            yield line, None, (reason,)
            continue
        task = parse(line.raw.decode())
        if task is None:
            yield line, None, ("There are no words in this line.",)
        elif archive and not task.done:
            yield line, None, ("A line in a file of finished tasks that is not marked as finished.",)
        else:
            yield line, task, task.faults
    if len(cut) < len(lines):
        missed = lines[0] if archive else lines[MOST_LINES]
        yield missed, None, (f"Only {MOST_LINES} lines of a file are read; this and others are left out.",)


def archive_of(path: str) -> str | None:
    """The file of finished tasks that belongs to a todo file, by its name; None when the name has no `todo` in it.

    >>> archive_of("work.todo.txt"), archive_of("TODO.txt"), archive_of("shopping.txt")
    ('work.done.txt', 'DONE.txt', None)
    """
    place = PurePath(path)
    parts = place.name.split(".")
    at = next((index for index, part in enumerate(parts) if part.lower() == "todo"), None)
    if at is None:
        return None
    parts[at] = "DONE" if parts[at].isupper() else "Done" if parts[at].istitle() else "done"
    return str(place.with_name(".".join(parts)))


def _keyed(source: Source, rows: list[_Row]) -> list[_Row]:
    """Give every task its key: its words, its creation, its due date (else its start) when recurring, and its place.

    Among equal ones the open are counted first, then finished ones from the newest, so that archiving and pruning what
    is finished never renames what is open, and a task that gets finished keeps its key.
    """
    order = sorted(
        range(len(rows)),
        key=lambda at: (rows[at].task.done, -(rows[at].task.finished or date.min).toordinal(), at),
    )
    seen: dict[str, int] = {}
    keys = [""] * len(rows)
    for at in order:
        task = rows[at].task
        when = (task.due if task.due is not None else task.start) if task.repeat is not None else None
        name = _hash(source.connection, task.identity, str(task.created), str(when))
        nth = seen[name] = seen.get(name, -1) + 1
        keys[at] = name if nth == 0 else f"{name}.{nth}"
    return [_Row(row.path, row.line, row.task, key) for row, key in zip(rows, keys, strict=True)]


def _items(source: Source, rows: Iterable[_Row]) -> Iterable[Item]:
    for row in rows:
        task = row.task
        facts = Facts(
            ref=source.ref(row.key),
            version=_version(row),
            state="done" if task.done else "open",
            added=task.created,
            due=task.due,
            start=task.start,
            finished=task.finished,
            priority=task.priority,
            started=task.started and not task.done,
            hidden=task.hidden,
            waiting=task.waiting,
            series=_hash(source.connection, "series", task.identity) if task.repeat else None,
            project=_hash(source.connection, "project", task.project.casefold()) if task.project else None,
            labels=task.labels,
        )
        yield Item(facts, task.title, task.project)


def _version(row: _Row) -> str:
    return hashlib.blake2b(row.line.raw, digest_size=8).hexdigest()


def _hash(*parts: str) -> str:
    """A short name for texts that must not be read from it; the connection's id in it keeps equal texts apart."""
    return hashlib.blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=10).hexdigest()


def _today(source: Source) -> date:
    return source.now.astimezone(zone_of(source.zone)).date()


plugin = TodoTxt()
