"""To-dos become items, however their app writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from oo.contracts.items import Facts, Item
from oo.formats.ical.tests.calendars import calendar, read, reasons, todo

pytestmark = pytest.mark.anyio


async def items(*parts: str) -> list[Item]:
    return list((await read(calendar(*parts))).items)


async def facts(*lines: str) -> Facts:
    (item,) = await items(todo(*lines))
    return item.facts


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ((), "open"),
        (("STATUS:NEEDS-ACTION",), "open"),
        (("STATUS:IN-PROCESS",), "open"),
        (("STATUS:COMPLETED",), "done"),
        (("COMPLETED:20261120T080000Z",), "done"),
        (("PERCENT-COMPLETE:100",), "done"),
        (("PERCENT-COMPLETE:60",), "open"),
        (("STATUS:CANCELLED",), "dropped"),
    ],
)
async def test_every_way_to_be_done(lines: tuple[str, ...], state: str) -> None:
    assert (await facts(*lines)).state == state


@pytest.mark.parametrize(("number", "priority"), [(0, 0), (1, 3), (4, 3), (5, 2), (6, 1), (9, 1), (12, 0)])
async def test_priorities_fall_into_their_bands(number: int, priority: int) -> None:
    assert (await facts(f"PRIORITY:{number}")).priority == priority


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("DUE;VALUE=DATE:20261125", date(2026, 11, 25)),
        ("DUE:20261125T170000", datetime(2026, 11, 25, 17)),
        ("DUE;TZID=Europe/Berlin:20261125T170000", datetime(2026, 11, 25, 16, tzinfo=UTC)),
        ("DUE:20261125T170000Z", datetime(2026, 11, 25, 17, tzinfo=UTC)),
        ("DTSTART:20261125T160000Z\nDURATION:PT1H", datetime(2026, 11, 25, 17, tzinfo=UTC)),
    ],
)
async def test_a_due_date_keeps_its_kind(line: str, due: date) -> None:
    assert (await facts(line)).due == due


async def test_labels_progress_start_and_address_are_read() -> None:
    (item,) = await items(
        todo(
            "CATEGORIES:a,b",
            "CATEGORIES:c",
            "STATUS:IN-PROCESS",
            "DTSTART;VALUE=DATE:20261101",
            "CREATED:20261001T080000Z",
            "CLASS:PRIVATE",
            "URL:https://example.com/1",
        )
    )
    assert (item.facts.labels, item.facts.started, item.facts.start) == (3, True, date(2026, 11, 1))
    assert (item.facts.added, item.where) == (datetime(2026, 10, 1, 8, tzinfo=UTC), "https://example.com/1")


async def test_a_child_does_not_block_its_parent_but_a_dependency_does() -> None:
    child, needed, parent = await items(
        todo("RELATED-TO:p", uid="child"),
        todo(uid="needed"),
        todo("RELATED-TO;RELTYPE=CHILD:child", "RELATED-TO;RELTYPE=DEPENDS-ON:needed", uid="p"),
    )
    assert child.facts.blocked_by == ()
    assert parent.facts.blocked_by == (needed.facts.ref,)


RENT = "DTSTART;VALUE=DATE:20261001", "DUE;VALUE=DATE:20261003", "RRULE:FREQ=MONTHLY"


async def test_the_school_that_moves_the_master_on_has_its_date_open() -> None:
    (item,) = await items(todo(*RENT))
    assert (item.facts.start, item.facts.due, item.facts.state) == (date(2026, 10, 1), date(2026, 10, 3), "open")
    assert item.facts.series


async def test_the_school_that_ticks_off_occurrences_has_the_following_one_open() -> None:
    ticked = todo("RECURRENCE-ID;VALUE=DATE:20261001", "DTSTART;VALUE=DATE:20261001", "STATUS:COMPLETED")
    done, following = await items(todo(*RENT), ticked)
    assert (done.facts.state, following.facts.state) == ("done", "open")
    assert (following.facts.start, following.facts.due) == (date(2026, 11, 1), date(2026, 11, 3))
    assert done.facts.series == following.facts.series
    before = (await items(todo(*RENT)))[0]
    assert before.facts.ref == done.facts.ref, "the occurrence that was open is the one that is done now"


async def test_what_was_skipped_before_the_last_tick_is_not_brought_up_again() -> None:
    ticked = todo("RECURRENCE-ID;VALUE=DATE:20261120", "DTSTART;VALUE=DATE:20261120", "STATUS:COMPLETED")
    _, following = await items(todo("DTSTART;VALUE=DATE:20261118", "RRULE:FREQ=DAILY"), ticked)
    assert following.facts.start == date(2026, 11, 21)


async def test_a_series_that_is_over_has_nothing_open() -> None:
    ticked = todo("RECURRENCE-ID;VALUE=DATE:20261001", "DTSTART;VALUE=DATE:20261001", "STATUS:COMPLETED")
    (done,) = await items(todo(*RENT[:2], "RRULE:FREQ=MONTHLY;COUNT=1"), ticked)
    assert done.facts.state == "done"


async def test_a_series_with_only_a_due_date_recurs_by_it() -> None:
    (item,) = await items(todo("DUE:20261120T180000Z", "RRULE:FREQ=WEEKLY"))
    assert (item.facts.state, item.facts.due) == ("open", datetime(2026, 11, 20, 18, tzinfo=UTC))


async def test_a_to_do_without_words_is_listed() -> None:
    assert await reasons("BEGIN:VTODO\nUID:x\nEND:VTODO") == ["A VTODO without words."]
    (item,) = await items("BEGIN:VTODO\nUID:x\nDESCRIPTION:Call\\nAda\nEND:VTODO")
    assert item.title == "Call Ada"
