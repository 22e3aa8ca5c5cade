"""Says which recurring task slips from its usual rhythm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from statistics import median, quantiles

from oo.contracts.agents import Inferred, Kit, Snippet
from oo.contracts.decisions import UserView
from oo.contracts.features import UserHistory

TIMES = 3
"""Completions after which a recurring task is a habit."""
_LOOSEST = 4.0


class Habit:
    """Recurring tasks against their own usual gap.

    >>> from datetime import UTC, date, datetime
    >>> from oo.contracts.features import Activity
    >>> day = date(2026, 11, 21).toordinal()
    >>> past = tuple(Activity(datetime(2026, 11, 1, tzinfo=UTC), "completed", day - back, 9.0, series="plants")
    ...              for back in (29, 22, 15, 9, 1))
    >>> Habit().infer(UserHistory("u", datetime(2026, 11, 21, tzinfo=UTC), "UTC", day, past))["slips_after"].value
    1.1
    """

    async def compute(self, view: UserView, kit: Kit) -> Snippet | None:
        """The habit that slips most; silence when all keep their rhythm."""
        bound = kit.parameters["slips_after"]
        assert isinstance(bound, float)
        times = view.task_features.get("same_task_times", {})
        ratios = view.task_features.get("same_task_gap_ratio", {})
        slipping = sorted(
            (ref for ref, ratio in ratios.items() if ratio > bound and times.get(ref, 0) >= TIMES),
            key=lambda ref: (-ratios[ref], ref),
        )
        known = {one.ref: one.ref for one in view.facts}
        evidence = tuple(known[ref] for ref in slipping if ref in known)  # type: ignore[index]
        if not evidence:
            return None
        ratio = round(ratios[evidence[0]], 1)
        text = kit.voice.t("{e1.title} is past its usual rhythm.")
        named = {"gap_ratio": ratio, "slipping": float(len(evidence))}
        why = kit.voice.t("it is past its usual rhythm")
        return Snippet(text, named, evidence[:3], min(1.0, ratio / 4), why)

    def infer(self, history: UserHistory) -> Mapping[str, Inferred]:
        """The ratio of a gap to the usual gap of its series that nine in ten of this person's gaps stay below."""
        days: dict[str, list[int]] = defaultdict(list)
        for one in history.of("completed"):
            if one.series is not None:
                days[one.series].append(one.day)
        ratios: list[float] = []
        for each in days.values():
            gaps = [later - earlier for earlier, later in pairwise(each) if later > earlier]
            if len(gaps) >= TIMES - 1:
                ratios += [gap / median(gaps) for gap in gaps]
        if len(ratios) < TIMES:
            return {}
        bound = min(max(quantiles(ratios, n=10, method="inclusive")[-1], 1.1), _LOOSEST)
        n = sum(len(each) for each in days.values())
        return {"slips_after": Inferred(round(bound, 2), n, round(n / (n + 20), 2), {"series": float(len(days))})}


plugin = Habit()
"""The agent `habit`."""
