"""The suite that every discovered connector passes, ours or a third party's, on its own samples.

A connector brings small real files in `tests/samples/`, with an open task when it can complete tasks.
"""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from oo.contracts.connectors import Action, Batch, Changed, Connector, Reconnect, Source, TryLater, Unsupported
from oo.contracts.errors import NotFound, Unusable
from oo.contracts.ids import ConnectionId, Ref
from oo.contracts.items import Item, facts_from_row, facts_row
from oo.contracts.manifests import ConnectorManifest
from oo.testing.files import MemoryFiles

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
_REFUSALS = (Changed, Unsupported, NotFound)
_GARBAGE = (
    b"",
    b"\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe\0x",
    b"x" * 50_000,
    b"[" * 5_000,
    b"\r\n \r\n\t:;=",
    bytes(256),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A connector under examination, with its samples by name."""

    id: str
    connector: Connector
    manifest: ConnectorManifest
    samples: Mapping[str, bytes] = field(default_factory=dict)

    def source(
        self, files: MemoryFiles | None = None, connection: str = "connection-1", zone: str = "Europe/Berlin"
    ) -> Source:
        """A source of the samples, or of other files."""
        files = MemoryFiles(self.samples) if files is None else files
        return Source(ConnectionId(connection), NOW, zone, files=files)

    async def pull(
        self, files: MemoryFiles | None = None, connection: str = "connection-1", zone: str = "Europe/Berlin"
    ) -> Batch:
        """What is there, with no cursor."""
        batch = await self.connector.pull(self.source(files, connection, zone), None)
        assert batch is not None, "without a cursor everything is new"
        return batch


def samples(folder: Path) -> dict[str, bytes]:
    """The samples that a plugin's folder brings."""
    return {path.name: path.read_bytes() for path in sorted((folder / "tests" / "samples").glob("*")) if path.is_file()}


async def a_live_connector_brings_samples(case: Case) -> None:
    """There is something to examine."""
    assert case.samples or case.manifest.stage != "live", "put a small real file into tests/samples/"
    if case.manifest.actions and case.samples:
        assert any(item.facts.state == "open" for item in (await case.pull()).items), "no open task in the samples"


async def nothing_there_is_an_empty_batch(case: Case) -> None:
    """A source without files, or with none yet, is empty rather than broken."""
    for files in (None, MemoryFiles()):
        batch = await case.connector.pull(Source(ConnectionId("c"), NOW, "UTC", files=files), None)
        assert batch is not None
        assert (batch.items, batch.busy, batch.unread) == ((), (), ())


async def damage_is_listed_and_never_breaks_it(case: Case) -> None:
    """Garbage, cut-off, shuffled and changed samples are read as far as they can be, and listed."""
    names = list(case.samples) or ["sample"]
    for data in (*_GARBAGE, *_damaged(case)):
        files = MemoryFiles(dict.fromkeys(names, data))
        try:
            batch = await case.pull(files)
        except (Unusable, TryLater, Reconnect):
            continue
        assert all(note.line >= 0 and note.reason and note.file in names for note in batch.unread)
        assert all(item.title.strip() for item in batch.items), "a task without words"


async def a_file_that_cannot_be_read_is_said_so(case: Case) -> None:
    """The reason reaches the person: as an error when it is all there is, else in the list."""
    if not case.samples or case.manifest.kind != "files":
        return
    files = MemoryFiles(case.samples)
    files.unreadable = dict.fromkeys(case.samples, "This file is locked.")
    try:
        batch = await case.pull(files)
    except Unusable as error:
        said = [error.detail]
    else:
        said = [note.reason for note in batch.unread]
    assert "This file is locked." in said


async def the_same_cursor_brings_nothing_new(case: Case) -> None:
    """A cursor stands for what was read: None while that stays, everything when it does not."""
    batch = await case.pull()
    assert await case.connector.pull(case.source(), batch.cursor) is None
    if case.samples:
        files = MemoryFiles(case.samples)
        first = next(iter(files.content))
        files.content[first] += b"\n"
        assert await case.connector.pull(case.source(files), batch.cursor) is not None


async def equal_sources_give_equal_batches(case: Case) -> None:
    """Nothing but the source goes into a batch."""
    assert await case.pull() == await case.pull()


async def an_offset_is_a_zone_too(case: Case) -> None:
    """A person's zone may be an offset: what is read and written is that of the place with this offset."""
    there, offset = await case.pull(zone="Asia/Kolkata"), await case.pull(zone="+05:30")
    assert (offset.items, offset.busy, offset.unread) == (there.items, there.busy, there.unread)
    for item in _open(there.items) if "complete" in case.manifest.actions else ():
        written = []
        for zone in ("Asia/Kolkata", "+05:30"):
            files = MemoryFiles(case.samples)
            action = Action("complete", item.facts.ref, item.facts.version)
            await case.connector.act(case.source(files, zone=zone), action)
            written.append(files.content)
        assert written[0] == written[1]


async def refs_are_unique_and_the_connections_own(case: Case) -> None:
    """A ref names one item of one connection, and equal texts elsewhere have other keys."""
    refs = [item.facts.ref for item in (await case.pull()).items]
    assert len(refs) == len(set(refs))
    assert all(ref.startswith("connection-1:") for ref in refs)
    others = {item.facts.ref.partition(":")[2] for item in (await case.pull(connection="connection-2")).items}
    assert not others & {ref.partition(":")[2] for ref in refs}, "equal texts of two people can be told to be equal"


async def nothing_but_titles_holds_words(case: Case) -> None:
    """Refs, versions, tokens, cursors and reasons go into logs: they hold no word of the person."""
    batch = await case.pull()
    said = {word.casefold() for item in batch.items for word in re.findall(r"[^\W\d_]{4,}", item.title)}
    kept = [batch.cursor, *(note.reason for note in batch.unread)]
    for item in batch.items:
        facts = item.facts
        kept += [facts.ref, facts.version, facts.series or "", facts.project or "", *facts.blocked_by]
    found = {word for text in kept for word in re.findall(r"[^\W\d_]{4,}", text.casefold())}
    assert not found & said, "words of the person outside the title"


async def facts_are_in_the_normal_form(case: Case) -> None:
    """Facts survive their row; instants are in UTC; what is finished is done."""
    for item in (await case.pull()).items:
        facts = item.facts
        assert facts_from_row(facts_row(facts)) == facts
        assert 0 <= facts.priority <= 3
        assert facts.version
        assert facts.state == "done" or facts.finished is None or facts.state == "dropped"
        for when in (facts.added, facts.due, facts.start, facts.finished):
            assert not (isinstance(when, datetime) and when.tzinfo is not None) or when.tzinfo is UTC
    for block in (await case.pull()).busy:
        assert block.start < block.end
        assert block.start.tzinfo is UTC
        assert block.end.tzinfo is UTC


async def reading_gives_what_was_asked_for(case: Case) -> None:
    """The named items as the pull gave them, and nothing else."""
    items = (await case.pull()).items
    asked = [item.facts.ref for item in items[::2]]
    found = await case.connector.read(case.source(), [*asked, Ref("connection-1:nowhere")])
    assert sorted(found, key=_by_ref) == sorted(items[::2], key=_by_ref)
    assert await case.connector.read(case.source(), []) == []


async def what_is_not_there_cannot_be_done(case: Case) -> None:
    """An unknown ref is refused, and so is what is done already; nothing is written."""
    files = MemoryFiles(case.samples)
    await _refuses(case, files, Action("complete", Ref("connection-1:nowhere"), "0"))
    for item in (await case.pull()).items:
        if item.facts.state != "open":
            await _refuses(case, files, Action("complete", item.facts.ref, item.facts.version))


async def completing_does_that_and_nothing_else_and_only_once(case: Case) -> None:
    """An open task that is completed is done at the next pull, the others are as they were, and once is enough."""
    before = {item.facts.ref: item for item in (await case.pull()).items}
    for item in _open(before.values()):
        files = MemoryFiles(case.samples)
        action = Action("complete", item.facts.ref, item.facts.version)
        if "complete" not in case.manifest.actions:
            await _refuses(case, files, action)
            continue
        await case.connector.act(case.source(files), action)
        after = {one.facts.ref: one for one in (await case.pull(files)).items}
        if _alike(before.values(), item) > 1:  # of equal ones, one is done now: which is nobody's business
            assert _alike(after.values(), item) == _alike(before.values(), item) - 1
            continue
        assert after[item.facts.ref].facts.state == "done"
        assert after[item.facts.ref].facts.finished is not None
        assert all(after[ref] == other for ref, other in before.items() if ref != item.facts.ref)
        added = [one.facts for ref, one in after.items() if ref not in before]
        assert len(added) <= (item.facts.series is not None), "one more, and only of a recurring task"
        assert all(one.series == item.facts.series and one.state == "open" for one in added)
        await _refuses(case, files, action)


async def what_changed_meanwhile_is_left_alone(case: Case) -> None:
    """Another version of the item, or of the file beneath it, is refused and left as it is."""
    if "complete" not in case.manifest.actions:
        return
    item = _open((await case.pull()).items)[0]
    await _refuses(case, MemoryFiles(case.samples), Action("complete", item.facts.ref, item.facts.version + "0"))
    files = _Slippery(case.samples)
    try:
        await case.connector.act(case.source(files), Action("complete", item.facts.ref, item.facts.version))
    except Changed:
        return
    raise AssertionError("the file changed between reading and writing, and nobody said so")


CHECKS: tuple[Callable[[Case], Awaitable[None]], ...] = (
    a_live_connector_brings_samples,
    nothing_there_is_an_empty_batch,
    damage_is_listed_and_never_breaks_it,
    a_file_that_cannot_be_read_is_said_so,
    the_same_cursor_brings_nothing_new,
    equal_sources_give_equal_batches,
    an_offset_is_a_zone_too,
    refs_are_unique_and_the_connections_own,
    nothing_but_titles_holds_words,
    facts_are_in_the_normal_form,
    reading_gives_what_was_asked_for,
    what_is_not_there_cannot_be_done,
    completing_does_that_and_nothing_else_and_only_once,
    what_changed_meanwhile_is_left_alone,
)
"""The suite; each check is given a case and fails by an assertion."""


class _Slippery(MemoryFiles):
    """Files that somebody else changes after every read."""

    async def replace(self, path: str, data: bytes, version: str) -> str:
        self.content[path] += b"\n"
        return await MemoryFiles.replace(self, path, data, version)


async def _refuses(case: Case, files: MemoryFiles, action: Action) -> None:
    before = dict(files.content)
    try:
        await case.connector.act(case.source(files), action)
    except _REFUSALS:
        pass
    else:
        raise AssertionError("what can't be done was not refused")
    assert files.content == before


def _open(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if item.facts.state == "open"]


def _alike(items: Iterable[Item], item: Item) -> int:
    """How many open tasks have these words."""
    return sum(one.title == item.title for one in _open(items))


def _damaged(case: Case) -> Iterator[bytes]:
    """The samples cut off, shuffled and with bytes changed; the same for every run."""
    chance = random.Random(26)  # noqa: S311 - damage, not secrets
    for data in case.samples.values():
        lines = data.splitlines(keepends=True)
        for _ in range(12):
            yield data[: chance.randrange(len(data) + 1)]
            shuffled = lines[:]
            chance.shuffle(shuffled)
            yield b"".join(shuffled)
            changed = bytearray(data)
            for _ in range(min(5, len(data))):
                changed[chance.randrange(len(data))] = chance.randrange(256)
            yield bytes(changed)


def _by_ref(item: Item) -> str:
    return item.facts.ref
