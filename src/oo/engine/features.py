"""Candidates as vectors: the only place where facts and a moment become numbers that a policy learns from.

Pure and exact in time: a vector follows from the context and the candidates of one decision, so a logged row has it
too. Values stay within ±`LARGEST`, whatever a source says.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from math import cos, exp, isfinite, log, log1p, pi, sin
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from oo.contracts.decisions import Candidate, Context
from oo.engine.when import days_since

if TYPE_CHECKING:
    from oo.contracts.policies import Array

Vectors: TypeAlias = Callable[[Context, Sequence[Candidate]], "Array"]
"""Gives the candidates' feature vectors, (K, d)."""

LARGEST = 8.0
PROFILE = ("completion_rate", "dismiss_rate", "dwell", "preferred_hour", "tip_volume")
"""Features of the person that `v2` reads from the context's profile; 0 where unknown."""

V1 = ("is_overdue", "task_age_days", "priority", "hour_sin", "hour_cos", "weekday_sin", "weekday_cos")
V2 = (*V1, *PROFILE)

_KINDS = ("advice", "insight", "reminder")
_KIND_FLAGS = {kind: tuple(float(kind == one) for one in _KINDS) for kind in ("task", *_KINDS)}
_TASK = (
    "age",
    "due",
    "dated",
    "priority",
    "marked",
    "started",
    "series",
    "labels",
    "here",
    "several",
    "crowd",
    "short",
)
LIFE = ("bias", *_KINDS, *_TASK, *(f"{name}_by_day" for name in _TASK))
"""What `life` holds: a bias, the kind, and twelve features of a task twice: always, and while the day is under way."""

_UNKNOWN_AGE, _LEAD, _WIDTH, _BEGUN = 7.0, 1.5, 0.75, 2.0


def v1(context: Context, candidates: Sequence[Candidate]) -> Array:
    """Seven numbers a candidate: overdue, age in quarters of a year, priority and the moment; 50 µs for 50."""
    since = days_since(context)
    moment = (*_circle(context.hour / 24), *_circle(context.weekday / 7))
    rows = []
    for one in candidates:
        facts = one.facts
        late = facts.due is not None and since(facts.due) > 0
        rows.append((float(late), min(_age(facts.added, since), 365.0) / 90, facts.priority / 3, *moment))
    return _bounded(rows, len(V1))


def v2(context: Context, candidates: Sequence[Candidate]) -> Array:
    """Those of `v1` and five of the person (`PROFILE`), which are the same for every candidate."""
    about = [context.profile.get(name, 0.0) for name in PROFILE]
    person = np.clip([value if isfinite(value) else 0.0 for value in about], -LARGEST, LARGEST)
    first = v1(context, candidates)
    return np.hstack([first, np.tile(person, (len(first), 1))])


def life(context: Context, candidates: Sequence[Candidate]) -> Array:
    """Twenty-eight numbers a candidate (`LIFE`); 85 µs for 50.

    `due` rises from 0 to 1 as the date comes near, as in the house's rule; `marked` has any priority; `here` is of the
    project in which something was finished last; `several` open items stand behind it; `crowd` is how many candidates
    its project has; `short` is above 0 for what takes less than half an hour, below for what takes longer. At the start
    of a person's day the second half is 0; two hours later it equals the first. So a day as a whole and the next thing
    in it are learnt together where they agree, and apart where they don't.

    >>> from datetime import UTC, date, datetime
    >>> from oo.contracts.ids import Ref
    >>> from oo.contracts.items import Facts
    >>> from oo.engine.when import context
    >>> facts = Facts(Ref("a"), "1", added=date(2026, 11, 18), due=date(2026, 11, 21), priority=3)
    >>> moment = context(datetime(2026, 11, 21, 0, tzinfo=UTC), "Europe/Berlin")
    >>> found = life(moment, [Candidate("a", "task", "today", facts)])[0]
    >>> [(name, round(float(value), 3)) for name, value in zip(LIFE, found) if value][:4]
    [('bias', 1.0), ('age', 1.397), ('due', 0.887), ('dated', 1.0)]
    """
    since, here = days_since(context), context.last_project
    begun = min(max((context.now - context.day_start).total_seconds() / 3600 / _BEGUN, 0.0), 1.0)
    crowds = Counter([one.facts.project for one in candidates])
    found: list[float] = []
    for one in candidates:
        facts, kind = one.facts, one.kind
        project, priority, added = facts.project, facts.priority, facts.added
        due = dated = 0.0
        if facts.due is not None:
            near = min(max((since(facts.due) + _LEAD) / _WIDTH, -50.0), 50.0)
            due, dated = 1.0 / (1.0 + exp(-near)), 1.0
        found += (
            1.0,
            *_KIND_FLAGS[kind],
            min(log1p(_UNKNOWN_AGE if added is None else max(since(added), 0.0)), LARGEST),
            due,
            dated,
            min(max(priority / 3, -LARGEST), LARGEST),
            1.0 if priority > 0 else 0.0,
            1.0 if facts.started else 0.0,
            1.0 if facts.series is not None else 0.0,
            min(max(facts.labels, 0), 3) / 3,
            1.0 if here is not None and project == here else 0.0,
            min(log1p(len(one.also)), LARGEST) if one.also else 0.0,
            min(log(crowds[project]), LARGEST) if project is not None else 0.0,
            exp(-min(max(facts.minutes, 0), 600) / 45) - 0.5 if facts.minutes is not None else 0.0,
        )
    about, task = 1 + len(_KINDS), len(_TASK)
    x = np.empty((len(candidates), about + 2 * task))
    x[:, : about + task] = np.frombuffer(array("d", found)).reshape(len(candidates), about + task)
    np.multiply(x[:, about : about + task], begun, out=x[:, about + task :])
    return x


def _age(added: object, since: Callable[..., float]) -> float:
    return _UNKNOWN_AGE if added is None else max(since(added), 0.0)


def _circle(share: float) -> tuple[float, float]:
    return sin(2 * pi * share), cos(2 * pi * share)


def _bounded(rows: Sequence[Sequence[float]], width: int) -> Array:
    found: Array = np.array(rows, dtype=float).reshape(len(rows), width)
    return np.minimum(np.maximum(found, -LARGEST), LARGEST)
