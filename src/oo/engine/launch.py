"""Shadow, A/B, launch: pure rules that say pass, fail, or not enough data yet; people promote, rules only roll back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from oo.engine.ope.audit import audit
from oo.engine.ope.clusters import Array, People, spread
from oo.engine.ope.estimators import sndr
from oo.engine.ope.log import Log
from oo.engine.ope.sequences import ALPHA, inflation
from oo.engine.ope.student import critical

SHADOWED = 2000
"""Decisions that a shadow has to have seen."""
EFFECTIVE = 200.0
SLACK = 0.02
"""How much worse than the champion, as a share of its value, a challenger may turn out and still be tried."""
SLOWEST_MS = 5.0
PEOPLE = 20
"""Persons in each arm, at least; below that nobody knows how persons differ."""
LEAST = 400
"""Decisions in each arm, at least, before an arm is judged."""
TOLERATED: Mapping[str, float] = {"dismissed": 0.02, "quickly dismissed": 0.01, "opted out": 0.0, "deleted": 0.0}
"""Guardrails: by how much each rate may be above the control's."""


class Word(StrEnum):
    """What a gate says."""

    WAIT = "not enough data yet"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A gate's word, why in one sentence, and the interval behind it; no number is shown with `Word.WAIT`."""

    word: Word
    reason: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of an experiment: a number per decision and whose it was, both of shape (n,)."""

    values: Array
    person: People


def shadow(log: Log, *, errors: int, p99_ms: float) -> Verdict:
    """Whether a challenger that was only logged may be tried on people.

    `log` is the champion's, with the challenger as its target and the deciding model's own estimates as its model.
    Passes when the lower bound of challenger - (1 - SLACK) x champion is above 0, by SNDR and a confidence sequence.
    """
    if errors:
        return Verdict(Word.FAILED, f"the challenger failed on {errors} decisions; none is allowed")
    if p99_ms >= SLOWEST_MS:
        return Verdict(
            Word.FAILED, f"one decision in a hundred took {p99_ms:.1f} ms or more; {SLOWEST_MS:.0f} is the limit"
        )
    rows = len(log.reward)
    if rows < SHADOWED:
        return Verdict(Word.WAIT, f"{rows} of {SHADOWED} decisions")
    faults = audit(log, least=EFFECTIVE).faults
    if faults:
        return Verdict(Word.WAIT, "; ".join(faults))
    theirs = sndr(log)
    ours = float(log.reward.mean())
    influence = theirs.influence - (1 - SLACK) * (log.reward - ours)
    error = _careful(influence, log.person)
    return _above(theirs.value - (1 - SLACK) * ours, error, rows, "champion less 2 %")


def trial(challenger: Arm, champion: Arm, *, slack: float = 0.0) -> Verdict:
    """Whether the challenger's mean is above the champion's (less `slack` of it); may be asked after every decision.

    Passing a first stage of 10 % asks for `slack=SLACK`, launching from 50 % for none.
    """
    short = _short(challenger, champion)
    if short:
        return Verdict(Word.WAIT, short)
    ours, error = float(champion.values.mean()), _difference(challenger, champion, 1 - slack)
    value = float(challenger.values.mean()) - (1 - slack) * ours
    return _above(value, error, _smaller(challenger, champion), "champion" + (f" less {slack:.0%}" if slack else ""))


def guard(challenger: Mapping[str, Arm], champion: Mapping[str, Arm]) -> Verdict:
    """Whether harm is proven on a guardrail (values 0 or 1 per decision, or per person-day); FAILED means roll back.

    The chance of one false alarm over all guardrails and all looks is ALPHA.
    """
    looked = [name for name in TOLERATED if name in challenger and name in champion]
    waiting = [name for name in looked if _short(challenger[name], champion[name])]
    for name in looked:
        if name in waiting:
            continue
        ours, theirs = champion[name], challenger[name]
        wide = inflation(_smaller(theirs, ours), ALPHA / len(TOLERATED), sides=1) * _difference(theirs, ours)
        value = float(theirs.values.mean()) - float(ours.values.mean())
        if value - wide > TOLERATED[name]:
            reason = f"{name}: at least {value - wide:+.3f} against the champion; {TOLERATED[name]:+.3f} is tolerated"
            return Verdict(Word.FAILED, reason, value, value - wide, value + wide)
    if waiting or not looked:
        return Verdict(Word.WAIT, f"too few decisions or persons for: {', '.join(waiting) or 'any guardrail'}")
    return Verdict(Word.PASSED, "no guardrail is broken")


def keep(launched: Arm, former: Arm) -> Verdict:
    """Whether a launched policy holds against the 2 % that stay on the former one; FAILED means roll back by itself."""
    short = _short(launched, former)
    if short:
        return Verdict(Word.WAIT, short)
    value = float(launched.values.mean()) - float(former.values.mean())
    wide = inflation(_smaller(launched, former), sides=1) * _difference(launched, former)
    if value + wide < 0:
        return Verdict(Word.FAILED, "the former policy is better", value, value - wide, value + wide)
    return Verdict(Word.PASSED, "nothing shows that the former policy is better", value, value - wide, value + wide)


def _above(value: float, error: float, rows: int, what: str) -> Verdict:
    wide = inflation(rows, sides=1) * error
    if value - wide > 0:
        return Verdict(Word.PASSED, f"better than the {what}", value, value - wide, value + wide)
    if value + wide < 0:
        return Verdict(Word.FAILED, f"worse than the {what}", value, value - wide, value + wide)
    return Verdict(Word.WAIT, f"not yet told apart from the {what}")


def _short(one: Arm, other: Arm) -> str:
    for arm in (one, other):
        people = len(np.unique(arm.person))
        if len(arm.values) < LEAST or people < PEOPLE:
            return f"{len(arm.values)} decisions of {people} persons in an arm; {LEAST} of {PEOPLE} are needed"
    return ""


def _difference(one: Arm, other: Arm, share: float = 1.0) -> float:
    """The clustered error of a mean less a share of another; persons are in one arm only."""
    return math.hypot(_error(one), share * _error(other))


def _error(arm: Arm) -> float:
    return _careful(arm.values - arm.values.mean(), arm.person)


def _careful(influence: Array, person: People) -> float:
    """The clustered error, wider for few persons (Student's), and never below what independent rows would have."""
    people = len(np.unique(person))
    if people < 2:
        return math.inf
    few = critical(0.95, people - 1) / 1.96
    return max(few * spread(influence, person), spread(influence, np.arange(len(influence))))


def _smaller(one: Arm, other: Arm) -> int:
    return min(len(one.values), len(other.values))
