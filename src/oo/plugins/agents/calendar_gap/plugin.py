"""Says what fits before the next meeting."""

from __future__ import annotations

from collections.abc import Mapping

from oo.contracts.agents import Inferred, Kit, Snippet
from oo.contracts.decisions import UserView
from oo.contracts.features import UserHistory
from oo.engine.candidates import topic
from oo.engine.when import today, zone_of

SHORTEST, LONGEST = 10.0, 180.0
"""Minutes: in less nothing is begun, and more is no gap but an afternoon."""
GETTING_THERE = 5.0
"""Minutes before a meeting that nobody has."""
_FIRST = ("overdue", "today", "soon", "important", "undated", "later")


class CalendarGap:
    """The free time before the next meeting, and a task that fits into it."""

    async def compute(self, view: UserView, kit: Kit) -> Snippet | None:
        """The most urgent task with a duration that fits; without one, the gap alone; silence when there is no gap."""
        free = view.features.get("free_minutes")
        until = view.context.free_until
        if free is None or until is None or not SHORTEST <= free <= LONGEST:
            return None
        room, zone, day = free - GETTING_THERE, zone_of(view.context.zone), today(view.context)
        fitting = [
            (_FIRST.index(topic(one, view.context, zone, day)), -one.minutes, one.ref, one.minutes)
            for one in view.facts
            if one.state == "open" and one.minutes is not None and 0 < one.minutes <= room
        ]
        # Until when, and not how many minutes: those would be others a minute later.
        t, end = kit.voice.t, kit.voice.clock(until)
        if not fitting:
            return Snippet(t("There is time until {time}.", time=end), {"until": end}, (), 0.5)
        _, _, ref, takes = min(fitting)
        text = t.plural(
            "{e1.title} takes about {count} minute, and there is time until {time}.",
            "{e1.title} takes about {count} minutes, and there is time until {time}.",
            takes,
            time=end,
        )
        return Snippet(text, {"until": end, "takes_minutes": float(takes)}, (ref,), 0.8)

    def infer(self, history: UserHistory) -> Mapping[str, Inferred]:
        """Nothing yet: sources don't say how long a task took."""
        return {}


plugin = CalendarGap()
"""The agent `calendar_gap`."""
