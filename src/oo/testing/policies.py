"""The suite that every discovered policy passes, ours or a third party's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from oo.contracts.decisions import Candidate, Context, Decision, UserView
from oo.contracts.ids import DecisionId, Ref, UserId
from oo.contracts.items import Facts
from oo.contracts.policies import Policy, State
from oo.engine.pipeline import Parts, decide
from oo.engine.rows import from_row, to_row
from oo.engine.states import from_bytes, to_bytes
from oo.engine.verify import differences
from oo.engine.when import context

MOMENT = replace(context(datetime(2026, 11, 21, 9, 30, tzinfo=UTC), "Europe/Berlin"), last_project="p1")
TODAY = date(2026, 11, 21)
NEAR = 1e-6


def some(count: int = 12) -> list[Candidate]:
    """Candidates of all sorts, no two alike."""
    return [
        candidate(
            f"c:{n}",
            added=TODAY - timedelta(days=n * n),
            due=None if n % 3 else TODAY + timedelta(days=n - 5),
            priority=n % 4,
            started=n % 5 == 0,
            series="s" if n % 7 == 3 else None,
            project=("p1", "p2", None)[n % 3],
            labels=n % 3,
        )
        for n in range(count)
    ]


def candidate(id: str, **known: object) -> Candidate:
    """One candidate with these facts."""
    return Candidate(id, "task", "undated", Facts(Ref(id), "v", **known))  # type: ignore[arg-type]


def odd() -> list[Candidate]:
    """What sources say on bad days: dates at both ends of the calendar, long in the future, negative, huge."""
    far = [date.min, date.max, datetime(1, 1, 1), datetime(9999, 12, 31, 23), datetime.max.replace(tzinfo=UTC)]  # noqa: DTZ001
    found = [candidate(f"far:{n}", added=when, due=when, start=when) for n, when in enumerate(far)]
    found += [candidate("high", priority=10**9, labels=10**9, minutes=10**9), candidate("low", priority=-(10**9))]
    return [*found, Candidate("kind", "insight", "later", Facts(Ref("kind"), "v"), source="orchestrator")]


def decided(policy: Policy, state: State, candidates: Sequence[Candidate], chosen: int) -> Decision:
    """A decision that chose this one, as it would be logged."""
    return Decision(
        DecisionId("d"),
        MOMENT,
        tuple(candidates),
        (),
        tuple(policy.probabilities(state, MOMENT, candidates)),
        tuple(policy.estimates(state, MOMENT, candidates)),
        chosen,
        None,
        1,
        0.0,
        f"{policy.id}@{policy.digest}",
        len(candidates),
    )


def taught(policy: Policy) -> State:
    """A state after a few rewards and refusals."""
    state, candidates = policy.initial(), some()
    for n in range(8):
        state = policy.update(state, decided(policy, state, candidates, n), float(n % 2), 1.0)
    return state


def probabilities_are_exact(policy: Policy) -> None:
    """One number for each candidate, none below 0, their sum 1."""
    for state in (policy.initial(), taught(policy)):
        for candidates in (some(), some(1), some(60)):
            p = policy.probabilities(state, MOMENT, candidates)
            assert len(p) == len(policy.estimates(state, MOMENT, candidates)) == len(candidates)
            assert min(p) >= 0
            assert abs(sum(p) - 1) <= NEAR


def nothing_to_choose_from_is_nothing(policy: Policy) -> None:
    """Without candidates there are no numbers."""
    assert list(policy.estimates(policy.initial(), MOMENT, [])) == []
    assert list(policy.probabilities(policy.initial(), MOMENT, [])) == []


def the_same_arguments_give_the_same_answer(policy: Policy) -> None:
    """No clock, no chance of its own, and estimates that are handed in change nothing."""
    state, candidates = taught(policy), some()
    first = list(policy.probabilities(state, MOMENT, candidates))
    estimates = policy.estimates(state, MOMENT, candidates)
    assert list(policy.probabilities(state, MOMENT, candidates)) == first
    assert _near(policy.probabilities(state, MOMENT, candidates, estimates), first)


def the_order_of_candidates_changes_nothing(policy: Policy) -> None:
    """Each candidate keeps its numbers wherever it stands; of two that are alike neither is preferred."""
    state = taught(policy)
    candidates = [*some(), *(replace(one, id=f"twin {one.id}") for one in some(4))]
    forth, back = (policy.probabilities(state, MOMENT, found) for found in (candidates, candidates[::-1]))
    assert _near(forth, list(back)[::-1])
    forth, back = (policy.estimates(state, MOMENT, found) for found in (candidates, candidates[::-1]))
    assert _near(forth, list(back)[::-1])


def a_state_survives_being_written(policy: Policy) -> None:
    """What was read back decides and learns as before, to the last bit."""
    for state in (policy.initial(), taught(policy)):
        again = from_bytes(to_bytes(state))
        assert again.version == state.version
        candidates = some()
        assert list(policy.probabilities(again, MOMENT, candidates)) == list(
            policy.probabilities(state, MOMENT, candidates)
        )
        decision = decided(policy, state, candidates, 0)
        assert to_bytes(policy.update(again, decision, 1.0, 1.0)) == to_bytes(policy.update(state, decision, 1.0, 1.0))


def an_update_changes_no_state_in_place(policy: Policy) -> None:
    """The state from before is as it was; a logged decision can be computed again."""
    state = taught(policy)
    before = to_bytes(state)
    policy.update(state, decided(policy, state, some(), 3), 1.0, 1.0)
    assert to_bytes(state) == before


def a_reward_moves_toward_what_brought_it(policy: Policy) -> None:
    """What is always rewarded gains on what never is; a rule that doesn't learn stays where it is."""
    liked = candidate("liked", added=TODAY - timedelta(days=2), priority=3, project="p1")
    other = candidate("other", added=TODAY - timedelta(days=90), due=TODAY + timedelta(days=30), labels=2)
    candidates, state = [liked, other], policy.initial()
    before = _lead(policy, state, candidates)
    for _ in range(25):
        state = policy.update(state, decided(policy, state, candidates, 0), 1.0, 1.0)
        state = policy.update(state, decided(policy, state, candidates, 1), 0.0, 1.0)
    after = _lead(policy, state, candidates)
    assert after > before if state.arrays else after == before


