from __future__ import annotations

import json
import re

import numpy as np
import pytest

from oo.kernel.clock import SystemClock
from oo.ml.experiments.writing.comparing import Course, compare, difference, interval
from oo.ml.experiments.writing.report import page, table
from oo.ml.experiments.writing.situations import situations
from oo.ml.serving.judging import Bench
from oo.ml.serving.llm import Gateway
from oo.ml.serving.worth import nothing_to_say
from oo.ml.serving.writer import Writer
from oo.testing.llm.answers import Answer, Asked, good
from oo.testing.llm.server import stand_in

pytestmark = pytest.mark.anyio


def says(asked: Asked) -> Answer:
    """One alias writes well, one can't write; the judge likes what it reads."""
    if asked.alias == "judge":
        return Answer(json.dumps({"score": 8, "reason": "It names one thing."}))
    return good(asked) if asked.alias == "well" else Answer("Sure! Call your mother.")


async def compared(judged: bool = True) -> list[Course]:
    clock = SystemClock()
    async with stand_in(says) as there:
        gateway = Gateway(there.url)
        writers = {alias: Writer(gateway, clock.monotonic, alias=alias) for alias in ("badly", "well")}
        told: list[int] = []
        judge = Bench(gateway) if judged else None
        made = await compare(writers, situations()[::8], monotonic=clock.monotonic, judge=judge, tick=told.append)
        assert sum(told) == 2 * len(situations()[::8])
        return made


def test_situations_are_always_the_same_and_each_is_worth_a_word() -> None:
    assert situations() == situations()
    assert len(situations()) == len({one.user for one in situations()}) == 48
    assert {one.language for one in situations()} == {"en", "de"}
    assert [nothing_to_say(one) for one in situations()] == [None] * 48


async def test_whoever_writes_well_is_ahead_with_an_interval_beside_it() -> None:
    badly, well = await compared()
    assert [one.rule for one in badly.trials] == [0.0] * 6
    assert interval(well.values("rule"), 1).low > 0.9
    assert interval(well.values("judged"), 1).mean == pytest.approx(0.8)
    ahead = difference(badly, well, "judged", 1)
    assert ahead.low > 0 and ahead.high <= 0.8
    text = table([badly, well], 1)
    assert "well less badly: rule judge +" in text


def test_in_some_something_is_known_that_is_about_no_task() -> None:
    some = [one for one in situations() if one.thoughts]
    assert len(some) == 8 and sum(not one.things for one in some) == 4
    assert all(len({thought.ref for thought in one.thoughts}) == len(one.thoughts) for one in some)
    assert {any(thought.insight for thought in one.thoughts) for one in some} == {True, False}


async def test_every_kind_is_written_and_judged_as_what_it_is() -> None:
    briefs, judged = [one for one in situations() if one.thoughts], []

    def saying(asked: Asked) -> Answer:
        if asked.alias == "judge":
            judged.append(asked.text)
        return says(asked)

    async with stand_in(saying) as there:
        gateway, clock = Gateway(there.url), SystemClock()
        writers = {"well": Writer(gateway, clock.monotonic, alias="well")}
        [made] = await compare(writers, briefs, monotonic=clock.monotonic, judge=Bench(gateway), tick=lambda _: None)
    failed = {name for one in made.trials for name, passed in one.passed.items() if not passed}
    assert failed <= {"in time"}  # which a busy machine may take
    assert {re.findall(r'"kind": "(\w+)", "line"', one)[0] for one in judged} == {"task", "advice"}


async def test_without_a_judge_the_rules_speak_alone() -> None:
    made = await compared(judged=False)
    assert np.isnan(made[1].values("judged")).all()
    assert "not asked" in table(made, 1)


async def test_the_page_has_figures_plots_and_every_line_and_nothing_from_elsewhere() -> None:
    pytest.importorskip("matplotlib")
    drawn = page(await compared(), "made up", 1)
    assert drawn.count("<svg") == 1
    assert "Put the phone beside you" in drawn and "refused" in drawn
    assert "http://" not in drawn.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )
