"""Assignment: even, for ever the same, and nobody changes sides when a share grows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.lineups import Lineup
from oo.engine.assignment import arm, decider, place

PEOPLE = [f"person-{i}" for i in range(4000)]


def test_shares_are_what_they_say() -> None:
    lineup = Lineup("house", "learner", 0.1, "newest", 0.02, "t1")
    arms = [arm(lineup, one) for one in PEOPLE]
    assert 0.08 < arms.count("challenger") / len(PEOPLE) < 0.12
    assert 0.01 < arms.count("former") / len(PEOPLE) < 0.03


def test_another_trial_puts_people_elsewhere() -> None:
    both = sum(place("a", one) < 0.5 and place("b", one) < 0.5 for one in PEOPLE)
    assert 0.22 < both / len(PEOPLE) < 0.28


@given(st.text(max_size=30), st.text(max_size=30), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_keeps_everybody_of_a_smaller_one(trial: str, user: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    if arm(Lineup("house", "learner", small, trial=trial), user) == "challenger":
        assert arm(Lineup("house", "learner", large, trial=trial), user) == "challenger"


def test_without_a_trial_the_champion_decides_for_everybody() -> None:
    assert {decider(Lineup("house"), one) for one in PEOPLE} == {"house"}
    assert decider(Lineup("house", "learner", 1.0), "lena") == "learner"