def a_logged_decision_is_computed_again(policy: Policy) -> None:
    """Written as a row and read back, it has the same estimates, probabilities and choice; floor and seed included."""
    state, candidates = taught(policy), some()
    view = UserView(UserId("u"), MOMENT, tuple(one.facts for one in candidates))
    for seed in range(5):
        made = decide(view, candidates, Parts(), policy, state, id=DecisionId("d"), seed=seed, floor=0.02)
        assert differences(from_row(to_row(made)), policy, from_bytes(to_bytes(state))) == []


def odd_facts_are_survived(policy: Policy) -> None:
    """Numbers stay numbers, for deciding and for learning, whatever a source says."""
    candidates, state = odd(), policy.initial()
    moment: Context = replace(MOMENT, profile={"dwell": float("nan"), "tip_volume": float("inf")})
    for n in range(len(candidates)):
        decision = replace(decided(policy, state, candidates, n), context=moment)
        state = policy.update(state, decision, 1.0, 5.0)
    numbers = [*policy.estimates(state, moment, candidates), *policy.probabilities(state, moment, candidates)]
    assert all(abs(number) < 1e9 for number in numbers)
    assert abs(sum(numbers[len(candidates) :]) - 1) <= NEAR


def a_silence_teaches_nothing(policy: Policy) -> None:
    """An update for a decision without a choice leaves the state alone."""
    state = taught(policy)
    decision = replace(decided(policy, state, some(), 0), chosen=None)
    assert to_bytes(policy.update(state, decision, 1.0, 1.0)) == to_bytes(state)


CHECKS: Iterable[Callable[[Policy], None]] = (
    probabilities_are_exact,
    nothing_to_choose_from_is_nothing,
    the_same_arguments_give_the_same_answer,
    the_order_of_candidates_changes_nothing,
    a_state_survives_being_written,
    an_update_changes_no_state_in_place,
    a_reward_moves_toward_what_brought_it,
    a_logged_decision_is_computed_again,
    odd_facts_are_survived,
    a_silence_teaches_nothing,
)


def _lead(policy: Policy, state: State, candidates: Sequence[Candidate]) -> float:
    first, second = policy.estimates(state, MOMENT, candidates)
    return first - second


def _near(left: Sequence[float], right: Sequence[float]) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(left, right, strict=True))
