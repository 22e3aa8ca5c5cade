"""Made-up people: the same seed is the same life, rules hold in it, and policies differ where they should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta

import numpy as np
import pytest

from oo.contracts.decisions import Candidate, Context, Decision
from oo.contracts.items import Facts
from oo.contracts.policies import Policy, State
from oo.engine.policies.house import House
from oo.engine.policies.newest import Newest
from oo.engine.policies.random import Random
from oo.engine.simulation import telling
from oo.engine.simulation.comparing import compare
from oo.engine.simulation.days import FIRST, day
from oo.engine.simulation.judges import RuleJudge, Scene
from oo.engine.simulation.life import Life, Tally, joined
from oo.engine.simulation.liking import odds
from oo.engine.simulation.personas import drifted, persona

SEED = 5


class Clairvoyant:
    """A policy that knows the person: what nobody can be."""

    id = digest = "clairvoyant"

    def __init__(self, number: int, days: int) -> None:
        self.who = persona(SEED, number, days)

    def initial(self) -> State:
        return State()

    def estimates(self, state: State, context: Context, candidates: Sequence[Candidate]) -> list[float]:
        number = (context.now.date() - FIRST).days
        chapter = drifted(self.who.chapter(number), SEED, self.who.number, number)
        likes: list[float] = odds(
            chapter, [one.facts for one in candidates], context.now, context.last_project
        ).tolist()
        return likes

    def probabilities(
        self,
        state: State,
        context: Context,
        candidates: Sequence[Candidate],
        estimates: Sequence[float] | None = None,
    ) -> list[float]:
        worth = self.estimates(state, context, candidates)
        return [float(n == int(np.argmax(worth))) for n in range(len(worth))]

    def update(self, state: State, decision: Decision, reward: float, weight: float) -> State:
        return state


def lived(policy: Policy, number: int = 0, days: int = 40, floor: float = 0.0) -> list[Tally]:
    who = persona(SEED, number, days)
    life = Life(who, policy, RuleJudge(), floor)
    return [life.live(day(who, n)) for n in range(days)]


def test_the_same_seed_is_the_same_life() -> None:
    assert [asdict(one) for one in lived(House())] == [asdict(one) for one in lived(House())]


def test_both_sides_get_the_same_days() -> None:
    who = persona(SEED, 3, 90)
    assert repr(day(who, 20)) == repr(day(persona(SEED, 3, 90), 20))
    assert repr(day(who, 20)) != repr(day(persona(SEED, 4, 90), 20))


def test_a_life_has_a_rhythm_a_holiday_and_a_change() -> None:
    who = persona(SEED, 1, 365)
    days = [day(who, n) for n in range(365)]
    weekend = [one for one in days if (FIRST + timedelta(days=one.number)).weekday() >= 5]
    assert not any(one.busy for one in weekend)
    away = [one for one in days if who.away[0] <= one.number <= who.away[1]]
    assert not any(one.busy for one in away) and len(away) >= 4
    [(_, before), (changes, after)] = who.chapters
    assert 365 // 3 <= changes < 2 * 365 // 3
    assert np.abs(before.taste - after.taste).max() > 0.1


def test_a_clairvoyant_has_no_regret_and_chance_has_all_of_it() -> None:
    best = joined([one for number in range(3) for one in lived(Clairvoyant(number, 40), number)])
    even = joined([one for number in range(3) for one in lived(Random(), number)])
    assert best.value == pytest.approx(best.best, rel=0.002), "fatigue moves all alike"
    assert (even.best - even.value) / (even.best - even.random) == pytest.approx(1.0, abs=0.12)


def test_interruptions_keep_the_budget_and_no_tip_comes_in_a_meeting() -> None:
    for number in range(4):
        who = persona(SEED, number, 40)
        for tally in lived(House(), number):
            assert tally.interruptions <= who.budget


def test_people_do_things_by_themselves_and_lists_stay_bounded() -> None:
    who = persona(SEED, 0, 120)
    life = Life(who, House(), RuleJudge())
    alone = sum(life.live(day(who, n)).alone for n in range(120))
    assert alone > 60 and len(life.open) <= 60


def test_burden_keeps_people_away() -> None:
    who = replace(persona(SEED, 0, 30), budget=0)
    rested, tired = Life(who, House(), RuleJudge()), Life(who, House(), RuleJudge())
    few = many = 0
    for n in range(30):
        tired.burden = 60.0
        many += rested.live(day(who, n)).tips
        few += tired.live(day(who, n)).tips
    assert few < many / 2


def test_figures_of_a_comparison_add_up() -> None:
    ticks: list[int] = []
    house, newest = compare([House(), Newest()], personas=4, days=21, seed=SEED, tick=ticks.append)
    assert sum(ticks) == 8 and house.days.shape == (4, 21, len(telling.NAMES))
    told = telling.summary(house)
    assert 0 < told["value"]["value"] < 1 and told["personas"] == 4
    assert told["worst_quartile"] <= told["value"]["value"] + told["value"]["error"]
    found, (low, high) = telling.difference(house, newest)
    assert low < found.value < high
    assert telling.difference(house, house)[0].value == 0.0
    assert len(telling.weekly(house, "value", "tips")) == 3


def test_the_rule_judge_marks_what_passes_over_something_late() -> None:
    who = persona(SEED, 0, 40)
    life = Life(who, House(), RuleJudge())
    for n in range(10):
        life.live(day(who, n))
    assert life._tip is None or 0 <= RuleJudge().score(Scene(life._tip.decision)) <= 1
    judged = joined(lived(House())).judged / joined(lived(House())).tips
    assert joined(lived(Newest())).judged / joined(lived(Newest())).tips < judged


def test_liking_has_a_name_for_every_part() -> None:
    who = persona(SEED, 0, 40).chapter(0)
    plain = Facts("a", "1")  # type: ignore[arg-type]
    due = Facts("b", "1", due=FIRST)  # type: ignore[arg-type]
    at = day(persona(SEED, 0, 40), 2).hours[4][0]
    low, high = odds(who, [plain, due], at, None)
    assert (high > low) == (who.taste[0] > 0)
