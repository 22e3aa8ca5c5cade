"""The profile features: what a person's past says of them now, each from the states of reducers."""

from __future__ import annotations

from statistics import fmean, median, pstdev

from oo.ml.features.fold import At, States
from oo.ml.features.reducers.days import window
from oo.ml.features.reducers.hours import by_hour, by_weekday

MONTH = 28
"""Four weeks, so that every weekday counts the same."""
WEEK = 7
_FEWEST_HOURS = 5.0
"""Completions, as of today, below which no hour is anybody's."""
_PRIOR = 2.0
"""Reactions that a rate is given beforehand at its usual value, so that one reaction isn't a habit."""
USUAL_DONE, USUAL_DISMISSED, USUAL_SNOOZED = 0.5, 0.25, 0.25


def completion_rate(states: States, at: At) -> float | None:
    """The share of reactions that were "done", of the last 28 days; drawn toward one half while there are few."""
    return _rate(states, at, "done", USUAL_DONE)


def dismiss_rate(states: States, at: At) -> float | None:
    """The share of reactions that were "not this", of the last 28 days; drawn toward a quarter."""
    return _rate(states, at, "dismissed", USUAL_DISMISSED)


def snooze_rate(states: States, at: At) -> float | None:
    """The share of reactions that were "later", of the last 28 days; drawn toward a quarter."""
    return _rate(states, at, "snoozed", USUAL_SNOOZED)


def reactions(states: States, at: At) -> float | None:
    """Reactions of the last 28 days."""
    return float(sum(sum(window(states["days"], verb, at.today, MONTH)) for verb in ("done", "snoozed", "dismissed")))


def dwell_seconds(states: States, at: At) -> float | None:
    """The median of the last 50 times that a tip was looked at before it was answered."""
    dwell = states["looking"]["dwell"]
    return median(dwell) if dwell else None


def tips_per_day(states: States, at: At) -> float | None:
    """Tips that were shown a day, over the last seven days."""
    served = window(states["days"], "served", at.today, WEEK)
    return sum(served) / WEEK if served else None


def completions_today(states: States, at: At) -> float | None:
    """Tasks finished today, by the person's own day."""
    counts = window(states["days"], "completed", at.today, 1)
    return float(counts[0]) if counts else None


def completions_per_day(states: States, at: At) -> float | None:
    """The mean of tasks finished a day over the last 28 days before today."""
    counts = window(states["days"], "completed", at.today, MONTH, skip=1)
    return fmean(counts) if counts else None


def completions_spread(states: States, at: At) -> float | None:
    """The standard deviation of that number over the same days."""
    counts = window(states["days"], "completed", at.today, MONTH, skip=1)
    return pstdev(counts) if len(counts) > 1 else None


def engagement_trend(states: States, at: At) -> float | None:
    """Completions a day in the last week against the three weeks before, as a difference; None before two weeks."""
    counts = window(states["days"], "completed", at.today, MONTH, skip=1)
    return fmean(counts[-WEEK:]) - fmean(counts[:-WEEK]) if len(counts) >= 2 * WEEK else None


def active_days(states: States, at: At) -> float | None:
    """Days of the last 28 before today on which something was finished."""
    return float(sum(count > 0 for count in window(states["days"], "completed", at.today, MONTH, skip=1)))


def preferred_hour(states: States, at: At) -> float | None:
    """The hour of day around which most gets finished: the middle of the fullest three hours in a row."""
    hours = by_hour(states["hours"], at.today)
    if sum(hours) < _FEWEST_HOURS:
        return None
    fullness = [hours[hour - 1] + 2 * hours[hour] + hours[(hour + 1) % 24] for hour in range(24)]
    return float(max(range(24), key=lambda hour: fullness[hour]))


def daily_cycle(states: States, at: At) -> float | None:
    """How uneven the hours are: the peak over the mean, less one, of waking life's hours in blocks of three."""
    hours = by_hour(states["hours"], at.today)
    return _unevenness([sum(hours[start : start + 3]) for start in range(0, 24, 3)])


def weekly_cycle(states: States, at: At) -> float | None:
    """How uneven the weekdays are: the peak over the mean, less one."""
    return _unevenness(by_weekday(states["hours"], at.today))


def hours_since_tip(states: States, at: At) -> float | None:
    """Hours since a tip was shown last."""
    return _since(states, at, "served")


def hours_since_completion(states: States, at: At) -> float | None:
    """Hours since a task was finished last."""
    return _since(states, at, "completed")


def hours_since_reaction(states: States, at: At) -> float | None:
    """Hours since a tip was answered last."""
    hours = [hours for verb in ("done", "snoozed", "dismissed") if (hours := _since(states, at, verb)) is not None]
    return min(hours, default=None)


def lateness_days(states: States, at: At) -> float | None:
    """The median of how late the last 100 tasks with a date were finished, in days; below 0 is early."""
    late = states["lateness"]["all"]
    return median(late) if late else None


def lifetime_days(states: States, at: At) -> float | None:
    """The median age at which the last 100 tasks were finished, in days."""
    lived = states["lateness"]["lived"]
    return median(lived) if lived else None


def quick_dismissals(states: States, at: At) -> float | None:
    """The share of answers that were "not this" within two seconds: a sign of burden."""
    looking = states["looking"]
    return looking["quick"] / looking["n"] if looking["n"] else None


def _rate(states: States, at: At, verb: str, usual: float) -> float | None:
    counts = {one: sum(window(states["days"], one, at.today, MONTH)) for one in ("done", "snoozed", "dismissed")}
    total = sum(counts.values())
    return (counts[verb] + _PRIOR * usual) / (total + _PRIOR) if total else None


def _since(states: States, at: At, verb: str) -> float | None:
    last = states["recent"].get(verb)
    return None if last is None else max(0.0, (at.seconds - last) / 3600)


def _unevenness(weights: list[float]) -> float | None:
    total = sum(weights)
    return max(weights) * len(weights) / total - 1.0 if total >= _FEWEST_HOURS else None
