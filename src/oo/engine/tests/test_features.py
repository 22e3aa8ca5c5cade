"""Facts and a moment as numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given

from oo.contracts.decisions import Candidate, UserView
from oo.contracts.ids import Ref
from oo.contracts.items import Facts
from oo.engine import features
from oo.engine.candidates import candidates
from oo.engine.tests.strategies import FEWER, VIEWS
from oo.engine.when import context

TODAY = date(2026, 11, 21)
DAWN = context(datetime(2026, 11, 21, 0, tzinfo=UTC), "UTC", last_project="p1")
NOON = context(datetime(2026, 11, 21, 12, tzinfo=UTC), "UTC", last_project="p1")


def one(**known: object) -> Candidate:
    return Candidate("a", "task", "undated", Facts(Ref("a"), "v", **known))  # type: ignore[arg-type]


def named(candidate: Candidate, moment: object = NOON) -> dict[str, float]:
    return dict(zip(features.LIFE, features.life(moment, [candidate])[0].tolist(), strict=True))  # type: ignore[arg-type]


@FEWER
@given(VIEWS)
def test_every_number_is_finite_and_bounded_whatever_a_source_says(view: UserView) -> None:
    found = candidates(view)
    for vectors, names in ((features.v1, features.V1), (features.v2, features.V2), (features.life, features.LIFE)):
        x = vectors(view.context, found)
        assert x.shape == (len(found), len(names))
        assert np.isfinite(x).all() and (np.abs(x) <= features.LARGEST).all()


@FEWER
@given(VIEWS)
def test_a_vector_stays_with_its_candidate_in_any_order(view: UserView) -> None:
    found = candidates(view)
    assert (features.life(view.context, found)[::-1] == features.life(view.context, found[::-1])).all()


def test_the_old_policies_have_the_features_they_began_with() -> None:
    assert (len(features.V1), len(features.V2)) == (7, 12)
    late = one(due=TODAY - timedelta(days=3), added=TODAY - timedelta(days=45), priority=3)
    x = features.v1(NOON, [late, one()])
    assert x[0, :3] == pytest.approx([1, 45.5 / 90, 1])
    assert x[0, 3:5] == pytest.approx([0, -1])
    assert (x[0, 3:] == x[1, 3:]).all()


def test_what_is_known_of_the_person_is_the_same_for_every_candidate_and_0_where_it_is_not_known() -> None:
    moment = replace(NOON, profile={"completion_rate": 0.4, "dwell": float("nan"), "unheard of": 9.0})
    x = features.v2(moment, [one(), one(priority=1)])
    assert x[:, 7:].tolist() == [[0.4, 0, 0, 0, 0]] * 2


def test_at_the_start_of_the_day_only_the_day_counts_and_later_the_moment_too() -> None:
    task = one(started=True, project="p1", labels=2, series="s", priority=2)
    dawn, noon = named(task, DAWN), named(task)
    at_dawn = {name: value for name, value in dawn.items() if name.endswith("_by_day")}
    assert set(at_dawn.values()) == {0.0}
    for name in ("started", "here", "labels", "series", "priority", "marked"):
        assert noon[name] == dawn[name] == noon[f"{name}_by_day"]


def test_what_stands_for_several_and_what_its_project_holds() -> None:
    found = [replace(one(project="p2"), also=(Ref("b"), Ref("c"))), one(project="p2"), one()]
    x = features.life(NOON, found)
    several, crowd = features.LIFE.index("several"), features.LIFE.index("crowd")
    assert x[:, several].tolist() == pytest.approx([np.log(3), 0, 0])
    assert x[:, crowd].tolist() == pytest.approx([np.log(2), np.log(2), 0])


def test_an_unknown_age_is_a_week() -> None:
    assert named(one())["age"] == pytest.approx(np.log(8))
    assert named(one(added=TODAY + timedelta(days=9)))["age"] == 0
