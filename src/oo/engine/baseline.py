"""How often a task is completed without being shown: what a tip has to be better than.

Estimated on candidates that were eligible and not chosen, which every decision logs; by topic, drawn toward the person
where a topic has little, and toward a shipped value where the person has little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from oo.contracts.decisions import Decision, Topic
from oo.contracts.ids import Ref

DAY, WEEK = timedelta(days=1), timedelta(days=7)
STRENGTH = 20.0
"""How many exposures the level above counts as."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The chance that a task which is not shown is completed in its source within a day, and within a week."""

    day: float
    week: float


NOTHING_KNOWN = Baseline(day=0.05, week=0.2)
"""Before anything was seen of a person: a guess on the low side of open histories, so that little is taken away."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """One eligible candidate on one of the person's days that was not the tip."""

    topic: Topic
    watched: timedelta
    """How long it is known what became of it."""
    completed_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Baselines:
    """A person's baselines by topic."""

    overall: Baseline = NOTHING_KNOWN
    topics: Mapping[Topic, Baseline] = field(default_factory=lambda: MappingProxyType({}))
    exposures: int = 0

    def of(self, topic: Topic) -> Baseline:
        """The baseline of a topic."""
        return self.topics.get(topic, self.overall)


def estimate(exposures: Iterable[Exposure]) -> Baselines:
    """Baselines from exposures; one that is not watched for long enough says nothing about that span.

    >>> seen = [Exposure("today", WEEK, timedelta(hours=2))] * 20 + [Exposure("undated", WEEK)] * 60
    >>> found = estimate(seen)
    >>> round(found.overall.day, 3), round(found.of("today").day, 3), round(found.of("undated").day, 3)
    (0.21, 0.605, 0.053)
    """
    many = list(exposures)
    overall = _shrunk(many, NOTHING_KNOWN)
    by_topic: dict[Topic, list[Exposure]] = defaultdict(list)
    for one in many:
        by_topic[one.topic].append(one)
    topics = {topic: _shrunk(some, overall) for topic, some in by_topic.items()}
    return Baselines(overall, MappingProxyType(topics), len(many))


def exposures(
    decisions: Iterable[Decision], completed: Mapping[Ref, Iterable[timedelta]], now: timedelta
) -> list[Exposure]:
    """Every candidate that was eligible and not chosen, once for each of the person's days.

    `completed` says when each task was completed and `now` when it is, as time since 1970; a task that was the tip on
    that day is left out, as it was shown.
    """
    shown: set[tuple[datetime, str]] = set()
    first: dict[tuple[datetime, str], tuple[timedelta, Topic]] = {}
    for decision in decisions:
        day, at = decision.context.day_start, timedelta(seconds=decision.context.now.timestamp())
        for index, candidate in enumerate(decision.candidates):
            if not candidate.has_task:  # nothing there could be completed
                continue
            key = (day, candidate.facts.ref)
            if index == decision.chosen:
                shown.add(key)
            first.setdefault(key, (at, candidate.topic))
    found: list[Exposure] = []
    for (day, ref), (at, topic) in first.items():
        if (day, ref) not in shown:
            later = [moment - at for moment in completed.get(Ref(ref), ()) if moment >= at]
            found.append(Exposure(topic, now - at, min(later, default=None)))
    return found


def _shrunk(some: Iterable[Exposure], toward: Baseline) -> Baseline:
    many = list(some)
    day = _share(many, DAY, toward.day)
    return Baseline(day, max(day, _share(many, WEEK, toward.week)))


def _share(some: Iterable[Exposure], span: timedelta, toward: float) -> float:
    watched = [one for one in some if one.watched >= span]
    did = sum(1 for one in watched if one.completed_after is not None and one.completed_after <= span)
    return (did + STRENGTH * toward) / (len(watched) + STRENGTH)
