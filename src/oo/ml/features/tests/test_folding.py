"""What happened becomes the same numbers, whoever folds it and in how many pieces."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.features import Activity, Verb
from oo.ml.features.fold import At, dump, fold, load, start
from oo.ml.features.reducers import days, hours, tasks
from oo.ml.features.registry import FEATURES, PROFILE, profile_values

TODAY = date(2026, 11, 21).toordinal()
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
VERBS: tuple[Verb, ...] = ("completed", "served", "done", "snoozed", "dismissed", "undone")


def happened(verb: Verb, back: int = 0, hour: float = 9.0, **more: object) -> Activity:
    at = datetime(2026, 11, 21, tzinfo=UTC) - timedelta(days=back) + timedelta(hours=hour)
    return Activity(at, verb, TODAY - back, hour, **more)  # type: ignore[arg-type]


PAST = st.lists(
    st.builds(
        lambda verb, back, hour, tip, project, series, due, dwell: happened(
            verb, back, hour, tip=f"t{tip}", task=f"k{tip}", project=project, series=series, due=due, dwell_ms=dwell
        ),
        st.sampled_from(VERBS),
        st.integers(0, 100),
        st.floats(0, 23.99),
        st.integers(0, 9),
        st.sampled_from([None, "flat", "thesis"]),
        st.sampled_from([None, "plants"]),
        st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
        st.none() | st.integers(-5, 10**9),
    ),
    max_size=60,
).map(lambda past: sorted(past, key=lambda one: one.at))


@given(PAST, st.integers(0, 60))
def test_a_past_folded_in_two_pieces_is_the_past_folded_at_once(past: list[Activity], cut: int) -> None:
    first = load(dump(fold(start(), past[:cut])))
    assert first is not None
    assert fold(first, past[cut:]) == load(dump(fold(start(), past)))


@given(PAST)
def test_the_numbers_are_those_of_a_plain_recount(past: list[Activity]) -> None:
    values = profile_values(fold(start(), past), At(NOON.timestamp(), TODAY))
    counted = {"completed", "served", "done", "snoozed", "dismissed"}
    heard = [one.day for one in past if one.verb in counted]
    if heard and min(heard) < TODAY:
        first = max(heard[0], TODAY - 28)
        counts = [sum(one.verb == "completed" and one.day == day for one in past) for day in range(first, TODAY)]
        assert values["completions_per_day"] == pytest.approx(fmean(counts))
        if len(counts) > 1:
            assert values["completions_spread"] == pytest.approx(pstdev(counts))
    done = [one for one in past if one.verb == "completed"]
    late = sorted(one.days_after(one.due) for one in done if one.due is not None)
    assert ("lateness_days" in values) == bool(late)


def test_an_undone_reaction_counts_no_longer() -> None:
    past = [happened("done", 1, tip="a"), happened("dismissed", 0, tip="b"), happened("undone", 0, tip="b")]
    state = fold(start(), past)["days"]
    assert days.window(state, "dismissed", TODAY, 1) == [0]
    assert days.window(state, "done", TODAY, 2) == [1, 0]


def test_nothing_is_said_of_a_person_of_whom_nothing_is_known() -> None:
    assert profile_values(start(), At(NOON.timestamp(), TODAY)) == {"reactions": 0.0, "active_days": 0.0}


def test_the_hours_of_last_month_count_half_of_this_months() -> None:
    state = fold(start(), [happened("completed", 28, 9.0), happened("completed", 0, 20.0)])["hours"]
    by_hour = hours.by_hour(state, TODAY)
    assert by_hour[9] == pytest.approx(0.5) and by_hour[20] == pytest.approx(1.0)


def test_a_day_without_an_hour_says_nothing_of_hours_and_something_of_weekdays() -> None:
    states = fold(start(), [happened("completed", back, 12.0, timed=False) for back in range(60)])
    values = profile_values(states, At(NOON.timestamp(), TODAY))
    assert not {"preferred_hour", "daily_cycle"} & values.keys()
    assert sum(hours.by_weekday(states["hours"], TODAY)) > 20
    assert values["weekly_cycle"] < 0.2


def test_momentum_halves_in_a_week_also_when_news_comes_late() -> None:
    late = [happened("completed", 0, project="flat"), happened("completed", 7, project="flat")]
    for past in (late, late[::-1]):
        assert tasks.momentum(fold(start(), past)["tasks"], "flat", TODAY) == pytest.approx(1.5)


def test_states_stay_small_however_long_the_past() -> None:
    past = [
        happened("completed", back % 900, back % 24, task=f"k{back}", project=f"p{back % 500}", series=f"s{back % 700}")
        for back in range(4000)
    ]
    assert len(dump(fold(start(), past))) < 20_000


def test_states_of_another_version_are_folded_anew() -> None:
    assert load(dump(start()).replace(b"days 1 ", b"days 0 ")) is None
    assert load(b'{"days":[1,{}]}') is None, "written before states had lines"


def test_a_reader_reads_as_much_of_the_states_as_it_wants() -> None:
    states = load(dump(start()), names={"days"})
    assert states == {"days": start()["days"]}


def test_every_feature_says_what_it_is_and_what_makes_it_old() -> None:
    for feature in FEATURES.values():
        assert feature.about.endswith(".") and feature.inputs, feature.name
    assert all(feature.view.invalidated_by and feature.view.consent for feature in PROFILE.values())
