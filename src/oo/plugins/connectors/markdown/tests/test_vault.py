"""A vault of notes: what one change makes read, and what it says is gone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from oo.contracts.connectors import Action, Batch, Changed, FileContent, Source
from oo.contracts.errors import Unusable
from oo.contracts.ids import ConnectionId
from oo.contracts.items import Item
from oo.plugins.connectors.markdown import table
from oo.plugins.connectors.markdown.plugin import plugin
from oo.testing.files import MemoryFiles

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


class Counting(MemoryFiles):
    """Files that remember what was read."""

    def __init__(self, **notes: str) -> None:
        super().__init__({f"{name}.md": text.encode() for name, text in notes.items()})
        self.was_read: list[str] = []

    async def read(self, path: str) -> FileContent:
        self.was_read.append(path)
        return await super().read(path)

    def write(self, name: str, text: str) -> None:
        self.content[f"{name}.md"] = text.encode()


def source(files: MemoryFiles, **config: str) -> Source:
    return Source(ConnectionId("c"), NOW, "Europe/Berlin", config, files)


async def pull(files: MemoryFiles, cursor: str | None = None) -> Batch:
    batch = await plugin.pull(source(files), cursor)
    assert batch is not None
    return batch


def by_title(batch: Batch) -> dict[str, Item]:
    return {item.title: item for item in batch.items}


async def test_a_change_to_one_note_reads_that_note_alone() -> None:
    files = Counting(a="- [ ] one\n- [ ] two\n", b="- [ ] three\n", c="text")
    first = await pull(files)
    assert first.complete
    files.was_read.clear()
    assert await plugin.pull(source(files), first.cursor) is None
    files.write("a", "- [ ] one\n- [ ] four\n")
    second = await pull(files, first.cursor)
    assert files.was_read == ["a.md"]
    assert not second.complete
    assert sorted(by_title(second)) == ["four", "one"]
    assert second.gone == (by_title(first)["two"].facts.ref,)
    assert by_title(second)["one"] == by_title(first)["one"]


async def test_a_note_that_is_gone_takes_its_tasks_with_it() -> None:
    files = Counting(a="- [ ] one\n", b="- [ ] two\n")
    first = await pull(files)
    del files.content["b.md"]
    files.write("d", "- [ ] three\n")
    second = await pull(files, first.cursor)
    assert second.gone == (by_title(first)["two"].facts.ref,)
    assert list(by_title(second)) == ["three"]


async def test_a_task_with_an_id_stays_the_same_one_in_another_note() -> None:
    files = Counting(a="- [ ] one 🆔 x\n- [ ] two ⛔ x\n", b="")
    first = await pull(files)
    assert by_title(first)["two"].facts.blocked_by == (by_title(first)["one"].facts.ref,)
    files.write("a", "- [ ] two ⛔ x\n")
    files.write("b", "- [ ] one anew 🆔 x\n")
    second = await pull(files, first.cursor)
    assert second.gone == ()
    assert by_title(second)["one anew"].facts.ref == by_title(first)["one"].facts.ref


async def test_of_two_tasks_with_one_id_the_second_goes_by_its_place() -> None:
    files = Counting(a="- [ ] one 🆔 x\n- [ ] two 🆔 x\n", b="- [ ] three 🆔 x\n")
    first = await pull(files)
    refs = [item.facts.ref for item in first.items]
    assert len(set(refs)) == 3
    found = await plugin.read(source(files), refs)
    assert sorted(item.title for item in found) == ["one", "three", "two"]


async def test_what_could_not_be_read_stays_listed_while_other_notes_change() -> None:
    files = Counting(a="- [ ] one 📅 2026-13-45\n", b="- [ ] two\n")
    first = await pull(files)
    files.write("b", "- [ ] three\n")
    second = await pull(files, first.cursor)
    assert [note.file for note in second.unread] == [note.file for note in first.unread] == ["a.md"]
    assert second.gone == (by_title(first)["two"].facts.ref,)


async def test_a_note_that_cannot_be_read_for_a_while_keeps_its_tasks() -> None:
    files = Counting(a="- [ ] one\n", b="- [ ] two\n")
    first = await pull(files)
    files.unreadable["a.md"] = "This file is locked."
    second = await pull(files, first.cursor)
    assert (second.gone, second.complete) == ((), False)
    assert [note.reason for note in second.unread] == ["This file is locked."]
    files.unreadable.clear()
    third = await pull(files, second.cursor)
    assert [item.title for item in third.items] == ["one"]
    assert await plugin.pull(source(files), third.cursor) is None


async def test_all_notes_unreadable_is_an_error() -> None:
    files = Counting(a="- [ ] one\n")
    files.unreadable["a.md"] = "This file is locked."
    with pytest.raises(Unusable, match="locked"):
        await pull(files)


async def test_another_cursor_or_configuration_reads_everything() -> None:
    files = Counting(a="- [ ] one #task\n- [ ] two\n")
    first = await pull(files)
    for cursor in ("", "markdown.0:", first.cursor[:-3], first.cursor + "A", "nonsense"):
        assert (await pull(files, cursor)).complete
    filtered = await plugin.pull(source(files, tag="#task"), first.cursor)
    assert filtered is not None
    assert filtered.complete
    assert list(by_title(filtered)) == ["one"]


async def test_a_large_vault_comes_in_slices_that_have_everything_once() -> None:
    files = Counting(
        **{f"n{nth:03}": f"- [ ] task {nth} a\n- [ ] task {nth} b\n- [ ] x 📅 2026-13-01" for nth in range(800)}
    )
    slices = [batch async for batch in plugin.slices(source(files), None)]
    assert [len(batch.items) for batch in slices] == [1_000, 1_000, 400]
    assert [batch.more for batch in slices] == [True, True, False]
    assert len({item.facts.ref for batch in slices for item in batch.items}) == 2_400
    assert sum(len(batch.unread) for batch in slices) == 800


async def test_the_notes_name_is_the_project_unless_it_says_nothing() -> None:
    files = Counting(Garden="- [ ] a", **{"2026-11-21": "- [ ] b", "Inbox": "- [ ] c"})
    assert {item.title: item.project for item in (await pull(files)).items} == {"a": "Garden", "b": None, "c": None}


async def test_a_finished_occurrence_and_its_successor_are_one_series() -> None:
    files = Counting(a="- [ ] Water 🔁 every week 📅 2026-11-14\n")
    (before,) = (await pull(files)).items
    await plugin.act(source(files), Action("complete", before.facts.ref, before.facts.version))
    following, done = (await pull(files)).items
    assert (done.facts.ref, done.facts.state, done.facts.finished) == (before.facts.ref, "done", date(2026, 11, 21))
    assert (following.facts.due, following.facts.series) == (date(2026, 11, 21), before.facts.series)


async def test_a_day_is_that_of_the_person() -> None:
    files = Counting(a="- [ ] Call\n")
    (item,) = (await pull(files)).items
    late = Source(ConnectionId("c"), datetime(2026, 11, 21, 23, 30, tzinfo=UTC), "Europe/Berlin", {}, files)
    await plugin.act(late, Action("complete", item.facts.ref, item.facts.version))
    assert files.content["a.md"].decode() == "- [x] Call ✅ 2026-11-22\n"


async def test_a_line_that_was_edited_meanwhile_is_left_alone() -> None:
    files = Counting(a="- [ ] Call 📅 2026-11-21\n")
    (item,) = (await pull(files)).items
    files.write("a", "- [ ] Call 📅 2026-11-22\n")
    with pytest.raises(Changed):
        await plugin.act(source(files), Action("complete", item.facts.ref, item.facts.version))
    assert files.content["a.md"].decode() == "- [ ] Call 📅 2026-11-22\n"


async def test_a_cursor_is_what_was_put_into_it() -> None:
    notes = {"ab" * 8: table.Note("cd" * 8, True, ("01" * 8, "02" * 8), ("03" * 8,)), "ef" * 8: table.Note("00" * 8)}
    assert table.load("markdown.1", table.dump("markdown.1", notes)) == notes
    assert table.load("markdown.2", table.dump("markdown.1", notes)) is None
