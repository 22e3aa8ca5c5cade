"""Says what this weekday and this part of the day are usually like for this person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean

from oo.contracts.agents import Inferred, Kit, Snippet
from oo.contracts.decisions import UserView
from oo.contracts.features import Activity, UserHistory

WANTED = 30
"""Completions that the lookback is sized to hold."""
SPOKEN = 0.5
"""Peak over mean, less one, above which a cycle is worth words (product.md)."""
PARTS = 4
"""Night, morning, afternoon, evening: six hours each."""
SHORTEST, LONGEST = 14, 90
_OFF_WEEKS = 4
"""A weekday without a single completion in this many weeks is off."""


class RecentPatterns:
    """The rhythm of the week and of the day.

    >>> from datetime import UTC, date, datetime
    >>> day = date(2026, 11, 21).toordinal()
    >>> past = tuple(Activity(datetime(2026, 11, 1, tzinfo=UTC), "completed", day - back, 9.0)
    ...              for back in range(1, 43) if (day - back - 1) % 7 < 5 for _ in range(2))
    >>> found = RecentPatterns().infer(UserHistory("u", datetime(2026, 11, 21, tzinfo=UTC), "UTC", day, past))
    >>> found["weekly_cycle"].value, found["daily_cycle"].value, found["lookback_days"].value
    (0.4, 3.0, 21.0)
    """

    async def compute(self, view: UserView, kit: Kit) -> Snippet | None:
        """A word on the weekday, or on the part of the day, when its cycle is marked; silence else."""
        weekday, part = float(view.context.weekday), float(int(view.context.hour * PARTS / 24))
        weekly, daily = kit.parameters["weekly_cycle"], kit.parameters["daily_cycle"]
        days, parts, free = (kit.parameters[name] for name in ("strong_weekdays", "strong_parts", "free_weekdays"))
        assert isinstance(weekly, float) and isinstance(daily, float)
        assert isinstance(days, tuple) and isinstance(parts, tuple) and isinstance(free, tuple)
        t = kit.voice.t
        if weekday in free:
            return _insight(t("This weekday is usually off."), 0.8, weekday=weekday)
        if weekly > SPOKEN and weekday in days:
            text = t("More than usual gets done on this weekday.")
            return _insight(text, 0.7, weekday=weekday, weekly_cycle=weekly)
        if daily > SPOKEN and part in parts:
            return _insight(t("Most gets done at this time of day."), 0.6, part=part, daily_cycle=daily)
        return None

    def infer(self, history: UserHistory) -> Mapping[str, Inferred]:
        """How far to look back, and how marked each cycle is in that time: the peak over the mean, less one."""
        done = history.of("completed")
        days = _lookback(done, history.today)
        recent = [one for one in done if history.today - days <= one.day < history.today]
        if len(recent) < WANTED:  # even the longest look back holds too little to speak of weekdays
            return {}
        n, seen = len(recent), {"days": float(days)}
        sure = round(min(1.0, n / (2 * WANTED)), 2)
        week, day = (
            Counter(one.weekday for one in recent),
            Counter(int(one.hour * PARTS / 24) for one in recent if one.timed),
        )
        by_weekday, by_part = [week[one] for one in range(7)], [day[one] for one in range(PARTS)]
        free = [float(one) for one in range(7) if by_weekday[one] == 0] if days >= 7 * _OFF_WEEKS else []
        return {
            "lookback_days": Inferred(float(days), n, sure, seen),
            "weekly_cycle": Inferred(_cycle(by_weekday), n, sure, seen),
            "daily_cycle": Inferred(_cycle(by_part), n, sure, seen),
            "strong_weekdays": Inferred(_strong(by_weekday), n, sure, seen),
            "strong_parts": Inferred(_strong(by_part), n, sure, seen),
            "free_weekdays": Inferred(tuple(free), n, sure, seen),
        }


def _insight(text: str, sure: float, **facts: float) -> Snippet:
    return Snippet(text, facts, confidence=sure, insight=True)


def _lookback(done: Sequence[Activity], today: int) -> int:
    """Whole weeks before today that hold at least 30 completions, two to thirteen of them."""
    for days in range(SHORTEST, LONGEST + 1, 7):
        if sum(today - days <= one.day < today for one in done) >= WANTED:
            return days
    return LONGEST


def _cycle(counts: Sequence[int]) -> float:
    return round(max(counts) / fmean(counts) - 1, 2) if sum(counts) else 0.0


def _strong(counts: Sequence[int]) -> tuple[float, ...]:
    """Those that are half as full as the mean above it."""
    return tuple(float(place) for place, count in enumerate(counts) if count > (1 + SPOKEN) * fmean(counts))


plugin = RecentPatterns()
"""The agent `recent_patterns`."""
