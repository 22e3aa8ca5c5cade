"""The Taskwarrior connector: what an export or the data files say; it writes nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePath

from oo.contracts.connectors import Action, Batch, Source, Unsupported
from oo.contracts.ids import Ref
from oo.contracts.items import Facts, Item
from oo.contracts.reading import SLICE, Notes, contents, cursor_of, digest, gather
from oo.contracts.zones import zone_of
from oo.plugins.connectors.taskwarrior.fields import Damaged, Fields, fields
from oo.plugins.connectors.taskwarrior.records import NO_TASK, Record, records
from oo.plugins.connectors.taskwarrior.task import Task, is_template, task

_READING = "taskwarrior.1"
"""Part of every cursor: another reading of the same bytes makes everything new."""
_UUID = re.compile(rb'\buuid"?\s*:\s*"([0-9A-Fa-f-]{8,36})"')
_STATUS = re.compile(rb'\bstatus"?\s*:')
_MODIFIED = re.compile(rb'\bmodified"?\s*:\s*"([0-9TZ:-]{8,20})"')
_CHANGING = frozenset({"id", "urgency"})
"""What `task export` computes anew each time: no change of the task."""
_NOTHING = "There is no task of Taskwarrior in this file."
_TWICE = "This task is there more than once; the latest is read."
_PLACES = 40
_PLACE = (1 << _PLACES) - 1
_NOT_UTF8 = "Some characters are not UTF-8; they are shown as �."


class Taskwarrior:
    """Reads Taskwarrior's exports and data files."""

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
        async for path, record in _latest(source, notes):
            item, reasons = _item(source, record, keys)
            for reason in reasons:
                notes.add(path, record.line, reason)
            if item is not None:
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
        raise Unsupported("Taskwarrior's files are only read. Finish the task there.")


@dataclass(slots=True)
class _Keys:
    """The keys of tasks, each given once: by uuid, else by words and entry date, and the place among equal ones."""

    connection: str
    counts: dict[int, int] = field(default_factory=dict)

    def of(self, read: Task) -> str | None:
        """The key; None when the task was there already."""
        name = digest(self.connection, *((read.uuid,) if read.uuid else (read.title, str(read.added))))
        short = int(name[:16], 16)
        nth = self.counts[short] = self.counts.get(short, -1) + 1
        if nth and read.uuid:
            return None
        return f"{name}.{nth}" if nth else name


@dataclass(slots=True)
class _Versions:
    """Which record of a task is the latest: by `modified`, then by place; pending.data comes last, and so wins."""

    latest: dict[bytes, int]
    place: int = 0

    def see(self, raw: bytes) -> None:
        """Remember the record that comes next."""
        self.place += 1
        if (name := _UUID.search(raw)) is not None:
            mark = _modified(raw) << _PLACES | self.place
            if mark > self.latest.get(name[1].lower(), 0):
                self.latest[name[1].lower()] = mark

    def holds(self, raw: bytes) -> bool:
        """Whether the record that comes next is the latest of its task; one without a name always is."""
        self.place += 1
        name = _UUID.search(raw)
        return name is None or self.latest.get(name[1].lower(), 0) & _PLACE == self.place


async def _latest(source: Source, notes: Notes) -> AsyncIterator[tuple[str, Record]]:
    """The latest record of every task with the path it is in; records that can't be read are listed in `notes`."""
    versions = _Versions({})
    async for _, data in contents(source, Notes(), order=_authority):
        for record in records(data):
            if not record.fault:
                versions.see(record.raw)
        del data
    versions.place = 0
    async for path, data in contents(source, notes, order=_authority):
        found = False
        for record in records(data):
            if record.fault:
                notes.add(path, record.line, record.fault)
                continue
            found = found or _STATUS.search(record.raw) is not None
            if versions.holds(record.raw):
                yield path, record
        if not found and notes.count(path):
            notes.add(path, 0, _NOTHING)
        del data


def _authority(path: str) -> tuple[int, str]:
    """A backlog is older than an export, an export than the data files."""
    parts = PurePath(path).name.lower().split(".")
    rank = 3 if "pending" in parts else 2 if "completed" in parts else 0 if "backlog" in parts else 1
    return rank, path


def _modified(raw: bytes) -> int:
    """The instant of the last change as a number that sorts, such as 20261122170000; 0 when it isn't said."""
    match = _MODIFIED.search(raw)
    if match is None:
        return 0
    text = match[1].decode()
    if text.isdigit() and len(text) < 12:
        text = f"{datetime.fromtimestamp(int(text), UTC):%Y%m%d%H%M%S}"
    return int("".join(one for one in text if one.isdigit()) or "0")


def _item(source: Source, record: Record, keys: _Keys) -> tuple[Item | None, tuple[str, ...]]:
    """The item of a record, if it is one, and what could not be read of it."""
    try:
        found = fields(record.raw)
    except Damaged as error:
        return None, (str(error),)
    if is_template(found):
        return None, ()
    read = task(found, source.now, zone_of(source.zone))
    if read is None:
        return None, (NO_TASK,)
    key = keys.of(read)
    if key is None:
        return None, (_TWICE,)
    notes = read.faults
    if "�" in read.title and b"\xef\xbf\xbd" not in record.raw:
        notes = (*notes, _NOT_UTF8)
    return Item(_facts(source, key, read, found), read.title, read.project), notes


def _facts(source: Source, key: str, read: Task, found: Fields) -> Facts:
    own = source.connection
    return Facts(
        ref=source.ref(key),
        version=_version(found),
        state=read.state,
        added=read.added,
        due=read.due,
        start=read.start,
        finished=read.finished,
        priority=read.priority,
        started=read.started,
        hidden=read.hidden,
        waiting=read.waiting,
        series=digest(own, "series", read.parent) if read.parent else None,
        blocked_by=tuple(source.ref(digest(own, uuid)) for uuid in read.depends),
        project=digest(own, "project", read.project.casefold()) if read.project else None,
        labels=read.labels,
    )


def _version(found: Fields) -> str:
    kept = {key: value for key, value in found.items() if key not in _CHANGING}
    text = json.dumps(kept, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()


plugin = Taskwarrior()
