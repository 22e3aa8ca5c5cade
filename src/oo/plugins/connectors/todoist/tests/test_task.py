"""What a task of Todoist means here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from oo.contracts.connectors import OCCURRENCE, Source
from oo.contracts.ids import ConnectionId
from oo.plugins.connectors.todoist.task import Unreadable, finished, item, version

SOURCE = Source(ConnectionId("c1"), datetime(2026, 11, 21, 9, tzinfo=UTC), "Europe/Berlin")


def fields(**changes: Any) -> dict[str, Any]:
    return {"id": "6X", "content": "Buy milk", "priority": 1, "user_id": "1", "checked": False, **changes}


@pytest.mark.parametrize(("there", "here"), [(4, 3), (3, 2), (2, 1), (1, 0), (9, 0), ("4", 0), (None, 0), (True, 0)])
def test_four_is_the_most_urgent(there: object, here: int) -> None:
    assert item(SOURCE, fields(priority=there), {}).facts.priority == here


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("2026-11-21", date(2026, 11, 21)),
        ("2026-11-21T12:00:00", datetime(2026, 11, 21, 12)),
        ("2026-11-21T12:00:00.000000", datetime(2026, 11, 21, 12)),
        ("2026-11-21T11:00:00Z", datetime(2026, 11, 21, 11, tzinfo=UTC)),
        ("9999-12-31", None),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_the_three_forms_of_a_due_date(said: str, due: object) -> None:
    assert item(SOURCE, fields(due={"date": said, "is_recurring": False}), {}).facts.due == due


def test_a_deadline_counts_where_there_is_no_due_date() -> None:
    deadline = {"date": "2026-12-01", "lang": "en"}
    assert item(SOURCE, fields(deadline=deadline), {}).facts.due == date(2026, 12, 1)
    both = fields(deadline=deadline, due={"date": "2026-11-22", "is_recurring": False})
    assert item(SOURCE, both, {}).facts.due == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("Buy **milk** and [bread](https://example.org/a_(b))", "Buy milk and bread"),
        ("snake_case stays", "snake_case stays"),
        ("* A heading", "A heading"),
        ("a\u202eb\nc", "a b c"),
    ],
)
def test_words_are_without_layout(content: str, title: str) -> None:
    assert item(SOURCE, fields(content=content), {}).title == title


def test_what_cannot_be_finished_and_what_is_somebody_else_s_is_hidden() -> None:
    assert item(SOURCE, fields(content="* A heading"), {}).facts.hidden
    assert item(SOURCE, fields(responsible_uid="2"), {}).facts.hidden
    assert not item(SOURCE, fields(responsible_uid="1"), {}).facts.hidden


@pytest.mark.parametrize(
    "broken", [{"id": 7}, {"id": "a/b"}, {"content": None}, {"content": "  "}, {"due": {"date": "x"}}, {"due": 5}]
)
def test_what_is_no_task_is_said_to_be_none(broken: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        item(SOURCE, fields(**broken), {})


def test_each_time_a_recurring_task_was_finished_has_a_name_of_its_own() -> None:
    due = {"date": "2026-11-21", "is_recurring": True, "string": "every day"}
    done = fields(due=due, completed_at="2026-11-21T08:30:00.000000Z")
    assert finished(SOURCE, done, {}).facts.ref == f"c1:6X{OCCURRENCE}20261121T083000"
    assert finished(SOURCE, {**done, "due": None}, {}).facts.ref == "c1:6X"


def test_a_version_changes_with_what_a_person_sees_and_with_nothing_else() -> None:
    before = version(fields())
    assert version(fields(updated_at="2026-11-21T09:00:00Z", day_order=3, new_field=1)) == before
    for change in ({"content": "Buy bread"}, {"priority": 4}, {"due": {"date": "2026-11-22"}}, {"labels": ["a"]}):
        assert version(fields(**change)) != before
