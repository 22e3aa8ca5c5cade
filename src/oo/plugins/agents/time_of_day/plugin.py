"""Says whether this is a good hour for this person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oo.contracts.agents import Inferred, Kit, Snippet
from oo.contracts.decisions import UserView
from oo.contracts.features import UserHistory

HOURS = 24
PEAK = HOURS // 4
"""The top quartile of hours, as a number of them."""


class TimeOfDay:
    """The hours at which this person finishes things.

    >>> from datetime import UTC, date, datetime
    >>> from oo.contracts.features import Activity
    >>> day = date(2026, 11, 21).toordinal()
    >>> past = tuple(Activity(datetime(2026, 11, 1, tzinfo=UTC), "completed", day - back, hour)
    ...              for back in range(1, 11) for hour in (9.2, 9.8, 10.5, 20.0))
    >>> found = TimeOfDay().infer(UserHistory("u", datetime(2026, 11, 21, tzinfo=UTC), "Europe/Berlin", day, past))
    >>> found["preferred_hour"].value, found["peak_hours"].value, found["quiet_start"].value, found["quiet_end"].value
    (9.0, (9.0, 10.0, 20.0), 21.0, 9.0)
    """

    async def compute(self, view: UserView, kit: Kit) -> Snippet | None:
        """A good hour or a quiet one; silence at all others, and while nothing is known."""
        peaks, hour = kit.parameters["peak_hours"], float(int(view.context.hour))
        start, end = kit.parameters["quiet_start"], kit.parameters["quiet_end"]
        assert isinstance(peaks, tuple) and isinstance(start, float) and isinstance(end, float)
        if not peaks:
            return None
        if hour in peaks:
            text, why = kit.voice.t("This is one of your good hours."), kit.voice.t("this is one of your good hours")
            return Snippet(text, {"peak": True}, confidence=0.8, why=why, insight=True)
        if _within(hour, start, end):
            return Snippet(kit.voice.t("Little gets done at this hour."), {"quiet": True}, confidence=0.6)
        return None

    def infer(self, history: UserHistory) -> Mapping[str, Inferred]:
        """The fullest hour, the fullest quarter of hours, the longest run of hours below the mean, and the zone."""
        finished = history.of("completed")
        done = [one for one in finished if one.timed]
        counts = [0] * HOURS
        for one in done:
            counts[int(one.hour) % HOURS] += 1
        if not done:
            return {"tz": Inferred(history.zone, len(finished), 1.0)} if finished else {}
        n, days = len(done), {"days": float(history.today - min(one.day for one in done))}
        sure = round(n / (n + 30), 2)
        best = max(range(HOURS), key=lambda hour: (_around(counts, hour), -hour))
        ranked = sorted(range(HOURS), key=lambda hour: (-counts[hour], hour))[:PEAK]
        peaks = tuple(float(hour) for hour in sorted(ranked) if counts[hour] > n / HOURS)
        start, length = _longest_below(counts, n / HOURS)
        return {
            "preferred_hour": Inferred(float(best), n, sure, days),
            "peak_hours": Inferred(peaks, n, sure, days),
            "quiet_start": Inferred(float(start), n, sure, days),
            "quiet_end": Inferred(float((start + length) % HOURS), n, sure, days),
            "tz": Inferred(history.zone, n, 1.0),
        }


def _around(counts: Sequence[int], hour: int) -> float:
    """An hour with half of its neighbours'."""
    return counts[hour] + (counts[hour - 1] + counts[(hour + 1) % HOURS]) / 2


def _longest_below(counts: Sequence[int], mean: float) -> tuple[int, int]:
    """The start and length of the longest run of hours below the mean, around midnight too; of equals the later."""
    best = (0, 0)
    for start in range(HOURS):
        length = 0
        while length < HOURS and counts[(start + length) % HOURS] < mean:
            length += 1
        if length >= best[1]:
            best = (start, length)
    return best


def _within(hour: float, start: float, end: float) -> bool:
    return start <= hour < end if start <= end else hour >= start or hour < end


plugin = TimeOfDay()
"""The agent `time_of_day`."""
