"""A model that lies: how many planted untruths can be read; beside it the same without the check."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from math import inf
from typing import cast

from benchmarks.report import Figure
from oo.contracts.decisions import Kind
from oo.contracts.words.voice import voice
from oo.contracts.writing import Brief
from oo.engine.when import today, zone_of
from oo.ml.serving.critic import criticised
from oo.ml.serving.inventions import invented, stated
from oo.ml.serving.lexicon import LANGUAGES, Lexicon, lexicon
from oo.ml.serving.llm import Gateway
from oo.ml.serving.naming import Names, names
from oo.ml.serving.tests.briefs import THOUGHTS, TITLES, brief
from oo.ml.serving.writer import Check, Writer
from oo.testing.llm.answers import FAULTS, good
from oo.testing.llm.plants import AT_ONCE, KINDS, Plant, liar, misfits, misplaced, plants, untrue
from oo.testing.llm.server import stand_in

SEEDS = range(40)


def untruths() -> Iterator[Figure]:
    """What is asked of a hostile model, and what a failing one costs beside a good one."""
    for kind in KINDS:
        told, read, without = 0, 0, 0
        for language in LANGUAGES:
            lies = list(plants(language, 0, kind))
            count, found = asyncio.run(_shown(lies, language, invented))
            told, read = told + count, read + found
            without += asyncio.run(_shown(lies, language, lambda *_: ()))[1]
        yield Figure(
            f"planted untruths of kind {kind} through a hostile model that can be read", float(read), "", "0", 0.0,
            f"{told} told over HTTP, each as text and as reason; {without} of these can be read without the check",
        )  # fmt: skip
    lies = list(misfits())
    told, read = asyncio.run(_shown(lies, "en", invented))
    _, without = asyncio.run(_shown(lies, "en", lambda *_: ()))
    yield Figure(
        "tips of a kind that their evidence does not bear, through a hostile model", float(read), "", "0", 0.0,
        f"{told} told over HTTP; {without} of these are shown without the check",
    )  # fmt: skip
    tried, passed, seconds = _all_of_them()
    yield Figure(
        "untruths that pass the check in any frame or disguise", float(passed), "", "0", 0.0,
        f"{tried} tried in three kinds, {seconds / tried * 1e6:.0f} µs each",
    )  # fmt: skip
    good_one, bad_one = _each(good) * 1e3, _each(FAULTS["no JSON"]) * 1e3
    yield Figure(
        "a brief beside the model's own time", good_one, "ms", "told", inf,
        f"asked over HTTP, read, checked, filled; {bad_one:.0f} ms for three bad answers and the composer",
    )  # fmt: skip


async def _shown(lies: list[Plant], language: str, check: Check) -> tuple[int, int]:
    """How many lies were told, and how many can be read, in texts, in reasons or in a kind that doesn't fit."""
    told, texts, wrong = 0, [], 0
    async with stand_in(liar(lies)) as gateway:
        asked = Writer(Gateway(gateway.url), time.monotonic, check=check)
        while told < len(lies):
            found = await asked.generate(brief(language=language, count=AT_ONCE, thoughts=THOUGHTS), 60)
            told += found.tries * AT_ONCE
            made = [one for one in found.candidates if one.source == "orchestrator"]
            texts += [text for one in made for text in (one.content, one.rationale)]
            wrong += sum(misplaced(one.kind, one.evidence) for one in made)
    spoken = [one for one in lies if one.untrue]
    return told, wrong + len(untrue(texts, spoken, (*TITLES, *(one.text for one in THOUGHTS))))


def _all_of_them() -> tuple[int, int, float]:
    tried, passed, began = 0, 0, time.perf_counter()
    for language in LANGUAGES:
        told, words = brief(language=language), lexicon(language)
        assert words is not None
        tongue = voice(language, zone_of(told.context.zone), today(told.context))
        known = names(told.things, told.context, language, tongue, THOUGHTS)
        for kind in KINDS:
            for lie in (one for seed in SEEDS for one in plants(language, seed, kind)):
                tried += 1
                passed += _passes(lie, known, words, cast("Kind", kind))
    return tried, passed, time.perf_counter() - began


def _passes(lie: Plant, known: Names, words: Lexicon, kind: Kind) -> bool:
    if invented(lie.text, lie.evidence, known, words, kind) or stated(lie.text, words, kind):
        return False
    # What a statement or an order in common words is refused for is what asks for one act.
    is_plain = lie.sort in ("statement", "bidding")
    return not is_plain or next(criticised(lie.text, known, words, (), kind), None) is None


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
