"""What Taskwarrior's records say, and what becomes of damaged ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.connectors import Batch, Source
from oo.contracts.errors import Unusable
from oo.contracts.ids import ConnectionId
from oo.contracts.items import Item
from oo.plugins.connectors.taskwarrior.plugin import plugin
from oo.plugins.connectors.taskwarrior.records import records
from oo.testing.files import MemoryFiles

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
UUID = "296d835e-8f85-4224-8f36-c612cad1b9f8"
OTHER = "0e4a8a2b-1111-4c4c-9a9a-0123456789ab"


def source(zone: str = "Europe/Berlin", **files: bytes) -> Source:
    names = {name.replace("_", "."): data for name, data in files.items()}
    return Source(ConnectionId("c"), NOW, zone, files=MemoryFiles(names))


async def pull(zone: str = "Europe/Berlin", **files: bytes) -> Batch:
    batch = await plugin.pull(source(zone, **files), None)
    assert batch is not None
    return batch


async def one(zone: str = "Europe/Berlin", **fields: Any) -> Item:
    record = {"uuid": UUID, "status": "pending", "description": "Call Ada", **fields}
    batch = await pull(zone, export_json=json.dumps([record]).encode())
    assert [note.reason for note in batch.unread] == []
    return batch.items[0]


@pytest.mark.anyio
async def test_midnight_where_the_person_is_means_the_day() -> None:
    assert (await one(due="20261121T230000Z")).facts.due == date(2026, 11, 22)
    assert (await one(due="20261121T230000Z", zone="Europe/London")).facts.due == datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert (await one(due="20260721T220000Z")).facts.due == date(2026, 7, 22)
    assert (await one(due="20261122T160000Z")).facts.due == datetime(2026, 11, 22, 16, tzinfo=UTC)


@pytest.mark.anyio
async def test_every_way_of_writing_an_instant_is_the_same_instant() -> None:
    for text in ("20261122T160000Z", "2026-11-22T16:00:00Z", "1795363200", 1795363200, "1795363200.0"):
        assert (await one(due=text)).facts.due == datetime(2026, 11, 22, 16, tzinfo=UTC)


@pytest.mark.anyio
async def test_waiting_tasks_start_when_the_later_of_their_dates_comes() -> None:
    both = await one(status="waiting", wait="20261201T230000Z", scheduled="20261202T080000Z")
    assert both.facts.start == datetime(2026, 12, 2, 8, tzinfo=UTC)
    assert not both.facts.hidden
    assert (await one(status="waiting")).facts.hidden
    assert (await one(wait="20261201T230000Z")).facts.start == date(2026, 12, 2)


@pytest.mark.anyio
async def test_dependencies_are_refs_of_the_tasks_they_name() -> None:
    first = {"uuid": UUID, "status": "pending", "description": "Buy milk"}
    for depends in ([UUID], UUID, f"{UUID},{UUID}", UUID.upper()):
        second = {"uuid": OTHER, "status": "pending", "description": "Bake", "depends": depends}
        batch = await pull(export_json=json.dumps([first, second]).encode())
        assert batch.items[1].facts.blocked_by == (batch.items[0].facts.ref,)


@pytest.mark.anyio
async def test_a_pattern_is_no_task_and_its_occurrences_are_one_series() -> None:
    pattern = {"uuid": UUID, "status": "recurring", "description": "Water", "recur": "weekly"}
    some = [
        {"uuid": OTHER[:-1] + end, "status": "pending", "description": "Water", "parent": UUID, "imask": int(end)}
        for end in "12"
    ]
    batch = await pull(export_json=json.dumps([pattern, *some]).encode())
    assert len(batch.items) == 2
    assert len({item.facts.series for item in batch.items}) == 1
    assert batch.items[0].facts.series is not None
    assert batch.unread == ()


@pytest.mark.anyio
async def test_a_task_that_has_expired_is_dropped() -> None:
    assert (await one(until="20261120T230000Z")).facts.state == "dropped"
    assert (await one(until="20261130T230000Z")).facts.state == "open"


@pytest.mark.anyio
async def test_an_export_made_anew_is_no_change() -> None:
    before, after = await one(id=1, urgency=9.1), await one(id=7, urgency=9.2)
    assert before.facts.version == after.facts.version
    assert before.facts.version != (await one(id=1, urgency=9.1, priority="H")).facts.version


@pytest.mark.anyio
async def test_of_several_records_of_a_task_the_latest_is_read() -> None:
    def line(status: str, modified: str) -> bytes:
        record = {"uuid": UUID, "status": status, "description": "Call", "modified": modified}
        return json.dumps(record).encode() + b"\n"

    backlog = line("pending", "20261101T080000Z") + line("completed", "20261120T080000Z")
    assert [item.facts.state for item in (await pull(backlog_data=backlog)).items] == ["done"]
    data = f'[description:"Call" modified:"1795363200" status:"pending" uuid:"{UUID}"]\n'.encode()
    assert [item.facts.state for item in (await pull(backlog_data=backlog, pending_data=data)).items] == ["open"]


@pytest.mark.anyio
async def test_broken_control_characters_and_escapes_are_read() -> None:
    raw = (
        b'[{"uuid":"%s","status":"pending","description":"Mend \\/ the\x07 ga\\qte \\u12"},\n' % UUID.encode()
        + b'{"uuid":"%s","status":"pending","description":"caf\xe9"}]' % OTHER.encode()
    )
    batch = await pull(export_json=raw)
    assert [item.title for item in batch.items] == ["Mend / the ga\\qte \\u12", "caf\ufffd"]
    assert [note.line for note in batch.unread] == [2]


@pytest.mark.anyio
async def test_a_data_file_is_read_with_its_escapes_and_lists() -> None:
    raw = (
        b'[annotation_1351517608:"a \\"note\\"" description:"Call &open;Ada&close; &dquot;soon&dquot; a\\/b \\u00e9" '
        b'due:"1795302000" status:"pending" tags:"phone,waiting" tag_home:"x" uuid:"' + UUID.encode() + b'"]'
    )
    item = (await pull(pending_data=raw)).items[0]
    assert item.title == 'Call [Ada] "soon" a/b é'
    assert (item.facts.labels, item.facts.waiting, item.facts.due) == (3, True, date(2026, 11, 22))


@pytest.mark.anyio
async def test_what_is_no_task_is_listed_with_its_line_and_takes_nothing_with_it() -> None:
    good = b'{"uuid":"%s","status":"pending","description":"Call"}' % UUID.encode()
    raw = b'[\n{"uuid":"x",\n"status": [\n' + good + b',\n<<<<<<< HEAD\nhello\n{}\n{"status":"pending"}\n]'
    batch = await pull(export_json=raw)
    assert [item.title for item in batch.items] == ["Call"]
    assert [note.line for note in batch.unread] == [2, 5, 6, 7, 8]


@pytest.mark.anyio
async def test_a_file_without_any_task_is_said_so_and_what_fills_it_is_listed_for_a_while() -> None:
    batch = await pull(export_json=b'{"name":"a package"}\n' * 1_200)
    assert [note.line for note in batch.unread[:2]] == [1, 2]
    assert len(batch.unread) == 1_001
    for other in (b"hello\n{", b'{"name": "a package", "version": "1.0.0"}'):
        only = await pull(export_json=other)
        assert (0, "There is no task of Taskwarrior in this file.") in [
            (note.line, note.reason) for note in only.unread
        ]


@pytest.mark.anyio
async def test_a_date_that_is_none_is_left_out_and_said_so() -> None:
    raw = json.dumps([{"uuid": UUID, "status": "pending", "description": "Oil", "due": "20261345T000000Z"}]).encode()
    batch = await pull(export_json=raw)
    assert batch.items[0].facts.due is None
    assert [(note.line, note.reason) for note in batch.unread] == [(1, "The due date is no date; it is left out.")]


@pytest.mark.anyio
async def test_a_large_file_comes_in_slices_that_have_everything_once() -> None:
    lines = (
        b'[description:"Task %d" status:"pending" uuid:"%08x-0000-4000-8000-000000000000"]' % (nth, nth)
        for nth in range(2_500)
    )
    place = source(pending_data=b"\n".join(lines))
    slices = [batch async for batch in plugin.slices(place, None)]
    assert [(len(batch.items), batch.more, bool(batch.cursor)) for batch in slices] == [
        (1_000, True, False),
        (1_000, True, False),
        (500, False, True),
    ]
    assert len({item.facts.ref for batch in slices for item in batch.items}) == 2_500
    assert [batch async for batch in plugin.slices(place, slices[-1].cursor)] == []


def pieces(*given: bytes) -> st.SearchStrategy[bytes]:
    return st.lists(st.one_of(st.sampled_from(given), st.binary(max_size=12)), max_size=30).map(_joined)


def _joined(parts: Iterable[bytes]) -> bytes:
    return b"".join(parts)


PIECES = pieces(
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"\n", b'"uuid":', b'"status":"pending"', b'"description":'),
    *(b'"due":"20261122T160000Z"', b'"entry":1e999', b"[description:", b'status:"waiting"', b'"depends":[1]', b"\\u12"),
    *(b'{"status":"pending","description":"a"}', b'"' + UUID.encode() + b'"', b"null", b'"until":"1"', b"&open;"),
)


@given(PIECES)
@pytest.mark.anyio
async def test_no_bytes_break_it(data: bytes) -> None:
    try:
        batch = await pull(export_json=data)
    except Unusable:  # UTF-16, or no text at all
        return
    assert all(item.title for item in batch.items)
    assert len({item.facts.ref for item in batch.items}) == len(batch.items)
    lines = data.count(b"\n") + 1
    assert all(0 <= note.line <= lines for note in batch.unread)


@given(PIECES)
def test_the_records_of_a_file_are_in_order_and_inside_it(data: bytes) -> None:
    found = list(records(data))
    assert [one.line for one in found] == sorted(one.line for one in found)
    assert sum(len(one.raw) for one in found) <= len(data)
