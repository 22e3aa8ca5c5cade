"""The Markdown connector: checklists of a note or a whole vault, and one line ticked off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from oo.contracts.connectors import Action, Batch, Changed, FileContent, FileStat, Source, Unsupported
from oo.contracts.errors import Refused, Unusable
from oo.contracts.ids import Ref
from oo.contracts.items import Item
from oo.contracts.reading import SLICE, Notes, digest, gather
from oo.contracts.zones import zone_of
from oo.plugins.connectors.markdown.completing import complete
from oo.plugins.connectors.markdown.table import Note, dump, load
from oo.plugins.connectors.markdown.vault import Row, items, may_hold_ids, note_of, rows, version_of

_READING = "markdown.1"
"""Part of every cursor: another reading of the same bytes makes everything new."""
_BY_ID = "id."
_NEVER = "00" * 8
"""The version of a note that is to be read again."""
_AT_ONCE = 64
_BYTES_AT_ONCE = 8_000_000


class Markdown:
    """Reads checklists and ticks lines off."""

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        """Everything that is there now, or what changed in the notes that did; None when nothing changed."""
        return await gather(self.slices(source, cursor))

    async def slices(self, source: Source, cursor: str | None) -> AsyncIterator[Batch]:
        """The same in slices."""
        stats = await _stats(source)
        reading = f"{_READING}.{digest(*map(str, sorted(source.config.items())))[:8]}"
        known = load(reading, cursor)
        before = known or {}
        changed = {name for name in stats if name not in before or before[name].version != _version(stats[name])}
        if known is not None and not changed and before.keys() == stats.keys():
            return
        # Where something could not be read it is looked at again, so that the list of it stays whole.
        anew = changed | {name for name in stats if name in before and before[name].unread}
        run = _Run(source, {name: note for name, note in before.items() if name in stats and name not in anew})
        for some in _portions(sorted((stats[name].path, name) for name in anew), stats):
            contents = await asyncio.gather(*(_content(source, stats[name].path) for name in some))
            for name, content in zip(some, contents, strict=True):
                run.take(name, stats[name], content, before.get(name))
            del contents
            while len(run.items) > SLICE:
                yield run.slice()
        if run.problem is not None and not run.notes:
            raise run.problem
        gone = {key for name, note in before.items() for key in _keys(name, note)}
        gone -= {key for name, note in run.notes.items() for key in _keys(name, note)}
        yield Batch(
            dump(reading, run.notes),
            tuple(run.items),
            gone=tuple(source.ref(key) for key in sorted(gone)),
            complete=known is None,
            unread=run.unread.take(),
        )

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        """The named tasks with their words; only notes that may hold them are read, missing ones are left out."""
        wanted = set(refs)
        found: list[Item] = []
        async for path, _, in_note in _holding(source, wanted):
            for row in in_note:
                for key in _names(note_of(source, path), row):
                    if source.ref(key) in wanted:
                        wanted.discard(source.ref(key))
                        found += items(source, path, [(row, key)])
        return found

    async def act(self, source: Source, action: Action) -> None:
        """Tick the line off and add the next occurrence of a recurring one; `Changed` when the line is another now."""
        if action.verb != "complete":
            raise Unsupported
        async for path, content, in_note in _holding(source, {action.ref}):
            name = note_of(source, path)
            for row in in_note:
                if all(source.ref(key) != action.ref for key in _names(name, row)):
                    continue
                if row.task.state != "open" or version_of(row.line) != action.version or source.files is None:
                    raise Changed
                today = source.now.astimezone(zone_of(source.zone)).date()
                await source.files.replace(path, complete(content.data, row.line, today), content.version)
                return
        raise Changed


@dataclass(slots=True)
class _Run:
    """One read of a vault under way; `notes` begins with those that need not be read."""

    source: Source
    notes: dict[str, Note]
    items: list[Item] = field(default_factory=list)
    unread: Notes = field(default_factory=Notes)
    problem: Unusable | Refused | None = None
    taken: set[str] = field(init=False)
    """The ids that are in a note already: the second task that claims one goes by its place."""

    def __post_init__(self) -> None:
        self.taken = {one for note in self.notes.values() for one in note.ids}

    def take(self, name: str, stat: FileStat, content: FileContent | Unusable | Refused, before: Note | None) -> None:
        """Take over what a note says; one that can't be read keeps the tasks that it had."""
        if isinstance(content, Unusable | Refused):
            self.problem = self.problem or content
            self.unread.add(stat.path, 0, content.detail)
            if before is not None:
                self.notes[name] = Note(_NEVER, True, before.keys, before.ids)
                self.taken.update(before.ids)
            return
        found = rows(self.source, stat.path, content.data, self.unread)
        ids = {row.id: at for at, row in reversed(list(enumerate(found))) if row.id and row.id not in self.taken}
        own = {at: one for one, at in ids.items()}
        keys = [_BY_ID + own[at] if at in own else f"{name}.{row.key}" for at, row in enumerate(found)]
        self.items += items(self.source, stat.path, zip(found, keys, strict=True))
        self.taken.update(ids)
        by_place = tuple(row.key for at, row in enumerate(found) if at not in own)
        self.notes[name] = Note(_version(stat), self.unread.count(stat.path) > 0, by_place, tuple(ids))

    def slice(self) -> Batch:
        """The first items that were found, which are then let go of."""
        batch = Batch("", tuple(self.items[:SLICE]), complete=False, unread=self.unread.take(), more=True)
        del self.items[:SLICE]
        return batch


def _portions(names: Iterable[tuple[str, str]], stats: Mapping[str, FileStat]) -> Iterator[list[str]]:
    """The notes in their order, so many at a time as may be held in memory."""
    some: list[str] = []
    size = 0
    for _, name in names:
        if some and (len(some) >= _AT_ONCE or size + stats[name].size > _BYTES_AT_ONCE):
            yield some
            some, size = [], 0
        some.append(name)
        size += stats[name].size
    if some:
        yield some


async def _content(source: Source, path: str) -> FileContent | Unusable | Refused:
    assert source.files is not None
    try:
        return await source.files.read(path)
    except (Unusable, Refused) as error:
        return error


async def _stats(source: Source) -> dict[str, FileStat]:
    """The notes there are by name."""
    stats = await source.files.list() if source.files else ()
    return {note_of(source, stat.path): stat for stat in stats}


async def _holding(source: Source, refs: set[Ref]) -> AsyncIterator[tuple[str, FileContent, list[Row]]]:
    """The notes that may hold these tasks, with their tasks; unreadable ones are left out."""
    keys = [ref.partition(":")[2] for ref in refs]
    named = {key.partition(".")[0] for key in keys if not key.startswith(_BY_ID)}
    by_id = any(key.startswith(_BY_ID) for key in keys)
    stats = await _stats(source) if keys else {}
    for name, stat in stats.items():
        if (name not in named and not by_id) or source.files is None:
            continue
        try:
            content = await source.files.read(stat.path)
        except (Unusable, Refused):
            continue
        if name in named or may_hold_ids(content.data):
            yield stat.path, content, rows(source, stat.path, content.data, Notes())


def _names(note: str, row: Row) -> Iterator[str]:
    """What a task may be called: by its id, or by its place when another has the same id."""
    if row.id is not None:
        yield _BY_ID + row.id
    yield f"{note}.{row.key}"


def _keys(name: str, note: Note) -> Iterator[str]:
    yield from (f"{name}.{key}" for key in note.keys)
    yield from (_BY_ID + one for one in note.ids)


def _version(stat: FileStat) -> str:
    return digest(stat.version)[:16]


plugin = Markdown()
