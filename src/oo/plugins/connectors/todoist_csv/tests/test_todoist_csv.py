"""What rows of Todoist's CSV say."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.connectors import Batch, Source
from oo.contracts.errors import Unusable
from oo.contracts.ids import ConnectionId
from oo.contracts.items import Item, When
from oo.plugins.connectors.todoist_csv.dates import repeats, when
from oo.plugins.connectors.todoist_csv.plugin import plugin
from oo.testing.files import MemoryFiles

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
HEADER = "TYPE,CONTENT,PRIORITY,INDENT,DATE,DATE_LANG,TIMEZONE\n"


async def pull(text: str | bytes, name: str = "House [1].csv") -> Batch:
    data = text.encode() if isinstance(text, str) else text
    batch = await plugin.pull(Source(ConnectionId("c"), NOW, "Europe/Berlin", files=MemoryFiles({name: data})), None)
    assert batch is not None
    return batch


async def titles(text: str) -> list[str]:
    return [item.title for item in (await pull(text)).items]


async def one(row: str, header: str = HEADER) -> Item:
    batch = await pull(header + row)
    assert batch.unread == ()
    return batch.items[0]


@pytest.mark.anyio
@pytest.mark.parametrize(("written", "priority"), [("1", 3), ("2", 2), ("3", 1), ("4", 0), ("", 0)])
async def test_the_first_priority_is_the_highest(written: str, priority: int) -> None:
    assert (await one(f"task,Call,{written},1,,,\n")).facts.priority == priority


@pytest.mark.anyio
async def test_the_header_is_read_by_name_in_any_order_and_case() -> None:
    assert await titles("Content,type\nCall,task\n") == ["Call"]
    assert await titles("\ufefftype;content;priority\ntask;Call;1\n") == ["Call"]
    assert await titles("meta,view_style=board\n,,\n" + HEADER + "task,Call,1,1,,,\n") == ["Call"]


@pytest.mark.anyio
async def test_a_file_that_is_none_of_todoist_is_said_so() -> None:
    batch = await pull("name,age\nAda,36\n")
    assert batch.items == ()
    assert [(note.line, "no CSV file of Todoist" in note.reason) for note in batch.unread] == [(0, True)]


@pytest.mark.parametrize(
    ("text", "zone", "read"),
    [
        ("2026-11-21", "", date(2026, 11, 21)),
        ("2026-11-21 17:00", "", datetime(2026, 11, 21, 17)),
        ("2026-11-21T17:00:00Z", "Europe/Paris", datetime(2026, 11, 21, 17, tzinfo=UTC)),
        ("2026-11-21 17:00", "Europe/Paris", datetime(2026, 11, 21, 16, tzinfo=UTC)),
        ("21 Nov 2026", "", date(2026, 11, 21)),
        ("21st November 2026 at 5pm", "", datetime(2026, 11, 21, 17)),
        ("Nov 21, 2026 12:05 am", "", datetime(2026, 11, 21, 0, 5)),
        ("21 Nov", "", None),
        ("tomorrow", "", None),
        ("every monday", "", None),
        ("2026-13-01", "", None),
        ("2026-11-21 25:00", "", None),
        ("2026-11-21 17", "", None),
        ("21/11/2026", "", None),
    ],
)
def test_what_is_surely_a_date_is_read_and_nothing_is_guessed(text: str, zone: str, read: When | None) -> None:
    assert when(text, zone) == read


def test_a_recurrence_is_known_in_several_languages() -> None:
    assert all(repeats(text) for text in ("every monday", "Every! day", "jeden Montag", "chaque lundi", "cada día"))
    assert not any(repeats(text) for text in ("", "monday", "2026-11-21", "everywhere", "come"))


@pytest.mark.anyio
async def test_a_date_in_words_is_left_out_and_said_so() -> None:
    batch = await pull(HEADER + "task,Water,4,1,every monday,en,Europe/Paris\ntask,Call,4,1,tomorrow,en,\n")
    assert [item.facts.due for item in batch.items] == [None, None]
    assert [item.facts.series is not None for item in batch.items] == [True, False]
    assert [note.line for note in batch.unread] == [2, 3]
    assert "tomorrow" not in batch.unread[1].reason


@pytest.mark.anyio
async def test_an_unknown_zone_is_the_persons_own_and_said_so() -> None:
    batch = await pull(HEADER + "task,Call,4,1,2026-11-21 17:00,en,Mars/Base\n")
    assert batch.items[0].facts.due == datetime(2026, 11, 21, 17)
    assert len(batch.unread) == 1


@pytest.mark.anyio
async def test_deadlines_and_durations_are_read() -> None:
    header = "TYPE,CONTENT,DATE,DEADLINE,DURATION,DURATION_UNIT\n"
    assert (await one("task,Call,,2026-11-30,,\n", header)).facts.due == date(2026, 11, 30)
    found = (await one("task,Call,2026-11-22,2026-11-30,45,minute\n", header)).facts
    assert (found.due, found.minutes) == (date(2026, 11, 22), 45)
    assert (await one("task,Call,,,2,day\n", header)).facts.minutes == 2_880


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("Call Ada @phone @home", "Call Ada"),
        ("Call @Ada_B today", "Call Ada B today"),
        ("@phone", "phone"),
        ("Write to ada@example.com", "Write to ada@example.com"),
        ("**Read** the [plan](https://example.com/a_(b)) `now`", "Read the plan now"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
    ],
)
async def test_a_title_is_what_a_person_would_say(content: str, title: str) -> None:
    assert (await one(f"task,{content},4,1,,,\n")).title == title


@pytest.mark.anyio
async def test_sections_notes_and_headings_are_no_tasks() -> None:
    rows = "section,Garden,,,,,\ntask,* Tools,4,1,,,\ntask,Rake,4,2,,,\nnote,Buy it,,,,,\n,,,,,,\n"
    batch = await pull(HEADER + rows)
    assert [item.title for item in batch.items] == ["Rake"]
    assert batch.unread == ()


@pytest.mark.anyio
async def test_a_task_is_the_same_one_where_its_project_section_parents_and_words_are() -> None:
    rows = "task,A,4,1,,,\ntask,x,4,2,,,\ntask,B,4,1,,,\ntask,x,4,2,,,\ntask,x,4,2,,,\nsection,S,,,,,\ntask,x,4,1,,,\n"
    before = await pull(HEADER + rows)
    assert len({item.facts.ref for item in before.items}) == 6
    after = await pull(HEADER + "task,New,1,1,,,\n" + rows.replace("x,4", "x,1"))
    assert [item.facts.ref for item in after.items[1:]] == [item.facts.ref for item in before.items]
    assert after.items[2].facts.version != before.items[1].facts.version
    other = await pull(HEADER + rows, "Other [2].csv")
    assert not {item.facts.ref for item in other.items} & {item.facts.ref for item in before.items}


@pytest.mark.anyio
async def test_a_backup_names_the_project() -> None:
    assert (await one("task,Call,4,1,,,\n")).project == "House"
    assert (await pull(HEADER + "task,Call,4,1,,,\n", "Inbox [2].csv")).items[0].project is None


@pytest.mark.anyio
async def test_a_row_that_never_ends_takes_no_other_with_it() -> None:
    batch = await pull(HEADER + 'task,"Never closed,4,1,,,\ntask,"Two\nlines",4,1,,,\ntask,5" pipe,4,1,,,\n')
    assert "Two lines" in [item.title for item in batch.items]
    assert '5" pipe' in [item.title for item in batch.items]
    assert 2 in [note.line for note in batch.unread]


@pytest.mark.anyio
async def test_what_cannot_be_read_is_listed_with_its_line() -> None:
    batch = await pull(HEADER.encode() + b"task,,4,1,,,\nbogus,x,,,,,\n,y,,,,,\ntask,caf\xe9,9,1,,,\n")
    assert [item.title for item in batch.items] == ["caf\ufffd"]
    assert [note.line for note in batch.unread] == [2, 3, 4, 5, 5]


PIECES = st.sampled_from(
    [
        *(b"task", b"note", b"section", b",", b'"', b'""', b"\n", b"\r\n", b"\r", b";", b"every day", b"2026-11-21"),
        *(
            HEADER.encode(),
            b"task,Call,4,1,,,\n",
            b'task,"Call\n',
            b" 17:00",
            b"Europe/Paris",
            b"@a",
            b"* ",
            b"\xef\xbb\xbf",
        ),
    ]
)


@given(st.booleans(), st.lists(st.one_of(PIECES, st.binary(max_size=10)), max_size=40).map(b"".join))
@pytest.mark.anyio
async def test_no_bytes_break_it(headed: bool, data: bytes) -> None:
    try:
        batch = await pull((HEADER.encode() if headed else b"") + data)
    except Unusable:  # UTF-16, or no text at all
        return
    assert all(item.title for item in batch.items)
    assert len({item.facts.ref for item in batch.items}) == len(batch.items)
