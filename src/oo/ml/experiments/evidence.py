"""From the log of decisions to what gates read: arrays of who decided, with what chance, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import numpy as np

from oo.contracts.experiments import Evidence
from oo.contracts.lineups import DecisionLog, Lineup, Logged
from oo.engine import launch
from oo.engine.assignment import arm
from oo.engine.launch import Arm, Verdict, Word
from oo.engine.ope.log import Log
from oo.kernel.db import Database
from oo.ml.experiments import repository

PAGE = 200
QUIT_WITHIN = timedelta(days=1)
SILENT = "nobody has reacted to a tip of it yet"


@dataclass(frozen=True, slots=True)
class Seen:
    """A decision that was seen, reduced to what gates need."""

    id: str
    user: str
    policy: str
    """As rows name it, `<id>@<hash>`."""
    at: datetime
    propensity: float
    value: float | None
    """The reward; None where nothing is known."""
    dismissed: bool
    burden: bool
    opted_out: bool = False
    """The person wanted less within a day of it."""


async def seen(
    log: DecisionLog, since: datetime | None = None, quits: Mapping[str, Sequence[datetime]] | None = None
) -> list[Seen]:
    """Every decision in the log that was on a screen, since an instant; `quits` say who wanted less, and when."""
    found: list[Seen] = []
    after = ""
    while page := await log.logged(after=after, limit=PAGE):
        after = page[-1].decision.id
        found += [_seen(one, quits or {}) for one in page if one.seen and one.decision.chosen is not None]
    return [one for one in found if since is None or one.at >= since]


async def choices(db: Database, policy: str) -> dict[str, Any]:
    """A shadow's rows by decision."""
    found: dict[str, Any] = {}
    after = ""
    while rows := await db.read(partial(repository.shadows_of, policy=policy, after=after, limit=PAGE)):
        after = rows[-1].decision_id
        found |= {row.decision_id: row for row in rows}
    return found


def shadowing(champion: str, decided: Sequence[Seen], shadow: Mapping[str, Any]) -> Evidence:
    """Whether a policy that was only logged may be tried; `champion` is the tag of whom it is compared with."""
    rows = [one for one in decided if one.policy == champion and one.id in shadow and one.value is not None]
    if not rows:
        return Evidence("not enough data yet", f"0 of {launch.SHADOWED} decisions")
    theirs = [shadow[one.id] for one in rows]
    errors = sum(bool(row.failed) for row in shadow.values())
    slowest = float(np.percentile([row.latency_us for row in shadow.values()], 99)) / 1000
    log = Log(
        reward=np.array([one.value for one in rows], dtype=float),
        propensity=np.array([one.propensity for one in rows]),
        target=np.array([row.probability for row in theirs]),
        person=_people(rows),
        direct=np.array([row.direct for row in theirs]),
        fitted=np.array([row.fitted for row in theirs]),
    )
    return said(launch.shadow(log, errors=errors, p99_ms=slowest))


def trying(lineup: Lineup, decided: Sequence[Seen], *, slack: float) -> Evidence:
    """Whether a challenger may decide for more people."""
    theirs, ours = _arm(lineup, decided, "challenger"), _arm(lineup, decided, "champion")
    harm = harming(lineup, decided)
    if harm.said == "failed":
        return harm
    if not len(theirs.values) or not len(ours.values):
        return Evidence("not enough data yet", SILENT)
    return said(launch.trial(theirs, ours, slack=slack))


def harming(lineup: Lineup, decided: Sequence[Seen]) -> Evidence:
    """Whether a trial has to end: `failed` when a guardrail is broken."""
    return said(launch.guard(_rails(lineup, decided, "challenger"), _rails(lineup, decided, "champion")))


def holding(lineup: Lineup, decided: Sequence[Seen]) -> Evidence:
    """Whether a launched champion holds against the people kept back."""
    ours, former = _arm(lineup, decided, "champion"), _arm(lineup, decided, "former")
    if not len(ours.values) or not len(former.values):
        return Evidence("not enough data yet", SILENT)
    return said(launch.keep(ours, former))


def said(verdict: Verdict) -> Evidence:
    """A gate's word as it is told: without a number where there is not enough data."""
    if verdict.word is Word.WAIT:
        return Evidence("not enough data yet", verdict.reason)
    return Evidence(
        "passed" if verdict.word is Word.PASSED else "failed",
        verdict.reason,
        verdict.value,
        verdict.low,
        verdict.high,
    )


def _of(lineup: Lineup, decided: Sequence[Seen], which: str) -> list[Seen]:
    """Decisions of an arm since the lineup began, by the policy that stands there."""
    stands = {"challenger": lineup.challenger, "former": lineup.former}.get(which, lineup.champion)
    return [
        one
        for one in decided
        if (lineup.at is None or one.at >= lineup.at)
        and arm(lineup, one.user) == which
        and one.policy.partition("@")[0] == stands
    ]


def _arm(lineup: Lineup, decided: Sequence[Seen], which: str) -> Arm:
    rows = [one for one in _of(lineup, decided, which) if one.value is not None]
    return Arm(np.array([one.value for one in rows], dtype=float), _people(rows))


def _rails(lineup: Lineup, decided: Sequence[Seen], which: str) -> dict[str, Arm]:
    rows = _of(lineup, decided, which)
    people = _people(rows)
    return {
        "dismissed": Arm(np.array([float(one.dismissed) for one in rows]), people),
        "quickly dismissed": Arm(np.array([float(one.burden) for one in rows]), people),
        "opted out": Arm(np.array([float(one.opted_out) for one in rows]), people),
    }


def _people(rows: Sequence[Seen]) -> Any:
    return np.unique([one.user for one in rows], return_inverse=True)[1] if rows else np.array([], dtype=int)


def _seen(one: Logged, quits: Mapping[str, Sequence[datetime]]) -> Seen:
    decision, reward = one.decision, one.reward
    at = decision.context.now
    return Seen(
        id=decision.id,
        user=one.user,
        policy=decision.policy,
        at=at,
        propensity=decision.propensity,
        value=None if reward is None else reward.value,
        dismissed=one.reaction == "dismiss",
        burden=reward is not None and reward.burden,
        opted_out=any(at <= left < at + QUIT_WITHIN for left in quits.get(one.user, ())),
    )
