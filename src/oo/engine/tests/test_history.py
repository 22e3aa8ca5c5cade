"""Replaying a past: only what happened strictly before counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.engine.history import BELOW, History, offset_of, read_event, read_instant
from oo.engine.policies.house import House

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
HOUSE = House()


def event(minute: int, verb: str, task: str, **known: Any) -> dict[str, Any]:
    at = (START + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")
    return read_event({"at": at, "event": verb, "task": task, "title": task, **known})


def after(*events: dict[str, Any], at: datetime = START + timedelta(days=1)) -> list[tuple[str, float]]:
    past = History("+01:00")
    for one in events:
        past.apply(one)
    return past.ranking(at, HOUSE, HOUSE.initial())


def test_open_tasks_are_ranked_and_finished_ones_are_gone() -> None:
    ranking = after(event(0, "added", "a"), event(1, "added", "b"), event(2, "added", "c"), event(3, "done", "b"))
    assert [task for task, _ in ranking] == ["c", "a"]
    assert [task for task, _ in after(event(0, "added", "a"), event(1, "done", "a"), event(2, "reopened", "a"))] == [
        "a"
    ]


def test_what_a_rule_takes_out_is_listed_below_all_others() -> None:
    later = (START + timedelta(days=9)).isoformat()
    ranking = after(event(0, "added", "a", hidden_until=later, priority=3), event(1, "added", "b"))
    assert [task for task, _ in ranking] == ["b", "a"]
    assert ranking[1][1] < ranking[0][1] - BELOW / 2


def test_a_change_counts_from_then_on() -> None:
    ranking = after(event(0, "added", "a"), event(1, "added", "b"), event(2, "changed", "a", started=True))
    assert [task for task, _ in ranking] == ["a", "b"]


def test_things_of_one_title_and_project_stand_together() -> None:
    twins = [event(n, "added", f"t{n}", project="p") | {"title": "same"} for n in range(2)]
    ranking = after(*twins, event(5, "added", "new"))
    assert [task for task, _ in ranking] == ["new", "t0", "t1"]
    assert ranking[1][1] == ranking[2][1]


def test_the_project_of_what_was_finished_last_comes_forward() -> None:
    added = [
        event(0, "added", "a", project="p"),
        event(0, "added", "b", project="q"),
        event(1, "added", "c", project="q"),
    ]
    assert [task for task, _ in after(*added, event(2, "done", "c"))] == ["b", "a"]


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 500),
        st.sampled_from(["added", "changed", "done", "deleted", "reopened"]),
        st.sampled_from("abcdef"),
    ),
    max_size=30,
).map(lambda rows: [event(minute, verb, task, project=task) for minute, verb, task in sorted(rows)])


@given(EVENTS, st.integers(0, 500))
def test_later_events_change_no_earlier_ranking(events: list[dict[str, Any]], minute: int) -> None:
    at = START + timedelta(minutes=minute)
    past = History("+01:00")
    for one in events:
        if one["at"] >= at:
            break
        past.apply(one)
    assert past.ranking(at, HOUSE, HOUSE.initial()) == after(*(one for one in events if one["at"] < at), at=at)


@given(EVENTS)
def test_every_open_task_is_listed_once(events: list[dict[str, Any]]) -> None:
    still_open: set[str] = set()
    for one in events:
        if one["event"] in ("added", "reopened"):
            still_open.add(one["task"])
        elif one["event"] != "changed":
            still_open.discard(one["task"])
    listed = [task for task, _ in after(*events)]
    assert sorted(listed) == sorted(still_open)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([], "not a JSON object"),
        ({"event": "eaten"}, "has to be one of"),
        ({"event": "added"}, '"task"'),
        ({"event": "added", "task": "a", "at": "yesterday"}, "no ISO 8601|not an ISO 8601"),
        ({"event": "added", "task": "a", "at": "2026-11-21T10:00:00"}, "no offset"),
        ({"event": "added", "task": "a", "at": "2026-11-21T10:00:00Z", "priority": "high"}, '"priority"'),
        ({"event": "added", "task": "a", "at": "2026-11-21T10:00:00Z", "project": ["p"]}, '"project"'),
    ],
)
def test_what_is_no_event_is_refused_with_its_reason(row: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_event(row)


def test_an_offset_of_a_day_and_an_instant_beyond_the_calendar_are_refused() -> None:
    with pytest.raises(ValueError, match="less than a day"):
        offset_of(86400)
    with pytest.raises(ValueError, match="calendar"):
        read_instant("0001-01-01T00:00:00+14:00")
