"""Files of todo.txt as a source: what belongs together, and which task is which."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.connectors import Action, Batch, Changed, Source
from oo.contracts.errors import Unusable
from oo.contracts.ids import ConnectionId
from oo.plugins.connectors.todotxt.lines import LONGEST_LINE, MOST_LINES, split
from oo.plugins.connectors.todotxt.plugin import archive_of, plugin, read_lines
from oo.testing.files import MemoryFiles

pytestmark = pytest.mark.anyio


def source(files: MemoryFiles, zone: str = "UTC", hour: int = 12) -> Source:
    return Source(ConnectionId("c"), datetime(2026, 11, 21, hour, tzinfo=UTC), zone, files=files)


async def pull(files: MemoryFiles) -> Batch:
    batch = await plugin.pull(source(files), None)
    assert batch is not None
    return batch


async def complete(files: MemoryFiles, title: str, zone: str = "UTC", hour: int = 12) -> None:
    item = next(item for item in (await pull(files)).items if item.title == title and item.facts.state == "open")
    await plugin.act(source(files, zone, hour), Action("complete", item.facts.ref, item.facts.version))


@pytest.mark.parametrize(
    ("todo", "done"),
    [
        ("/a/todo.txt", "/a/done.txt"),
        ("/a/person4.todo.1.txt", "/a/person4.done.1.txt"),
        ("Todo.txt", "Done.txt"),
        ("/todo/list.txt", None),
        ("mytodo.txt", None),
    ],
)
def test_the_file_of_what_is_finished_is_found_by_its_name(todo: str, done: str | None) -> None:
    assert archive_of(todo) == done


async def test_done_txt_adds_what_was_finished_and_offers_nothing() -> None:
    files = MemoryFiles({"todo.txt": b"Call\n", "done.txt": b"x 2026-11-20 Pay +home\nForgotten\n"})
    batch = await pull(files)
    assert [(item.title, item.facts.state) for item in batch.items] == [("Call", "open"), ("Pay", "done")]
    assert [(note.file, note.line) for note in batch.unread] == [("done.txt", 2)]


async def test_archiving_renames_nothing() -> None:
    before = await pull(MemoryFiles({"todo.txt": b"Call\nx 2026-11-20 Pay\nPay\n", "done.txt": b""}))
    after = await pull(MemoryFiles({"todo.txt": b"Call\nPay\n", "done.txt": b"x 2026-11-20 Pay\n"}))
    assert {item.facts.ref: item for item in before.items} == {item.facts.ref: item for item in after.items}


async def test_pruning_what_is_finished_leaves_the_open_ones_their_names() -> None:
    before = await pull(MemoryFiles({"todo.txt": b"Pay\n", "done.txt": b"x 2026-11-20 Pay\nx 2026-10-20 Pay\n"}))
    after = await pull(MemoryFiles({"todo.txt": b"Pay\n"}))
    assert after.items[0] in before.items


async def test_what_is_added_again_later_is_another_task() -> None:
    before = await pull(MemoryFiles({"todo.txt": b"2026-10-01 Pay\n"}))
    after = await pull(MemoryFiles({"todo.txt": b"2026-11-01 Pay\nx 2026-10-03 2026-10-01 Pay\n"}))
    again, done = after.items
    assert done.facts.ref == before.items[0].facts.ref
    assert again.facts.ref != done.facts.ref


async def test_every_line_is_a_task_blank_or_listed() -> None:
    data = (
        b"Call\n\n  \n\xff\n\0\n" + b"x" * (LONGEST_LINE + 1) + b"\n<<<<<<< HEAD\nPay\n=======\nPay rent\n>>>>>>> b\n"
    )
    batch = await pull(MemoryFiles({"todo.txt": data}))
    assert [item.title for item in batch.items] == ["Call", "Pay", "Pay rent"]
    assert [note.line for note in batch.unread] == [4, 5, 6, 7, 9, 11]


async def test_a_file_of_which_no_line_can_be_read_is_said_so_as_a_whole() -> None:
    batch = await pull(MemoryFiles({"todo.txt": b"\xff\n\xfe\n"}))
    assert [note.line for note in batch.unread] == [0, 1, 2]


async def test_one_file_that_cannot_be_read_leaves_the_others() -> None:
    files = MemoryFiles({"a.todo.txt": b"Call\n", "b.todo.txt": b"Pay\n"})
    files.unreadable["a.todo.txt"] = "This file is locked."
    batch = await pull(files)
    assert [item.title for item in batch.items] == ["Pay"]
    assert [(note.file, note.reason) for note in batch.unread] == [("a.todo.txt", "This file is locked.")]


async def test_a_readable_done_txt_does_not_stand_for_the_tasks() -> None:
    files = MemoryFiles({"todo.txt": b"Call\n", "done.txt": b"x Pay\n"})
    files.unreadable["todo.txt"] = "This file is locked."
    with pytest.raises(Unusable, match="locked"):
        await pull(files)


async def test_lines_past_the_limit_are_listed_once() -> None:
    data = b"a b\n" * (MOST_LINES + 5)
    rows = list(read_lines(data))
    assert sum(task is not None for _, task, _ in rows) == MOST_LINES
    assert [(line.number, len(reasons)) for line, task, reasons in rows if task is None] == [(MOST_LINES + 1, 1)]


async def test_the_day_of_completion_is_the_persons_own() -> None:
    files = MemoryFiles({"todo.txt": b"Call\n"})
    await complete(files, "Call", zone="Pacific/Auckland", hour=12)
    assert files.content["todo.txt"] == b"x 2026-11-22 Call\n"


async def test_finishing_one_occurrence_finishes_one_and_opens_the_next() -> None:
    files = MemoryFiles({"todo.txt": b"Water rec:1w due:2026-11-21\n"})
    await complete(files, "Water")
    done, following = (await pull(files)).items
    assert (done.facts.state, done.facts.due) == ("done", date(2026, 11, 21))
    assert (following.facts.state, following.facts.due) == ("open", date(2026, 11, 28))
    assert done.facts.series == following.facts.series
    assert done.facts.ref != following.facts.ref


async def test_a_line_that_was_edited_since_is_left_alone() -> None:
    files = MemoryFiles({"todo.txt": b"Call\n"})
    item = (await pull(files)).items[0]
    files.content["todo.txt"] = b"(A) Call\n"
    with pytest.raises(Changed):
        await plugin.act(source(files), Action("complete", item.facts.ref, item.facts.version))
    assert files.content["todo.txt"] == b"(A) Call\n"


@given(st.binary(max_size=400))
def test_no_bytes_break_it(data: bytes) -> None:
    rows = list(read_lines(data))
    blank = sum(1 for line in split(data) if not line.raw.strip())
    assert len({line.number for line, _, _ in rows}) + blank == sum(1 for _ in split(data))
    assert all(task is not None or reasons for _, task, reasons in rows)


async def test_every_file_that_strangers_wrote_is_read(shared: Path) -> None:
    folder = shared / "inputs" / "todo.txt"
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        batch = await pull(MemoryFiles({path.name: data}))
        named = {note.line for note in batch.unread}
        lines = [line for line in split(data) if line.raw.strip()]
        assert len(batch.items) >= len(lines) - len(named)
        assert all(item.title.strip() for item in batch.items)
        for item in [item for item in batch.items if item.facts.state == "open"][:5]:
            files = MemoryFiles({path.name: data})
            await plugin.act(source(files), Action("complete", item.facts.ref, item.facts.version))
            before, after = data.splitlines(), files.content[path.name].splitlines()
            assert sum(a != b for a, b in zip(before, after, strict=False)) == 1


@pytest.mark.parametrize("line", ["Pay rec:+1m t:2026-11-01", "Pay rec:1m t:2026-11-21T08:00", "Pay rec:1w due:soon"])
async def test_what_is_finished_keeps_its_key_and_the_next_occurrence_has_one_of_its_own(line: str) -> None:
    files = MemoryFiles({"todo.txt": f"{line}\n".encode()})
    (before,) = (await pull(files)).items
    action = Action("complete", before.facts.ref, before.facts.version)
    await plugin.act(source(files), action)
    after = {item.facts.state: item.facts.ref for item in (await pull(files)).items}
    assert after["done"] == before.facts.ref
    assert after["open"] != before.facts.ref
    # What was written but not settled is not done twice: there is no open task of that name any more.
    with pytest.raises(Changed):
        await plugin.act(source(files), action)
