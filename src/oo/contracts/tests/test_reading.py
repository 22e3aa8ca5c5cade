"""What connectors of files share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.connectors import Batch, Source, Unread
from oo.contracts.errors import Unusable
from oo.contracts.ids import ConnectionId, Ref
from oo.contracts.items import Facts, Item
from oo.contracts.reading import LONGEST_TITLE, MOST_NOTES, Notes, clean, contents, cursor_of, digest, gather
from oo.testing.files import MemoryFiles

pytestmark = pytest.mark.anyio


def item(nth: int) -> Item:
    return Item(Facts(Ref(f"c:{nth}"), "1"), f"task {nth}")


async def slices(*batches: Batch) -> AsyncIterator[Batch]:
    for batch in batches:
        yield batch


async def read(files: MemoryFiles, notes: Notes) -> list[str]:
    source = Source(ConnectionId("c"), datetime(2026, 11, 21, tzinfo=UTC), "UTC", files=files)
    return [path async for path, _ in contents(source, notes)]


async def test_slices_together_are_one_batch_as_the_last_one_says() -> None:
    note = Unread("a", 1, "x")
    first = Batch("", (item(1),), complete=False, unread=(note,), more=True)
    last = Batch("cursor", (item(2),), gone=(Ref("c:3"),), complete=True)
    assert await gather(slices(first, last)) == Batch("cursor", (item(1), item(2)), (), (Ref("c:3"),), True, (note,))
    assert await gather(slices()) is None


async def test_files_that_cannot_be_read_are_listed_unless_there_are_no_others() -> None:
    files, notes = MemoryFiles({"a": b"1", "b": b"2"}), Notes()
    files.unreadable = {"a": "Locked."}
    assert await read(files, notes) == ["b"]
    assert notes.take() == (Unread("a", 0, "Locked."),)
    files.unreadable["b"] = "Locked too."
    with pytest.raises(Unusable, match=r"Locked\."):
        await read(files, notes)


async def test_only_so_much_of_a_file_is_listed() -> None:
    notes = Notes()
    for line in range(MOST_NOTES + 50):
        notes.add("a", line, "x")
    notes.add("b", 1, "y")
    taken = notes.take()
    assert len(taken) == MOST_NOTES + 2
    assert taken[-2].line == MOST_NOTES
    assert notes.take() == ()
    assert (notes.count("a"), notes.count("b"), notes.count("c")) == (MOST_NOTES + 50, 1, 0)


async def test_a_cursor_stands_for_the_files_and_the_way_they_are_read() -> None:
    before = await MemoryFiles({"a": b"1"}).list()
    assert cursor_of("x", before) == cursor_of("x", await MemoryFiles({"a": b"1"}).list())
    others = [cursor_of("y", before), cursor_of("x", ()), cursor_of("x", await MemoryFiles({"a": b"2"}).list())]
    assert cursor_of("x", before) not in others


@given(st.text(), st.text())
async def test_names_of_texts_tell_their_parts_apart(one: str, other: str) -> None:
    assert (digest(one, other) == digest(other, one)) == (one == other)
    assert digest(one + other) != digest(one, other) or "\0" in one + other


@given(st.text(alphabet=st.characters(), max_size=2_000))
async def test_a_title_is_one_printable_line(text: str) -> None:
    title = clean(text)
    assert len(title) <= LONGEST_TITLE
    assert title == " ".join(title.split())
    assert not set(title) & set("\0\x07\x1b\x9f\u202e\u2067\ufeff\u200f")
    title.encode()
