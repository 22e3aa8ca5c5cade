"""Has every contender write for every situation, and judges the words by rule and, where there is one, by a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from oo.contracts.writing import Brief
from oo.ml.experiments.writing.ruling import checks, score
from oo.ml.serving.judging import Bench
from oo.ml.serving.llm import ModelFailed
from oo.ml.serving.writer import Writer

SECONDS = 60.0
"""A contender may take longer than anybody waits; being late costs it a check."""
DEADLINE = 8.0
RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Trial:
    """What one contender made of one situation."""

    situation: str
    language: str
    content: str
    seconds: float
    tries: int
    why: str
    refused: tuple[str, ...]
    rule: float
    passed: Mapping[str, bool]
    judged: float | None
    """By the model, from 0 to 1; None where it wasn't asked, or gave no verdict."""


@dataclass(frozen=True, slots=True)
class Course:
    """All of one contender's."""

    name: str
    trials: Sequence[Trial]

    def values(self, what: str) -> np.ndarray:
        """`rule`, `judged`, `seconds` or `written` of each trial; what wasn't judged is not a number."""
        if what == "written":
            return np.array([float(one.passed["written"]) for one in self.trials])
        return np.array([np.nan if (v := getattr(one, what)) is None else float(v) for one in self.trials])


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds of its 95 % interval (bootstrap over situations)."""

    mean: float
    low: float
    high: float


async def compare(
    writers: Mapping[str, Writer],
    briefs: Sequence[Brief],
    *,
    monotonic: Callable[[], float],
    judge: Bench | None,
    tick: Callable[[int], None],
) -> list[Course]:
    """Every contender over every situation, one after the other; a judge that fails once is not asked again."""
    courses = []
    for name, writer in writers.items():
        trials = []
        for brief in briefs:
            trial, judge = await _trial(writer, brief, monotonic, judge)
            trials.append(trial)
            tick(1)
        courses.append(Course(name, trials))
    return courses


async def _trial(
    writer: Writer, brief: Brief, monotonic: Callable[[], float], judge: Bench | None
) -> tuple[Trial, Bench | None]:
    began = monotonic()
    found = await writer.generate(brief, SECONDS)
    seconds = monotonic() - began
    passed = checks(brief, found, seconds, DEADLINE)
    first = found.candidates[0] if found.is_written else None
    content = "" if first is None else first.content
    judged = None
    if judge is not None:
        try:
            judged = 0.0 if first is None else (await judge.of_words(brief, content, first.kind)).score
        except ModelFailed:
            judge = None
    trial = Trial(
        *(str(brief.user), brief.language, content, seconds, found.tries, found.why or ""),
        *(tuple(one.reason for one in found.refused), score(passed), passed, judged),
    )
    return trial, judge


def interval(values: np.ndarray, seed: int) -> Interval:
    """The mean of what is a number, with its interval."""
    kept = values[~np.isnan(values)]
    if not len(kept):
        return Interval(np.nan, np.nan, np.nan)
    drawn = np.random.default_rng(seed).integers(0, len(kept), (RESAMPLES, len(kept)))
    low, high = np.percentile(kept[drawn].mean(axis=1), (2.5, 97.5))
    return Interval(float(kept.mean()), float(low), float(high))


def difference(one: Course, other: Course, what: str, seed: int) -> Interval:
    """The other less the one, situation by situation."""
    return interval(other.values(what) - one.values(what), seed)
