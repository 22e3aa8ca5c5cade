"""What is no task: held back by the same rules, at most one a day, never the reason of a silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.decisions import Candidate, Decision, Hold, UserView
from oo.contracts.ids import DecisionId, HoldId, Ref, UserId
from oo.contracts.items import Facts
from oo.contracts.thoughts import Thought, thought_ref
from oo.contracts.words.voice import voice
from oo.engine.baseline import exposures
from oo.engine.candidates import candidates
from oo.engine.composer import CONTENT_LIMIT, WHY_LIMIT, tell
from oo.engine.filters import sift
from oo.engine.house import FILTERS
from oo.engine.learning.lessons import of_day
from oo.engine.policies.house import House
from oo.engine.rows import from_row, to_row
from oo.engine.silences import reason_for
from oo.engine.tests.strategies import FEWER, NOW, VIEWS
from oo.engine.thoughts import SOURCE, candidate, thoughts
from oo.engine.when import context, today, zone_of

MOMENTUM = thought_ref("momentum")
STRONG = Thought(MOMENTUM, "v1", "A strong day: 6 done, 3 is normal.", 0.7, True, NOW + timedelta(hours=1))
VIEW = UserView(UserId("u"), context(NOW, "Europe/Berlin"), thoughts=(STRONG,))


def kept(view: UserView, *kinds: str) -> list[Candidate]:
    offered = [candidate(one, kind, SOURCE) for one in view.thoughts for kind in kinds]  # type: ignore[arg-type]
    return sift(view, offered, FILTERS)[0]


def in_force(view: UserView) -> list[Hold]:
    return [one for one in view.holds if one.until is None or one.until > view.context.now]


@FEWER
@given(VIEWS)
def test_an_agent_that_was_answered_or_put_off_is_not_heard_while_that_holds(view: UserView) -> None:
    for one in kept(view, "advice", "insight"):
        on_it = [hold for hold in in_force(view) if hold.target in (one.facts.ref, one.topic)]
        assert all(hold.version not in (None, one.facts.version) for hold in on_it)


@FEWER
@given(VIEWS, st.sampled_from([MOMENTUM, "advice", "insight"]), st.sampled_from(["done", "dismissed"]), st.booleans())
def test_once_one_was_answered_the_rest_of_the_day_is_for_tasks(
    view: UserView, target: str, reason: str, is_over: bool
) -> None:
    start, scope = view.context.day_start, "item" if target == MOMENTUM else "kind"
    until = start if is_over else None
    answered = Hold(HoldId("h"), reason, scope, target, start, until)  # type: ignore[arg-type]
    view = replace(view, holds=(*view.holds, answered))
    assert kept(view, "advice", "insight") == []
    assert all(one.has_task for one in sift(view, [*candidates(view), *thoughts(view)], FILTERS)[0])


def test_one_that_was_put_off_today_comes_back_today() -> None:
    since = NOW - timedelta(hours=2)
    later = Hold(HoldId("h"), "snoozed", "item", MOMENTUM, since, NOW - timedelta(minutes=1))
    view = UserView(UserId("u"), context(NOW, "UTC"), holds=(later,), thoughts=(STRONG,))
    assert [one.kind for one in kept(view, "advice")] == ["advice"]


@FEWER
@given(VIEWS)
def test_a_silence_is_the_same_with_and_without_them(view: UserView) -> None:
    _, removed = sift(view, candidates(view), FILTERS)
    both = sift(view, [*candidates(view), *thoughts(view)], FILTERS)[1]
    assert reason_for(view, both) == reason_for(view, removed)


@FEWER
@given(VIEWS)
def test_only_what_may_stand_by_itself_is_an_insight_and_only_while_anything_is_connected(view: UserView) -> None:
    assert {one.id for one in thoughts(view)} == {one.ref for one in view.thoughts if one.insight and view.connected}


def test_what_is_to_do_goes_first_but_for_what_lay_there_for_weeks() -> None:
    house, day = House(), today(VIEW.context)

    def value(one: Candidate) -> float:
        return house.estimates(house.initial(), VIEW.context, [one])[0]

    insight = value(thoughts(VIEW)[0])
    for days, first in ((0, True), (7, True), (14, True), (90, False), (400, False)):
        task = Candidate("a", "task", "undated", Facts(Ref("a"), "v1", added=day - timedelta(days=days)))
        assert (value(task) > insight) is first
    unknown = Candidate("a", "task", "undated", Facts(Ref("a"), "v1"))
    assert value(unknown) > insight, "a source that doesn't say when something was added is no reason to pass it over"


def test_nobody_finishes_an_insight_so_none_is_missed_either() -> None:
    task = Candidate("a", "task", "undated", Facts(Ref("a"), "v1"))
    other = Candidate("b", "task", "undated", Facts(Ref("b"), "v1"))
    found = (task, other, thoughts(VIEW)[0])
    [lesson] = of_day(VIEW.context, found, {"a"})
    assert lesson.candidates == (task, other)
    decision = Decision(
        DecisionId("d"), VIEW.context, found, (), (1.0, 0.0, 0.0), (1.0, 0.0, 0.0), 0, None, 1, 0.0, "house@1", 3
    )
    since = timedelta(seconds=NOW.timestamp())
    assert [one.topic for one in exposures([decision], {}, since)] == ["undated"]
    assert from_row(to_row(decision)) == decision


@given(st.sampled_from(["en", "de"]), st.text(min_size=1, max_size=CONTENT_LIMIT), st.text(min_size=1, max_size=200))
def test_the_words_of_an_insight_are_the_agents_and_its_why_fits(language: str, text: str, name: str) -> None:
    heard = Thought(MOMENTUM, "v1", text, 0.5, True, NOW)
    tongue = voice(language, zone_of("UTC"), today(VIEW.context))
    told = tell(heard, name, tongue)
    assert told.content == text and 0 < len(told.why) <= WHY_LIMIT


def test_the_why_of_advice_is_what_it_rests_on_unless_it_states_that_itself() -> None:
    tongue = voice("en", zone_of("UTC"), today(VIEW.context))
    assert tell(STRONG, "Momentum", tongue, "Leave the desk for a walk.").why == STRONG.text
    for said in (f"Leave the desk: {STRONG.text}", STRONG.text):
        assert tell(STRONG, "Momentum", tongue, said).why == "Momentum saw it in what you let oO read."


def test_a_task_never_becomes_one() -> None:
    with pytest.raises(AssertionError):
        candidate(STRONG, "task", SOURCE)
