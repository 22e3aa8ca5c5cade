"""`oo benchmark models` and `oo prompts compare`: who writes better, by rule and by a model's judgement."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.resources import files
from pathlib import Path
from typing import Protocol, TextIO

from oo.contracts.errors import Invalid, Unusable
from oo.kernel.clock import SystemClock
from oo.kernel.settings import Settings
from oo.ml.experiments.writing.comparing import compare
from oo.ml.experiments.writing.report import page, table
from oo.ml.experiments.writing.situations import situations
from oo.ml.serving import gateway
from oo.ml.serving.judging import Bench
from oo.ml.serving.llm import JUDGE, Gateway, ModelFailed
from oo.ml.serving.prompts import versions
from oo.ml.serving.writer import Writer

SEED = 1
"""Of the intervals."""


class Bar(Protocol):
    """A progress bar."""

    def update(self, steps: int) -> None:
        """Move on."""


BarOf = Callable[[int], AbstractContextManager[Bar]]


def shipped() -> list[str]:
    """The aliases that are compared when none are named."""
    text = files("oo.ml.experiments.writing").joinpath("models.txt").read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def models(settings: Settings, asked: Sequence[str], most: int, report: Path | None, bar: BarOf, out: TextIO) -> None:
    """Compare aliases; raises `Unusable` without a gateway, `Invalid` for aliases that it does not have."""
    there = _gateway(settings)
    known = _aliases(there)
    missing = [one for one in asked if one not in known]
    if missing:
        raise Invalid(f"The gateway has no {', '.join(missing)}; it has: {', '.join(known)}.")
    wanted = asked or [one for one in shipped() if one in known]
    if not wanted:
        raise Invalid(f"The gateway has none of {', '.join(shipped())}; name others with --aliases.")
    clock = SystemClock()
    writers = {alias: Writer(there, clock.monotonic, alias=alias) for alias in wanted}
    _run(writers, there if JUDGE in known else None, most, report, bar, out)


def prompts(settings: Settings, one: str, other: str, most: int, report: Path | None, bar: BarOf, out: TextIO) -> None:
    """Compare versions of the prompt with the same model; raises `Invalid` for one that there is not."""
    for version in (one, other):
        if version not in versions():
            raise Invalid(f"There is no prompt {version!r}; there are: {', '.join(versions())}.")
    there = _gateway(settings)
    clock = SystemClock()
    writers = {version: Writer(there, clock.monotonic, version=version) for version in (one, other)}
    _run(writers, there if JUDGE in _aliases(there) else None, most, report, bar, out)


def _run(
    writers: Mapping[str, Writer], judge: Gateway | None, most: int, report: Path | None, bar: BarOf, out: TextIO
) -> None:
    every = situations()
    briefs = [every[place * len(every) // most] for place in range(most)]  # some of each sort
    bench = None if judge is None else Bench(judge)
    monotonic = SystemClock().monotonic
    with bar(len(writers) * len(briefs)) as shown:
        made = asyncio.run(compare(writers, briefs, monotonic=monotonic, judge=bench, tick=shown.update))
    out.write(table(made, SEED))
    if judge is None:
        out.write(f"The gateway has no alias {JUDGE!r}, so nobody judged but the rules.\n")
    if report is not None:
        told = f"{len(briefs)} made-up situations in English and German; 95 % intervals by bootstrap over situations."
        report.write_text(page(made, told, SEED), encoding="utf-8")
        out.write(f"Report: {report}\n")


def _gateway(settings: Settings) -> Gateway:
    there = gateway(settings)
    if there is None:
        raise Unusable("There is no gateway to models; set OO_LLM_URL, see docs/how-to/models.md.")
    return there


def _aliases(there: Gateway) -> list[str]:
    try:
        return asyncio.run(there.aliases())
    except ModelFailed as failure:
        raise Unusable(
            f"The gateway at OO_LLM_URL gives no list of models ({failure.reason}); is it running?"
        ) from None
