"""The hard rules: what is never the tip, whatever else is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given

from oo.contracts.decisions import Candidate, Hold, UserView
from oo.contracts.ids import HoldId, Ref, UserId
from oo.contracts.items import Facts
from oo.engine.candidates import candidates
from oo.engine.filters import sift
from oo.engine.house import FILTERS
from oo.engine.tests.strategies import FEWER, NOW, VIEWS
from oo.engine.when import boundary, context, instant, zone_of


def kept(view: UserView) -> list[Candidate]:
    return sift(view, candidates(view), FILTERS)[0]


def rules(view: UserView) -> dict[str, str]:
    """By which rule each candidate of the view is taken out; "kept" for the others."""
    left, removed = sift(view, candidates(view), FILTERS)
    return {one.id: "kept" for one in left} | {one.id: rule for one, rule in removed}


def view_of(*facts: Facts, holds: tuple[Hold, ...] = (), now: datetime = NOW, ends_at: time = time(0)) -> UserView:
    return UserView(UserId("u"), context(now, "Europe/Berlin", ends_at), facts, holds=holds)


def task(name: str = "a", **known: object) -> Facts:
    return replace(Facts(Ref(name), "v1"), **known)  # type: ignore[arg-type]


def hold(
    reason: str, target: str = "a", scope: str = "item", until: datetime | None = None, version: str | None = None
) -> Hold:
    return Hold(HoldId("h"), reason, scope, target, NOW - timedelta(hours=1), until, version)  # type: ignore[arg-type]


def held(view: UserView, reason: str, scope: str, target: str | None, version: str | None = None) -> bool:
    return any(
        one.reason == reason
        and one.scope == scope
        and one.target == target
        and (one.until is None or one.until > view.context.now)
        and (one.version is None or version is None or one.version == version)
        for one in view.holds
    )


@FEWER
@given(VIEWS)
def test_what_is_finished_hidden_or_waiting_is_never_kept(view: UserView) -> None:
    for one in kept(view):
        assert one.facts.state == "open"
        assert not one.facts.hidden
        assert not one.facts.waiting


@FEWER
@given(VIEWS)
def test_what_starts_later_is_never_kept(view: UserView) -> None:
    zone, ends_at = zone_of(view.context.zone), boundary(view.context)
    for one in kept(view):
        assert one.facts.start is None or instant(one.facts.start, zone, ends_at) <= view.context.now


@FEWER
@given(VIEWS)
def test_what_needs_something_open_is_never_kept(view: UserView) -> None:
    open_and_not_done = {
        one.ref for one in view.facts if one.state == "open" and not held(view, "done", "item", one.ref, one.version)
    }
    for one in kept(view):
        assert not open_and_not_done & set(one.facts.blocked_by)


@FEWER
@given(VIEWS)
def test_what_is_held_is_never_kept(view: UserView) -> None:
    for one in kept(view):
        for reason in ("done", "snoozed", "dismissed"):
            assert not held(view, reason, "item", one.facts.ref, one.facts.version)
            assert not held(view, reason, "kind", one.topic)
            assert one.facts.series is None or not held(view, reason, "series", one.facts.series)


@FEWER
@given(VIEWS)
def test_a_recurring_task_is_kept_once(view: UserView) -> None:
    series = [one.facts.series for one in kept(view) if one.facts.series is not None]
    assert len(series) == len(set(series))


@FEWER
@given(VIEWS)
def test_every_candidate_is_kept_or_taken_out_by_a_named_rule(view: UserView) -> None:
    found = candidates(view)
    left, removed = sift(view, found, FILTERS)
    assert sorted([one.id for one in left] + [one.id for one, _ in removed]) == sorted(one.id for one in found)
    assert {rule for _, rule in removed} <= {rule.name for rule in FILTERS}


@pytest.mark.parametrize("state", ["done", "dropped"])
def test_a_candidate_whose_task_was_finished_meanwhile_is_taken_out(state: str) -> None:
    before, after = view_of(task()), view_of(task(state=state))
    assert sift(after, candidates(before), FILTERS)[1][0][1] == "finished"
    assert sift(view_of(), candidates(before), FILTERS)[1][0][1] == "finished"


def test_a_date_starts_with_the_persons_day_and_not_before() -> None:
    saturday = task(start=date(2026, 11, 21))
    night = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)  # 02:30 in Berlin
    assert rules(view_of(saturday, now=night, ends_at=time(3))) == {"a": "deferred"}
    assert rules(view_of(saturday, now=night + timedelta(minutes=30), ends_at=time(3))) == {"a": "kept"}


def test_a_floating_start_is_the_persons_own_time() -> None:
    noon = task(start=datetime(2026, 11, 21, 12, 0))  # 11:00 UTC in Berlin
    assert rules(view_of(noon)) == {"a": "deferred"}
    assert rules(view_of(noon, now=NOW + timedelta(hours=1))) == {"a": "kept"}


def test_a_blocker_that_is_finished_or_unknown_is_not_in_the_way() -> None:
    blocked = task(blocked_by=(Ref("b"), Ref("never-seen")))
    assert rules(view_of(blocked, task("b")))["a"] == "blocked"
    assert rules(view_of(blocked, task("b", state="done")))["a"] == "kept"
    assert rules(view_of(blocked, task("b"), holds=(hold("done", "b"),)))["a"] == "kept"


def test_a_snooze_ends_at_its_moment_and_not_before() -> None:
    snoozed = hold("snoozed", until=NOW + timedelta(hours=1))
    assert rules(view_of(task(), holds=(snoozed,))) == {"a": "snoozed"}
    assert rules(view_of(task(), holds=(snoozed,), now=NOW + timedelta(minutes=59, seconds=59))) == {"a": "snoozed"}
    assert rules(view_of(task(), holds=(snoozed,), now=NOW + timedelta(hours=1))) == {"a": "kept"}


def test_a_dismissed_item_comes_back_when_it_changes_or_its_month_is_over() -> None:
    away = hold("dismissed", until=NOW + timedelta(days=30), version="v1")
    assert rules(view_of(task(), holds=(away,))) == {"a": "dismissed"}
    assert rules(view_of(task(version="v2"), holds=(away,))) == {"a": "kept"}
    assert rules(view_of(task(), holds=(away,), now=NOW + timedelta(days=30))) == {"a": "kept"}


def test_a_dismissed_kind_stays_away_for_a_month_whatever_changes() -> None:
    away = hold("dismissed", "overdue", "kind", until=NOW + timedelta(days=30))
    late = task(due=date(2026, 11, 1))
    view = view_of(late, task("b"), holds=(away,))
    assert rules(view) == {"a": "dismissed", "b": "kept"}
    assert rules(view_of(replace(late, version="v2"), holds=(away,))) == {"a": "dismissed"}


def test_finishing_one_occurrence_finishes_that_one_only() -> None:
    monday, tuesday = task("a", series="s", due=date(2026, 11, 16)), task("b", series="s", due=date(2026, 11, 17))
    assert rules(view_of(monday, tuesday)) == {"a": "kept"}
    assert rules(view_of(monday, tuesday, holds=(hold("done", "a", version="v1"),))) == {"b": "kept"}
    double = task("b", series="s", due=date(2026, 11, 16))
    assert rules(view_of(monday, double, holds=(hold("done", "a"),))) == {"b": "done"}


def test_a_snoozed_occurrence_does_not_come_straight_back_as_the_next() -> None:
    monday, tuesday = task("a", series="s", due=date(2026, 11, 16)), task("b", series="s", due=date(2026, 11, 17))
    snoozed = hold("snoozed", until=NOW + timedelta(hours=1))
    assert rules(view_of(monday, tuesday, holds=(snoozed,))) == {"a": "snoozed"}


def test_a_reopened_task_is_free_of_done_once_its_version_changed() -> None:
    done = hold("done", version="v1")
    assert rules(view_of(task(), holds=(done,))) == {"a": "done"}
    assert rules(view_of(task(version="v2"), holds=(done,))) == {"a": "kept"}
