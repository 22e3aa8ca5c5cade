"""The order of a decision, and that it can be made again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.decisions import Candidate, Decision, UserView
from oo.contracts.ids import DecisionId, Ref, UserId
from oo.contracts.items import Busy, Facts
from oo.contracts.policies import Policy
from oo.engine.candidates import candidates
from oo.engine.house import PARTS
from oo.engine.pipeline import Hydrator, Source, decide, run
from oo.engine.policies import POLICIES
from oo.engine.rows import from_row, to_row
from oo.engine.sampling import draw
from oo.engine.standing import expires_at
from oo.engine.tests.strategies import FEWER, NOW, VIEWS
from oo.engine.verify import differences
from oo.engine.when import context

HOUSE = POLICIES["house"]
SEEDS = st.integers(0, 2**63 - 1)


def made(view: UserView, policy: Policy = HOUSE, seed: int = 1, floor: float = 0.0) -> Decision:
    return decide(
        view,
        candidates(view),
        PARTS,
        policy,
        policy.initial(),
        id=DecisionId("d"),
        seed=seed,
        floor=floor,
        notes={"n": 1},
    )


def view_of(*facts: Facts, busy: tuple[Busy, ...] = ()) -> UserView:
    return UserView(UserId("u"), context(NOW, "Europe/Berlin", busy=busy), facts, busy)


@FEWER
@given(VIEWS, st.sampled_from(list(POLICIES.values())), SEEDS, st.sampled_from([0.0, 0.05]))
def test_a_decision_is_a_tip_or_a_silence_and_says_how_likely_it_was(
    view: UserView, policy: Policy, seed: int, floor: float
) -> None:
    decision = made(view, policy, seed, floor)
    assert (decision.tip is None) != (decision.silence is None)
    assert len(decision.candidates) == len(decision.probabilities) == len(decision.estimates)
    assert decision.considered == len(decision.candidates) + len(decision.removed)
    if decision.tip is not None:
        assert sum(decision.probabilities) == pytest.approx(1)
        assert decision.propensity > 0
        assert decision.chosen == draw(decision.probabilities, seed)


@FEWER
@given(VIEWS, st.sampled_from(list(POLICIES.values())), SEEDS, st.sampled_from([0.0, 0.05]))
def test_a_decision_is_read_back_from_its_row_and_computed_again(
    view: UserView, policy: Policy, seed: int, floor: float
) -> None:
    decision = made(view, policy, seed, floor)
    again = from_row(to_row(decision))
    assert again == decision
    assert differences(again, policy, policy.initial()) == []
    assert made(view, policy, seed, floor) == decision


def test_a_row_that_was_tampered_with_is_found_out() -> None:
    view = view_of(*(Facts(Ref(f"c:{n}"), "v", priority=n) for n in range(4)))
    decision = made(view)
    assert decision.chosen is not None
    other = replace(decision, chosen=(decision.chosen + 1) % 4)
    assert differences(other, HOUSE, HOUSE.initial()) == ["the seed draws another candidate"]
    shifted = replace(decision, estimates=tuple(one + 1e-3 for one in decision.estimates))
    assert differences(shifted, HOUSE, HOUSE.initial()) == ["the estimates differ"]
    assert differences(decision, POLICIES["newest"], HOUSE.initial())[0].startswith("the row is by house@")
    with pytest.raises(ValueError, match="version"):
        from_row(to_row(decision).replace('"v":1', '"v":99', 1))


def test_in_a_meeting_nothing_is_looked_at() -> None:
    asked: list[str] = []

    async def find(view: UserView) -> Sequence[Candidate]:
        asked.append("asked")
        return candidates(view)

    meeting = Busy(NOW - timedelta(minutes=5), NOW + timedelta(minutes=25))
    decision = ran(view_of(Facts(Ref("a"), "v"), busy=(meeting,)), sources=(Source("tasks", find),))
    assert decision.silence is not None
    assert (decision.silence.reason, decision.silence.until) == ("meeting", meeting.end)
    assert asked == []


def ran(view: UserView, sources: tuple[Source, ...] = PARTS.sources, hydrators: tuple[Hydrator, ...] = ()) -> Decision:
    parts = replace(PARTS, sources=sources, hydrators=hydrators)
    return asyncio.run(
        run(
            view,
            parts,
            HOUSE,
            HOUSE.initial(),
            id=DecisionId("d"),
            seed=1,
            gather=asyncio.gather,
            notes={"made": "now"},
        )
    )


def test_a_part_that_fails_leaves_the_others_their_say() -> None:
    async def broken(*_: object) -> Sequence[Candidate]:
        raise RuntimeError("a secret title")

    view = view_of(Facts(Ref("a"), "v"))
    decision = ran(view, (Source("broken", broken), *PARTS.sources), (Hydrator("torn", broken),))
    assert decision.tip is not None
    assert decision.notes == {"made": "now", "failed": {"broken": "RuntimeError", "torn": "RuntimeError"}}


def test_gathering_and_deciding_is_the_same_as_deciding() -> None:
    view = view_of(Facts(Ref("a"), "v"), Facts(Ref("b"), "v", priority=3))
    assert replace(ran(view), notes={}) == replace(made(view), notes={})


def test_what_two_sources_bring_counts_once() -> None:
    decision = ran(view_of(Facts(Ref("a"), "v")), PARTS.sources * 2)
    assert decision.considered == 1


def test_a_row_holds_no_words_and_little_else() -> None:
    facts = tuple(Facts(Ref(f"c:{n:04}"), "0123456789ab", due=date(2026, 11, 21), priority=n % 4) for n in range(50))
    assert len(to_row(made(view_of(*facts)))) < 8000


def test_a_tip_stands_four_hours_or_to_the_next_meeting_or_the_days_end() -> None:
    assert expires_at(context(NOW, "Europe/Berlin")) == NOW + timedelta(hours=4)
    next_meeting = Busy(NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    assert expires_at(context(NOW, "Europe/Berlin", busy=[next_meeting])) == next_meeting.start
    evening = NOW + timedelta(hours=11)
    assert expires_at(context(evening, "Europe/Berlin")) == evening + timedelta(hours=2)
