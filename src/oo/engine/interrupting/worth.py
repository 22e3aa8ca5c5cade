"""What the best tip is worth now, and what waiting might bring: shares of tips acted on, drawn to what is usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

USUAL: Mapping[str, float] = {
    "overdue": 0.5,
    "today": 0.5,
    "important": 0.45,
    "soon": 0.35,
    "undated": 0.25,
    "later": 0.2,
}
"""The share of tips acted on by topic before anything is known of a person; a guess, which a dozen tips outweigh."""
ELSE = 0.3
WEIGHT = 6.0
"""What is usual counts as this many tips."""


def value_now(topic: str, acted: int, shown: int) -> float:
    """The share of this person's tips of a topic that they act on.

    >>> value_now("overdue", 0, 0), round(value_now("overdue", 0, 12), 3)
    (0.5, 0.167)
    """
    return (USUAL.get(topic, ELSE) * WEIGHT + acted) / (WEIGHT + shown)


def value_later(values: Sequence[float], now: float) -> float:
    """What the best tip of the rest of the day is worth, from what it was on past days; without any, as much as now.

    >>> value_later([0.2, 0.4], 0.5), value_later([], 0.5)
    (0.4, 0.5)
    """
    return (now * 2 + sum(values)) / (2 + len(values))


def reward_of(verb: str | None, minutes: float) -> float:
    """What came of a moment within half an hour: 1 for done, .3 for a snooze, 0 for the rest; sent or not.

    >>> reward_of("done", 12), reward_of("done", 45), reward_of("dismiss", 1)
    (1.0, 0.0, 0.0)
    """
    if not 0 <= minutes <= JUST_IN_TIME_MINUTES:
        return 0.0
    return {"done": 1.0, "snooze": 0.3}.get(verb or "", 0.0)


JUST_IN_TIME_MINUTES = 30.0
"""A tip acted on within this was just in time (Nahum-Shani et al. 2018; the proximal outcome of HeartSteps)."""
