"""Candidates: their topics, and what stands for what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from oo.contracts.decisions import UserView
from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Facts, When
from oo.engine.candidates import candidates, collapse
from oo.engine.tests.strategies import FEWER, NOW, VIEWS
from oo.engine.when import context


def view_of(*facts: Facts) -> UserView:
    return UserView(UserId("u"), context(NOW, "Europe/Berlin"), facts)


@pytest.mark.parametrize(
    ("due", "priority", "topic"),
    [
        (date(2026, 11, 20), 3, "overdue"),
        (date(2026, 11, 21), 0, "today"),
        (date(2026, 11, 22), 0, "soon"),
        (date(2026, 11, 28), 3, "soon"),
        (date(2026, 11, 29), 3, "important"),
        (date(2026, 11, 29), 2, "later"),
        (None, 3, "important"),
        (None, 2, "undated"),
        (datetime(2026, 11, 21, 10, 59), 0, "overdue"),
        (datetime(2026, 11, 21, 11, 1), 0, "today"),
        (datetime(2026, 11, 21, 23, 30, tzinfo=UTC), 0, "soon"),
        (date.max, 0, "later"),
        (datetime.max.replace(tzinfo=UTC), 0, "later"),
    ],
)
def test_a_topic_follows_from_due_date_and_priority(due: When | None, priority: int, topic: str) -> None:
    (found,) = candidates(view_of(Facts(Ref("a"), "v", due=due, priority=priority)))
    assert found.topic == topic


def test_a_series_is_its_earliest_open_occurrence() -> None:
    dues = [date(2026, 11, 25), date(2026, 11, 18), date(2026, 11, 11)]
    facts = [Facts(Ref(f"r{i}"), "v", due=due, series="s") for i, due in enumerate(dues)]
    (found,) = candidates(view_of(facts[0], facts[1], replace(facts[2], state="done")))
    assert found.id == "r1"
    assert found.also == ("r0",)


def test_things_alike_are_the_earliest_due_of_them() -> None:
    facts = [Facts(Ref(f"r{i}"), "v", due=None if i == 0 else NOW.date() - timedelta(days=i)) for i in range(3)]
    (found,) = collapse(candidates(view_of(*facts)), lambda one: "same", ZoneInfo("Europe/Berlin"))
    assert found.id == "r2"
    assert found.also == ("r0", "r1")


@FEWER
@given(VIEWS)
def test_every_open_task_is_a_candidate_or_stands_behind_one(view: UserView) -> None:
    found = candidates(view)
    named = [one.facts.ref for one in found]
    assert len(named) == len(set(named))
    for facts in view.facts:
        if facts.series is None:
            assert (facts.ref in named) == (facts.state == "open")
    assert all(one.facts.state == "open" for one in found)
