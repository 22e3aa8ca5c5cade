"""What one line of todo.txt says."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.plugins.connectors.todotxt.task import Task, parse


def read(text: str) -> Task:
    task = parse(text)
    assert task is not None
    return task


def test_the_example_of_the_format_is_read() -> None:
    task = read("(A) 2026-11-20 Call Ada +family @phone due:2026-11-22")
    assert (task.title, task.priority, task.created, task.due) == (
        "Call Ada",
        3,
        date(2026, 11, 20),
        date(2026, 11, 22),
    )
    assert (task.project, task.labels, task.done) == ("family", 1, False)


def test_a_finished_line_keeps_its_days_and_its_priority() -> None:
    task = read("x 2026-11-21 2026-11-19 Pay rent +home pri:B")
    assert (task.done, task.finished, task.created, task.priority) == (True, date(2026, 11, 21), date(2026, 11, 19), 2)


@pytest.mark.parametrize(
    ("text", "priority", "done"),
    [
        ("(b) Get back to the boss", 0, False),
        ("(A)->Submit", 0, False),
        ("xylophone lesson", 0, False),
        ("X 2012-01-01 Make resolutions", 0, False),
        ("(C) low", 1, False),
        ("(D) any other letter only sorts", 0, False),
        ("x done without a day", 0, True),
    ],
)
def test_only_marks_at_the_very_start_count(text: str, priority: int, done: bool) -> None:
    assert (read(text).priority, read(text).done) == (priority, done)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Call @ada about +garden_fence today", "Call ada about garden fence today"),
        ("Write to foo@example.com about 2+2", "Write to foo@example.com about 2+2"),
        ("Meet at 14:30 in room b:2 tomorrow", "Meet at 14:30 in room b:2 tomorrow"),
        ("Due:2026-11-22 Pay", "Pay"),
        ("note:milk", "note:milk"),
        ("(A) x", "x"),
        ("Read https://example.com/short", "Read https://example.com/short"),
        ("Read https://me:secret@example.com/" + "a" * 80, "Read example.com/…"),
        ("Tidy\tup \x07 the \u202edesk", "Tidy up the desk"),
        ("🏠 +home", "home"),
        ("…", "…"),
    ],
)
def test_a_title_is_what_a_person_would_say(text: str, title: str) -> None:
    assert read(text).title == title


def test_customary_pairs_have_their_meaning() -> None:
    task = read("Wait for Linus t:2026-12-01 h:1 rec:+2w started:2026-11-01 p:7 @waiting due:2026-12-03T17:30")
    assert (task.start, task.hidden, task.started, task.waiting) == (date(2026, 12, 1), True, True, True)
    assert task.due == datetime(2026, 12, 3, 17, 30)
    assert task.repeat is not None
    assert task.repeat.strict


def test_what_is_no_date_is_left_out_and_said_so() -> None:
    task = read("Oil the hinge due:2026-13-45 t:soon rec:often")
    assert (task.due, task.start, task.repeat, task.title) == (None, None, None, "Oil the hinge")
    assert len(task.faults) == 3
    assert "hinge" not in " ".join(task.faults)


def test_moving_a_date_or_a_priority_leaves_the_task_the_same_one() -> None:
    assert read("(A) Pay due:2026-11-01 t:2026-10-01").identity == read("pay due:2026-12-01").identity
    assert read("Pay +home").identity != read("Pay +work").identity


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "x ", "(A) ", "x 2026-11-01 2026-10-01 ", "\x01\x02"),
        *("x", "(A)", "x (A)", "2026-11-01 (B)", "due:2026-11-20", "(A) Due:soon t:2026-11-01 rec:1w", "h:1"),
        *("+family", "@phone", "(A) +family @phone due:2026-11-20", "x 2026-11-01 +family pri:A", "  +family "),
    ],
)
def test_a_line_without_words_is_no_task(text: str) -> None:
    assert parse(text) is None


@given(st.text())
def test_no_text_breaks_it_and_every_task_has_a_title(text: str) -> None:
    task = parse(text)
    if task is not None:
        assert task.title.strip()
        assert len(task.title) <= 500
