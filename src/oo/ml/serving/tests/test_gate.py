from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from oo.ml.serving.breaker import IN_A_ROW, Breaker
from oo.ml.serving.gate import Gate, Refused
from oo.ml.serving.limits import Limits
from oo.ml.serving.llm import Gateway
from oo.ml.serving.local import Local
from oo.ml.serving.tests.briefs import brief
from oo.ml.serving.writer import Writer
from oo.testing.determinism import FixedClock
from oo.testing.llm.answers import FAULTS
from oo.testing.llm.server import stand_in

pytestmark = pytest.mark.anyio


class Model:
    """A model whose calls end when a test says so."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.at_once = self.most = 0
        self.may_end: dict[str, asyncio.Event] = {}

    def call(self, who: str) -> Callable[[float], Awaitable[str]]:
        self.may_end.setdefault(who, asyncio.Event())

        async def made(seconds: float) -> str:
            self.order.append(who)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            try:
                await self.may_end[who].wait()
            finally:
                self.at_once -= 1
            return f"tip for {who}"

        return made


def gate(clock: FixedClock, **limits: float) -> Gate:
    return Gate(clock.monotonic, Limits(**limits))  # type: ignore[arg-type]


async def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came to that")


def ask(there: Gate, model: Model, who: str, *, asked: bool = True, seconds: float = 60.0) -> asyncio.Task[str]:
    return asyncio.create_task(there.through(who, model.call(who), asked=asked, seconds=seconds))


async def test_one_call_for_a_person_answers_everybody_who_wants_it() -> None:
    there, model = gate(FixedClock()), Model()
    tasks = [ask(there, model, "milo") for _ in range(5)]
    await until(lambda: model.order == ["milo"])
    model.may_end["milo"].set()
    assert await asyncio.gather(*tasks) == ["tip for milo"] * 5
    assert (there.counts.called, there.counts.joined) == (1, 4)


async def test_never_more_calls_at_once_than_the_limit() -> None:
    there, model = gate(FixedClock(), at_once=2), Model()
    tasks = [ask(there, model, f"p{n}") for n in range(10)]
    await until(lambda: len(model.order) == 2)
    for n in range(10):
        model.may_end[f"p{n}"].set()
    await asyncio.gather(*tasks)
    assert model.most == there.counts.most_at_once == 2


async def test_who_asks_goes_before_what_is_made_ahead() -> None:
    there, model = gate(FixedClock()), Model()
    first = ask(there, model, "first")
    await until(lambda: model.order == ["first"])
    others = [ask(there, model, "ahead", asked=False), ask(there, model, "asked")]
    await until(lambda: sum(there.waiting.values()) == 2)
    for event in model.may_end.values():
        event.set()
    await asyncio.gather(first, *others)
    assert model.order == ["first", "asked", "ahead"]


async def test_a_person_who_asks_lifts_what_waits_for_them() -> None:
    there, model = gate(FixedClock()), Model()
    tasks = [ask(there, model, "first")]
    await until(lambda: model.order == ["first"])
    tasks += [ask(there, model, f"ahead{n}", asked=False) for n in range(20)]
    await until(lambda: there.waiting["ahead"] == 20)
    tasks.append(ask(there, model, "ahead19"))
    await until(lambda: there.counts.lifted == 1)
    for event in model.may_end.values():
        event.set()
    assert (await asyncio.gather(*tasks))[-1] == "tip for ahead19"
    assert model.order[:2] == ["first", "ahead19"]
    assert model.order.count("ahead19") == 1


async def test_what_is_made_ahead_is_shed_first() -> None:
    there, model = gate(FixedClock(), asked=3, ahead=2, guess=0.0), Model()
    tasks = [ask(there, model, "first")]
    await until(lambda: model.order == ["first"])
    ahead = [ask(there, model, f"ahead{n}", asked=False) for n in range(3)]
    with pytest.raises(Refused, match="full"):
        await ahead[2]
    tasks += [ask(there, model, f"asked{n}") for n in range(3)]
    for one in ahead[:2]:
        with pytest.raises(Refused, match="shed"):
            await one
    with pytest.raises(Refused, match="full"):
        await ask(there, model, "asked3")
    for event in model.may_end.values():
        event.set()
    assert len(await asyncio.gather(*tasks)) == 4


async def test_what_would_come_too_late_is_refused_at_once() -> None:
    there, model = gate(FixedClock(), guess=3.0), Model()
    tasks = [ask(there, model, who, seconds=8.0) for who in ("a", "b")]
    await until(lambda: model.order == ["a"])
    with pytest.raises(Refused, match="too-late"):
        await ask(there, model, "c", seconds=8.0)
    for event in model.may_end.values():
        event.set()
    await asyncio.gather(*tasks)


async def test_whoever_stops_waiting_leaves_a_call_that_goes_on() -> None:
    there, model = gate(FixedClock(), guess=0.0), Model()
    with pytest.raises(Refused, match="too-late"):
        await ask(there, model, "milo", seconds=0.05)
    again = ask(there, model, "milo", asked=False)
    await until(lambda: there.counts.joined == 1)
    model.may_end["milo"].set()
    assert await again == "tip for milo"
    assert model.order == ["milo"]


async def test_five_failures_open_the_breaker_and_one_try_closes_it() -> None:
    clock = FixedClock()
    there = gate(clock)

    async def broken(seconds: float) -> str:
        raise ConnectionError

    async def well(seconds: float) -> str:
        return "a tip"

    for n in range(5):
        with pytest.raises(ConnectionError):
            await there.through(f"p{n}", broken, asked=True, seconds=9.0)
    with pytest.raises(Refused, match="resting"):
        await there.through("p5", well, asked=True, seconds=9.0)
    clock.advance(10.0)
    assert await there.through("p6", well, asked=True, seconds=9.0) == "a tip"
    assert there.breaker.state == "closed"


async def test_an_answer_that_is_no_use_counts_as_a_failure() -> None:
    there = gate(FixedClock())

    async def nonsense(seconds: float) -> str:
        return ""

    for n in range(5):
        await there.through(f"p{n}", nonsense, asked=False, seconds=9.0, well=bool)
    assert there.breaker.state == "open"


async def test_closing_leaves_nobody_waiting() -> None:
    there, model = gate(FixedClock(), guess=0.0), Model()
    tasks = [ask(there, model, who) for who in ("a", "b", "c")]
    await until(lambda: model.order == ["a"] and there.waiting["asked"] == 2)
    await there.close()
    assert all(isinstance(one, Refused) for one in await asyncio.gather(*tasks, return_exceptions=True))


def test_more_than_half_of_the_last_twenty_open_the_breaker_too() -> None:
    breaker = Breaker(FixedClock().monotonic)
    for well in (True, False, False, True, False) * 4:
        breaker.tell(well=well)
    assert breaker.state == "open"


def test_while_half_open_one_call_is_tried_and_no_more() -> None:
    clock = FixedClock()
    breaker = Breaker(clock.monotonic)
    for _ in range(5):
        breaker.tell(well=False)
    clock.advance(10.0)
    assert [breaker.may(), breaker.may()] == [True, False]
    breaker.tell(well=False)
    assert breaker.state == "open"


async def test_a_model_that_hangs_is_answered_for_by_the_composer_and_left_alone() -> None:
    async with stand_in() as gateway:
        there, writer = Gate(time.monotonic, Limits(longest=0.4)), Writer(Gateway(gateway.url), time.monotonic)
        await writer.generate(brief(), 60)  # words and clients are loaded once, which takes a while on a busy machine
        gateway.says = FAULTS["hangs"]
        local = Local({}, writer, there)
        found = [await local.generate(brief=brief(), seconds=60) for _ in range(IN_A_ROW + 1)]
    assert [one.why for one in found] == ["timeout"] * IN_A_ROW + ["resting"]
    assert all(one.candidates and not one.is_written for one in found)
    assert there.counts.called == IN_A_ROW


async def test_a_call_that_keeps_no_time_is_given_up_and_counts_against_the_model() -> None:
    there, model = Gate(time.monotonic, Limits(longest=0.1, at_once=IN_A_ROW)), Model()
    tasks = [ask(there, model, f"milo{number}", asked=False) for number in range(IN_A_ROW)]
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [one.why for one in found if isinstance(one, Refused)] == ["too-late"] * IN_A_ROW
    assert there.breaker.state == "open" and model.at_once == 0
