"""Rewards: what a reaction and later news are worth, and what is worth nothing at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.decisions import Candidate, Decision
from oo.contracts.ids import DecisionId, Ref
from oo.contracts.items import Facts
from oo.engine.baseline import DAY, NOTHING_KNOWN, WEEK, Baseline, Exposure, estimate, exposures
from oo.engine.reward import HORIZON, SCALES, Outcome, Reward, reward, settled
from oo.engine.when import context

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEVER = Baseline(0.0, 0.0)


def seen(**what: object) -> Outcome:
    return Outcome(**{"kind": "task", "seen": True, "age": HOUR, **what})  # type: ignore[arg-type]


def worth(outcome: Outcome, baseline: Baseline = NEVER) -> float:
    found = reward(outcome, baseline)
    assert found is not None
    return found.value


def test_done_after_a_look_is_a_full_yes_and_otherwise_a_little_less() -> None:
    assert [worth(seen(action="done", dwell_ms=ms)) for ms in (15_000, 120_000, 14_999, 120_001, None)] == [
        *(1.0, 1.0),
        *(0.8, 0.8, 0.8),
    ]


def test_snooze_is_not_failure() -> None:
    assert worth(seen(action="snooze")) > worth(seen(action="dismiss"))


def test_a_dismissal_at_once_is_a_burden() -> None:
    quick = reward(seen(action="dismiss", dwell_ms=900))
    assert quick == Reward(0.0, 1.0, "dismissed-at-once", provisional=True, burden=True)
    slow = reward(seen(action="dismiss", dwell_ms=9000))
    assert slow is not None and not slow.burden


def test_no_reaction_is_not_a_failure_but_nothing_at_all() -> None:
    assert reward(seen(age=timedelta(days=9))) is None


def test_what_nobody_saw_teaches_nothing_even_if_it_was_done() -> None:
    assert reward(seen(seen=False, completed_after=HOUR)) is None


def test_done_in_its_app_counts_less_what_would_have_been_done_anyway() -> None:
    assert worth(seen(completed_after=5 * HOUR)) == pytest.approx(0.7)
    assert worth(seen(completed_after=50 * HOUR)) == pytest.approx(0.4)
    usual = Baseline(day=0.5, week=0.75)
    assert worth(seen(completed_after=5 * HOUR), usual) == pytest.approx(0.7 - 0.7 * 0.5 - 0.4 * 0.25)
    assert worth(seen(completed_after=50 * HOUR), usual) == 0.0
    assert reward(seen(completed_after=HORIZON + HOUR)) is None


def test_late_news_replace_a_snooze_and_not_a_done() -> None:
    snoozed = seen(action="snooze", completed_after=5 * HOUR)
    assert worth(snoozed) == pytest.approx(0.7) and settled(snoozed)
    done = seen(action="done", dwell_ms=20_000, completed_after=HOUR)
    assert reward(done, NEVER) == Reward(1.0, 1.0, "done", provisional=False)


@pytest.mark.parametrize("kind", ["advice", "insight"])
def test_advice_has_no_task_so_done_means_helped_and_nothing_comes_later(kind: str) -> None:
    helped = reward(seen(kind=kind, action="done", dwell_ms=20_000))
    assert helped is not None and (helped.why, helped.provisional) == ("helped", False)
    assert helped.weight < 1 and helped.value < 1
    assert reward(seen(kind=kind, completed_after=HOUR)) is None


def test_a_provisional_reward_is_final_after_the_horizon() -> None:
    assert not settled(seen(action="snooze"))
    assert settled(seen(action="snooze", age=HORIZON))


@given(
    kind=st.sampled_from(sorted(SCALES)),
    action=st.sampled_from([None, "done", "snooze", "dismiss"]),
    dwell=st.none() | st.integers(0, 10**8),
    after=st.none() | st.timedeltas(timedelta(0), timedelta(days=30)),
    day=st.floats(0, 1),
    more=st.floats(0, 1),
)
def test_a_reward_is_between_nothing_and_one(
    kind: str, action: str | None, dwell: int | None, after: timedelta | None, day: float, more: float
) -> None:
    baseline = Baseline(day, day + (1 - day) * more)
    found = reward(seen(kind=kind, action=action, dwell_ms=dwell, completed_after=after), baseline)
    if found is not None:
        assert 0 <= found.value <= 1 and 0 < found.weight <= 1


def test_a_baseline_needs_to_be_watched_for_as_long_as_it_speaks_of() -> None:
    young = estimate([Exposure("today", HOUR)] * 100)
    assert young.overall == NOTHING_KNOWN
    old = estimate([Exposure("today", WEEK)] * 1000)
    assert old.overall.week < 0.01
    assert old.of("overdue") == old.overall


def test_exposures_are_eligible_candidates_that_were_not_shown_once_a_day() -> None:
    def decision(at: datetime, chosen: int | None) -> Decision:
        names = ("a", "b", "c")
        options = tuple(Candidate(n, "task", "undated", Facts(Ref(n), "1")) for n in names)
        return Decision(
            DecisionId("d"), context(at, "UTC"), options, (), (1.0, 0.0, 0.0), (0.0,) * 3, chosen, None, 1, 0.0, "p", 3
        )

    log = [decision(NOON, 0), decision(NOON + HOUR, 1), decision(NOON + DAY, 0)]
    since = timedelta(seconds=NOON.timestamp())
    found = exposures(log, {Ref("c"): [since + 3 * HOUR], Ref("b"): [since - HOUR]}, since + WEEK)
    assert found == [
        Exposure("undated", WEEK, 3 * HOUR),  # c on the first day; a and b were shown
        Exposure("undated", WEEK - DAY),
        Exposure("undated", WEEK - DAY),
    ]
