"""What headlines of org say."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.connectors import Batch, Source
from oo.contracts.errors import Unusable
from oo.contracts.ids import ConnectionId
from oo.contracts.items import Facts
from oo.plugins.connectors.org.plugin import plugin
from oo.plugins.connectors.org.stamps import stamp
from oo.testing.files import MemoryFiles

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def source(**files: str | bytes) -> Source:
    content = {f"{name}.org": data.encode() if isinstance(data, str) else data for name, data in files.items()}
    return Source(ConnectionId("c"), NOW, "Europe/Berlin", files=MemoryFiles(content))


async def pull(text: str | bytes) -> Batch:
    batch = await plugin.pull(source(life=text), None)
    assert batch is not None
    return batch


async def titles(text: str) -> list[str]:
    return [item.title for item in (await pull(text)).items]


async def facts(text: str) -> Facts:
    batch = await pull(text)
    assert batch.unread == ()
    return batch.items[0].facts


@pytest.mark.anyio
async def test_only_headlines_with_a_keyword_are_tasks() -> None:
    assert await titles("* TODO a\n* b\n** DONE c\n*TODO d\n * TODO e\n* TODOS f\n* todo g\n") == ["a", "c"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("setting", "states"),
    [
        ("", {"TODO": "open", "DONE": "done"}),
        ("#+TODO: TODO(t) WAIT(w@/!) | DONE(d) CANCELLED(c)", {"WAIT": "open", "DONE": "done", "CANCELLED": "dropped"}),
        ("#+SEQ_TODO: NEXT FIXED", {"NEXT": "open", "FIXED": "done"}),
        ("#+todo: A | B\n#+TYP_TODO: Fred Sara | C", {"A": "open", "B": "done", "Fred": "open", "C": "done"}),
        ("#+TODO: | SHIPPED", {"SHIPPED": "done"}),
    ],
)
async def test_keywords_are_those_that_the_file_declares(setting: str, states: dict[str, str]) -> None:
    text = "".join(f"* {word} x {word}\n" for word in states) + setting
    assert [item.facts.state for item in (await pull(text)).items] == list(states.values())
    if setting:
        assert await titles(f"{setting}\n* TODO x\n") == (
            [] if "TODO" not in states and "TODO(" not in setting else ["x"]
        )


@pytest.mark.anyio
async def test_tags_are_inherited_and_archives_and_comments_are_passed_over() -> None:
    text = (
        "#+FILETAGS: :f:g:\n* A :x:y:\n** TODO b :y:z:\n* TODO c\n* Old :archive:\n** TODO d\n* COMMENT e\n*** TODO f\n"
    )
    batch = await pull(text)
    assert [(item.title, item.facts.labels) for item in batch.items] == [("b", 5), ("c", 2)]


@pytest.mark.anyio
async def test_blocks_are_passed_over_and_one_without_an_end_is_none() -> None:
    assert await titles("#+begin_src org\n* TODO a\n#+END_SRC\n* TODO b\n#+begin_quote\n* TODO c\n") == ["b", "c"]


@pytest.mark.anyio
async def test_the_line_below_says_when() -> None:
    found = await facts("* TODO a\n  SCHEDULED: <2026-11-21 za 10:00-11:00> DEADLINE: <2026-11-22 Sun -2d>\n")
    assert (found.start, found.due, found.series) == (datetime(2026, 11, 21, 10), date(2026, 11, 22), None)
    found = await facts("* DONE a\nCLOSED: [2026-11-20 Fri 09:12]\n")
    assert found.finished == datetime(2026, 11, 20, 9, 12)
    found = await facts("* TODO a\n\nDEADLINE: <2026-11-22 Sun>\n")
    assert found.due is None, "planning stands directly below the headline"


@pytest.mark.parametrize(
    ("text", "repeats"),
    [("+1w", True), ("++2d", True), (".+1m", True), (".+2d/4d", True), ("-3d", False), ("--3d", False), ("+0d", False)],
)
def test_repeaters_are_told_from_warnings(text: str, repeats: bool) -> None:
    read = stamp(f"<2026-11-22 Sun 08:00 {text}>")
    assert read is not None
    assert (read.when, read.repeats) == (datetime(2026, 11, 22, 8), repeats)


@pytest.mark.parametrize(
    "text", ["<2026-13-01>", "<2026-11-22 25:00>", "2026-11-22", "<%%(diary-float t 4 2)>", "<0001-01-01>"]
)
def test_what_is_no_date_is_no_stamp(text: str) -> None:
    assert stamp(text) is None


@pytest.mark.anyio
async def test_a_repeating_task_keeps_its_key_and_its_log_says_what_was_finished() -> None:
    before = await pull("* TODO a\n  DEADLINE: <2026-11-14 Sat +1w>\n")
    after = await pull(
        "* TODO a\n  DEADLINE: <2026-11-21 Sat +1w>\n  :LOGBOOK:\n"
        '  - State "DONE"       from "TODO"       [2026-11-14 Sat 10:00]\n  :END:\n'
    )
    first, done = after.items
    assert first.facts.ref == before.items[0].facts.ref
    assert first.facts.version != before.items[0].facts.version
    assert (done.facts.state, done.facts.finished) == ("done", datetime(2026, 11, 14, 10))
    assert done.facts.series == first.facts.series is not None


@pytest.mark.anyio
async def test_a_task_keeps_its_key_by_id_and_by_words() -> None:
    with_id = "* TODO a\n:PROPERTIES:\n:ID: 1\n:END:\n"
    assert (await facts(with_id)).ref == (await facts(with_id.replace(" a\n", " b\n"))).ref
    assert (await facts("* TODO a [0/2]\n")).ref == (await facts("* DONE [#A] a [1/2] :x:\n")).ref
    twice = await pull("* TODO a\n* TODO a\n" + with_id + with_id)
    assert len({item.facts.ref for item in twice.items}) == 4


@pytest.mark.anyio
async def test_a_title_is_what_a_person_would_say() -> None:
    said = "* TODO [#B] See [[https://x.org][the *plan*]] and =code= for [[file:a.org]] [2/3] <2026-11-21 Sat>\n"
    assert await titles(said) == ["See the plan and code for a.org"]


@pytest.mark.anyio
async def test_effort_is_minutes() -> None:
    for text, minutes in (("0:30", 30), ("1:15", 75), ("1h 30min", 90), ("45", 45), ("soon", None), ("", None)):
        assert (await facts(f"* TODO a\n:PROPERTIES:\n:Effort: {text}\n:END:\n")).minutes == minutes


@pytest.mark.anyio
async def test_what_cannot_be_read_is_listed_with_its_line() -> None:
    batch = await pull(b"* x\n* TODO a\nDEADLINE: <2026-13-01>\n* TODO\n* TODO caf\xe9\n* TODO " + b"y" * 11_000)
    assert [item.title for item in batch.items] == ["a", "caf\ufffd"]
    assert [note.line for note in batch.unread] == [2, 4, 5, 6]


@pytest.mark.anyio
async def test_line_ends_and_a_byte_order_mark_make_no_difference() -> None:
    text = "* A :x:\n** TODO b\nDEADLINE: <2026-11-22>\n"
    for other in (text.replace("\n", "\r\n"), text.replace("\n", "\r"), "\ufeff" + text):
        assert [item.facts.due for item in (await pull(other)).items] == [date(2026, 11, 22)]


PIECES = st.sampled_from(
    [
        *(b"* ", b"** ", b"TODO ", b"DONE ", b"[#A] ", b"COMMENT ", b":a:b:", b":ARCHIVE:", b"\n", b"\r\n", b"\r"),
        *(b"#+TODO: A | B\n", b"#+FILETAGS: :x:\n", b"#+begin_src\n", b"#+end_src\n", b"DEADLINE: ", b"words "),
        *(b"<2026-11-22 Sun +1w>", b"SCHEDULED: <", b":PROPERTIES:\n", b":ID: 1\n", b":END:\n"),
        b'- State "DONE" from "TODO" [2026-11-14 Sat 10:00]\n',
    ]
)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=10)), max_size=40).map(b"".join))
@pytest.mark.anyio
async def test_no_bytes_break_it(data: bytes) -> None:
    try:
        batch = await pull(data)
    except Unusable:  # UTF-16, or no text at all
        return
    assert all(item.title for item in batch.items)
    assert len({item.facts.ref for item in batch.items}) == len(batch.items)
