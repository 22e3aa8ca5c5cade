"""Says how today compares with this person's normal, as a z-score in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from statistics import fmean, pstdev

from oo.contracts.agents import Inferred, Kit, Snippet, Value
from oo.contracts.decisions import UserView
from oo.contracts.features import UserHistory

BASELINE_DAYS = 28
WEEK = 7
STRONG, QUIET = 1.0, -1.0
"""Standard deviations from the normal day at which there is something to say."""
EVENING = 17.0
"""Before this hour a day isn't quiet yet, it is young."""
_LEAST_STDEV = 0.5
"""A person who does the same every day isn't far from it after one task more."""


class Momentum:
    """Today's completions against the last 28 days.

    >>> from datetime import UTC, date, datetime
    >>> from oo.contracts.features import Activity
    >>> day = date(2026, 11, 21).toordinal()
    >>> past = tuple(Activity(datetime(2026, 11, 1, tzinfo=UTC), "completed", day - back, 9.0)
    ...              for back in range(1, 29) for _ in range(2 + back % 3))
    >>> found = Momentum().infer(UserHistory("u", datetime(2026, 11, 21, tzinfo=UTC), "UTC", day, past))
    >>> found["baseline_completions_per_day"].value, found["stdev"].value
    (3.0, 0.8)
    """

    async def compute(self, view: UserView, kit: Kit) -> Snippet | None:
        """A strong day as soon as it is one, a quiet one in the evening; silence on a normal one."""
        normal, stdev = kit.parameters["baseline_completions_per_day"], kit.parameters["stdev"]
        assert isinstance(normal, float) and isinstance(stdev, float)
        done = view.features.get("completions_today")
        if done is None or normal <= 0:
            return None
        z = round((done - normal) / max(stdev, _LEAST_STDEV), 1)
        t = kit.voice.t
        if z >= STRONG:
            text = t("A strong day: {done} done, {normal} is normal.", done=int(done), normal=round(normal))
        elif z <= QUIET and view.context.hour >= EVENING:
            text = t("A quiet day: {done} done, {normal} is normal.", done=int(done), normal=round(normal))
        else:
            return None
        facts: dict[str, Value] = {"done": done, "normal": float(round(normal)), "z": z}
        # A quiet day bears on how to speak, and is nothing to be told of.
        return Snippet(text, facts, confidence=min(1.0, abs(z) / 3), insight=z >= STRONG)

    def infer(self, history: UserHistory) -> Mapping[str, Inferred]:
        """Mean and spread of the days before today, and how the last week differs from those before."""
        counts = _daily(history)
        if len(counts) < WEEK:
            return {}
        n, days = sum(counts), {"days": float(len(counts))}
        sure = round(len(counts) / BASELINE_DAYS, 2)
        found = {
            "baseline_completions_per_day": Inferred(round(fmean(counts), 2), n, sure, days),
            "stdev": Inferred(round(pstdev(counts), 2), n, sure, days),
        }
        if len(counts) >= 2 * WEEK:
            trend = fmean(counts[-WEEK:]) - fmean(counts[:-WEEK])
            found["engagement_trend"] = Inferred(round(trend, 2), n, sure, days)
        return found


def _daily(history: UserHistory) -> list[int]:
    """Completions of each of the last 28 days before today, from the first day on which anything happened."""
    if not history.activities:
        return []
    first = max(min(one.day for one in history.activities), history.today - BASELINE_DAYS)
    per_day = Counter(one.day for one in history.of("completed"))
    return [per_day[day] for day in range(first, history.today)]


plugin = Momentum()
"""The agent `momentum`."""
