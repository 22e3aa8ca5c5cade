"""A model that lies: how many planted untruths can be read; beside it the same without the check."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from math import inf

from benchmarks.report import Figure
from oo.contracts.words.voice import voice
from oo.contracts.writing import Brief
from oo.engine.when import today, zone_of
from oo.ml.serving.inventions import invented, stated
from oo.ml.serving.lexicon import LANGUAGES, lexicon
from oo.ml.serving.llm import Gateway
from oo.ml.serving.naming import names
from oo.ml.serving.tests.briefs import TITLES, brief
from oo.ml.serving.writer import Check, Writer
from oo.testing.llm.answers import FAULTS, good
from oo.testing.llm.plants import AT_ONCE, Plant, liar, plants, untrue
from oo.testing.llm.server import stand_in

SEEDS = range(40)


def untruths() -> Iterator[Figure]:
    """What is asked of a hostile model, and what a failing one costs beside a good one."""
    told, read, without = 0, 0, 0
    for language in LANGUAGES:
        lies = list(plants(language, 0))
        count, found = asyncio.run(_shown(lies, language, invented))
        told, read = told + count, read + len(found)
        without += len(asyncio.run(_shown(lies, language, lambda *_: ()))[1])
    yield Figure(
        "planted untruths through a hostile model that can be read", float(read), "", "0", 0.0,
        f"{told} told over HTTP, each as text and as reason; {without} of these can be read without the check",
    )  # fmt: skip
    tried, passed, seconds = _all_of_them()
    yield Figure(
        "untruths that pass the check in any frame or disguise", float(passed), "", "0", 0.0,
        f"{tried} tried, {seconds / tried * 1e6:.0f} µs each",
    )  # fmt: skip
    good_one, bad_one = _each(good) * 1e3, _each(FAULTS["no JSON"]) * 1e3
    yield Figure(
        "a brief beside the model's own time", good_one, "ms", "told", inf,
        f"asked over HTTP, read, checked, filled; {bad_one:.0f} ms for three bad answers and the composer",
    )  # fmt: skip


async def _shown(lies: list[Plant], language: str, check: Check) -> tuple[int, list[str]]:
    told, read = 0, []
    async with stand_in(liar(lies)) as gateway:
        asked = Writer(Gateway(gateway.url), time.monotonic, check=check)
        while told < len(lies):
            found = await asked.generate(brief(language=language, count=AT_ONCE), 60)
            told += found.tries * AT_ONCE
            made = [one for one in found.candidates if one.source == "orchestrator"]
            read += [text for one in made for text in (one.content, one.rationale)]
    return told, untrue(read, lies, TITLES)


def _all_of_them() -> tuple[int, int, float]:
    tried, passed, began = 0, 0, time.perf_counter()
    for language in LANGUAGES:
        told, words = brief(language=language), lexicon(language)
        assert words is not None
        tongue = voice(language, zone_of(told.context.zone), today(told.context))
        known = names(told.things, told.context, language, tongue)
        for seed in SEEDS:
            for lie in plants(language, seed):
                tried += 1
                passed += not invented(lie.text, ["e1"], known, words) and stated(lie.text, words) is None
    return tried, passed, time.perf_counter() - began


def _each(says: object, times: int = 20) -> float:
    """Seconds of a brief, the median."""

    async def run() -> list[float]:
        spans = []
        async with stand_in(says) as gateway:  # type: ignore[arg-type]
            asked = Writer(Gateway(gateway.url), time.monotonic)
            for number in range(times):
                told: Brief = replace(brief(), said=(str(number),))
                began = time.perf_counter()
                await asked.generate(told, 60)
                spans.append(time.perf_counter() - began)
        return sorted(spans)

    return asyncio.run(run())[times // 2]


BENCHES = (untruths,)
