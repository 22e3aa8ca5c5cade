"""A call made ahead that hangs keeps nobody from the model, and what is long over says nothing of now."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from oo.ml.serving.breaker import IN_A_ROW, REST_SECONDS, Breaker
from oo.ml.serving.gate import Gate, Refused
from oo.ml.serving.limits import Limits
from oo.ml.serving.llm import Gateway
from oo.ml.serving.local import Local
from oo.ml.serving.tests.briefs import brief
from oo.ml.serving.tests.test_gate import Model, ask, gate, until
from oo.ml.serving.writer import Writer
from oo.testing.determinism import FixedClock
from oo.testing.llm.answers import slow
from oo.testing.llm.server import stand_in

pytestmark = pytest.mark.anyio


async def had(there: Gate, clock: FixedClock, who: str, took: float, *, well: bool = True) -> float:
    """How many seconds a call made ahead was given that took so many."""
    given: list[float] = []

    async def call(seconds: float) -> bool:
        given.append(seconds)
        clock.advance(timedelta(seconds=took))
        return well

    await there.through(who, call, asked=False, seconds=600.0, well=bool)
    return given[0]


async def test_a_call_made_ahead_has_as_long_as_good_ones_take_a_few_times_over() -> None:
    clock = FixedClock()
    there = gate(clock)
    assert await had(there, clock, "nobody knows yet", 3.0) == 30.0
    assert await had(there, clock, "of 3 s", 3.0) == pytest.approx(12.0)
    for number in range(40):
        await had(there, clock, f"quick {number}", 0.1)
    assert await had(there, clock, "quick", 0.1) == 8.0
    for number in range(40):
        await had(there, clock, f"slow {number}", 20.0)
    assert await had(there, clock, "slow", 20.0) == 30.0


async def test_a_model_that_has_become_slower_is_given_more_time_little_by_little() -> None:
    clock = FixedClock()
    there = gate(clock)
    await had(there, clock, "first", 3.0)
    given = []
    for number in range(60):
        clock.advance(timedelta(seconds=REST_SECONDS))
        given.append(await had(there, clock, f"p{number}", 31.0, well=False))
    assert given == sorted(given) and given[0] == pytest.approx(12.0) and given[-1] == 30.0


async def test_a_call_made_ahead_that_hangs_gives_its_place_up_to_whoever_asks() -> None:
    there, model = Gate(time.monotonic, Limits(least=0.05, guess=0.0)), Model()
    ahead = ask(there, model, "ahead", asked=False)
    await until(lambda: model.order == ["ahead"])
    asked = ask(there, model, "asked")
    with pytest.raises(Refused, match="shed"):
        await ahead
    model.may_end["asked"].set()
    assert await asked == "tip for asked"
    assert model.most == 1 and there.counts.yielded == 1 and there.breaker.state == "closed"


async def test_each_of_several_who_ask_gets_the_place_of_one_that_hangs() -> None:
    there, model = Gate(time.monotonic, Limits(at_once=2, least=0.05, guess=0.0)), Model()
    ahead = [ask(there, model, who, asked=False) for who in ("a", "b")]
    await until(lambda: len(model.order) == 2)
    asked = [ask(there, model, who) for who in ("c", "d")]
    assert [str(one) for one in await asyncio.gather(*ahead, return_exceptions=True)] == ["shed", "shed"]
    for who in ("c", "d"):
        model.may_end[who].set()
    assert await asyncio.gather(*asked) == ["tip for c", "tip for d"]
    assert model.most == 2


async def test_a_call_made_ahead_keeps_its_place_until_it_has_had_its_time_and_while_nobody_asks() -> None:
    clock = FixedClock()
    there, model = gate(clock, guess=0.0), Model()
    first = ask(there, model, "first", asked=False)
    await until(lambda: model.order == ["first"])
    clock.advance(timedelta(seconds=20))
    second = ask(there, model, "second", asked=False)
    await until(lambda: there.waiting["ahead"] == 1)
    assert model.order == ["first"] and there.counts.yielded == 0
    for event in model.may_end.values():
        event.set()
    assert [await first, await second] == ["tip for first", "tip for second"]


async def test_whoever_asked_for_a_call_that_is_under_way_keeps_it() -> None:
    clock = FixedClock()
    there, model = gate(clock, guess=0.0), Model()
    mine = [ask(there, model, "milo", asked=False)]
    await until(lambda: model.order == ["milo"])
    mine.append(ask(there, model, "milo"))
    await until(lambda: there.counts.lifted == 1)
    clock.advance(timedelta(seconds=9))
    other = ask(there, model, "lena")
    await until(lambda: there.waiting["asked"] == 1)
    assert there.counts.yielded == 0
    for event in model.may_end.values():
        event.set()
    assert await asyncio.gather(*mine, other) == ["tip for milo", "tip for milo", "tip for lena"]


async def test_the_one_try_after_a_rest_takes_the_place_of_a_call_that_hangs() -> None:
    clock = FixedClock()
    there, model = gate(clock), Model()
    hangs = ask(there, model, "hangs", asked=False)
    await until(lambda: model.order == ["hangs"])
    for _ in range(IN_A_ROW):
        there.breaker.tell(well=False)
    clock.advance(timedelta(seconds=REST_SECONDS))
    tried = ask(there, model, "tried", asked=False)
    with pytest.raises(Refused, match="shed"):
        await hangs
    await until(lambda: model.order == ["hangs", "tried"])
    clock.advance(timedelta(seconds=9))
    later = ask(there, model, "later", asked=False)
    await until(lambda: there.waiting["ahead"] == 1)
    assert there.counts.yielded == 1, "the one try keeps its place"
    model.may_end["later"].set()
    model.may_end["tried"].set()
    assert [await tried, await later] == ["tip for tried", "tip for later"]
    assert there.breaker.state == "closed"


async def test_what_was_written_of_things_as_they_were_is_nothing_for_whoever_knows_them_as_they_are() -> None:
    async with stand_in(slow(0.3)) as gateway:
        local = Local({}, Writer(Gateway(gateway.url), time.monotonic), Gate(time.monotonic))
        old, later = brief(), replace(brief(), context=replace(brief().context, hour=11.0))
        same, other = replace(later, things=tuple(reversed(old.things))), brief(("Send Lena the keys",))
        asked = [asyncio.create_task(local.generate(brief=one, seconds=60)) for one in (old, same, other)]
        first, joined, refused = await asyncio.gather(*asked)
    assert len(gateway.asked) == 1
    assert first.is_written and joined.candidates == first.candidates
    assert (refused.why, refused.is_written) == ("too-late", False)
    assert [one.content for one in refused.candidates] == ["Send Lena the keys."]


def test_a_failure_of_a_call_from_before_it_opened_puts_no_try_off() -> None:
    clock = FixedClock()
    breaker = Breaker(clock.monotonic)
    began = breaker.turn
    for _ in range(IN_A_ROW):
        breaker.tell(well=False, turn=began)
    clock.advance(timedelta(seconds=REST_SECONDS - 1))
    breaker.tell(well=False, turn=began)
    clock.advance(timedelta(seconds=1))
    assert breaker.may()
    breaker.leave(turn=began)
    assert not breaker.may(), "the one try is still under way"
    breaker.tell(well=True, turn=breaker.turn)
    assert breaker.state == "closed"


def test_what_goes_well_closes_it_whenever_it_began() -> None:
    breaker = Breaker(FixedClock().monotonic)
    began = breaker.turn
    for _ in range(IN_A_ROW):
        breaker.tell(well=False, turn=began)
    assert not breaker.would()
    breaker.tell(well=True, turn=began)
    assert breaker.would() and breaker.may()


def test_a_try_that_hangs_does_not_put_the_next_one_off() -> None:
    clock = FixedClock()
    breaker = Breaker(clock.monotonic)
    for _ in range(IN_A_ROW):
        breaker.tell(well=False)
    clock.advance(timedelta(seconds=REST_SECONDS))
    assert breaker.may()
    clock.advance(timedelta(seconds=8))
    breaker.tell(well=False, turn=breaker.turn)
    assert breaker.state == "open"
    clock.advance(timedelta(seconds=2))
    assert breaker.may()
