"""Ways to choose."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.decisions import Candidate, UserView
from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Facts
from oo.contracts.policies import Policy
from oo.engine.candidates import candidates
from oo.engine.policies import POLICIES
from oo.engine.policies.house import House
from oo.engine.tests.strategies import FEWER, NOW, VIEWS
from oo.engine.when import context

TODAY = date(2026, 11, 21)
MOMENT = replace(context(NOW, "UTC"), last_project="p")
ALL = st.sampled_from(list(POLICIES.values()))


def ranked(policy: Policy, *facts: Facts) -> list[str]:
    found = candidates(UserView(UserId("u"), MOMENT, facts))
    scored = zip(found, policy.estimates(policy.initial(), MOMENT, found), strict=True)
    return [one.id for one, _ in sorted(scored, key=lambda pair: -pair[1])]


def task(name: str, **known: object) -> Facts:
    return replace(Facts(Ref(name), "v"), **known)  # type: ignore[arg-type]


@FEWER
@given(VIEWS, ALL)
def test_probabilities_are_exact_and_all_on_the_best_estimates(view: UserView, policy: Policy) -> None:
    found = candidates(view)
    state = policy.initial()
    estimates = policy.estimates(state, view.context, found)
    probabilities = policy.probabilities(state, view.context, found)
    assert len(estimates) == len(probabilities) == len(found)
    if found:
        assert sum(probabilities) == pytest.approx(1)
        ties = [p for p, q in zip(probabilities, estimates, strict=True) if q == max(estimates)]
        assert ties == [1 / len(ties)] * len(ties)


@FEWER
@given(VIEWS, ALL)
def test_the_order_in_which_candidates_come_changes_nothing(view: UserView, policy: Policy) -> None:
    found: list[Candidate] = candidates(view)
    state = policy.initial()
    forth = policy.estimates(state, view.context, found)
    back = policy.estimates(state, view.context, found[::-1])
    assert list(forth) == list(back)[::-1]


def test_a_policy_is_named_by_what_it_is() -> None:
    assert len({policy.digest for policy in POLICIES.values()}) == len(POLICIES)
    assert House().digest == House().digest
    assert House(age=-1.0).digest != House().digest
    assert all(name == policy.id for name, policy in POLICIES.items())


def test_overdue_first_puts_the_earliest_due_first_and_what_has_no_date_last() -> None:
    facts = [task("none", priority=3), task("late", due=TODAY - timedelta(days=9)), task("soon", due=TODAY)]
    facts += [task("soon-and-high", due=TODAY, priority=3)]
    assert ranked(POLICIES["overdue_first"], *facts) == ["late", "soon-and-high", "soon", "none"]


def test_newest_puts_what_was_added_last_first() -> None:
    facts = [task("old", added=date(2026, 1, 1)), task("unknown"), task("new", added=TODAY)]
    assert ranked(POLICIES["newest"], *facts) == ["new", "old", "unknown"]


@pytest.mark.parametrize(
    ("better", "than"),
    [
        ({"due": TODAY}, {}),
        ({"due": TODAY}, {"due": TODAY + timedelta(days=9)}),
        ({}, {"due": TODAY + timedelta(days=90)}),
        ({"priority": 3}, {"priority": 1}),
        ({"started": True}, {}),
        ({"added": TODAY}, {"added": TODAY - timedelta(days=30)}),
        ({"project": "p"}, {"project": "q"}),
        ({"series": "s"}, {}),
        ({"labels": 1}, {}),
    ],
)
def test_the_house_prefers(better: dict[str, object], than: dict[str, object]) -> None:
    assert ranked(House(), task("than", **than), task("better", **better)) == ["better", "than"]


def test_what_is_long_overdue_weighs_no_more_than_what_is_due() -> None:
    facts = [task(name, added=TODAY, due=TODAY - timedelta(days=days)) for name, days in (("week", 7), ("year", 365))]
    found = candidates(UserView(UserId("u"), MOMENT, tuple(facts)))
    week, year = House().estimates(House().initial(), MOMENT, found)
    assert year == pytest.approx(week, abs=1e-4)
