"""Replays of the house's rule with what agents know of each task at the moment.

Printed as `oo replay` prints: `python -m benchmarks.informed HISTORY --at TIMES --json`; `OO_WEIGHTS` is a JSON object
of other constants of the rule, such as {"late": 0}.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from oo.contracts.agents import Value
from oo.contracts.decisions import UserView
from oo.contracts.features import Activity, UserHistory
from oo.contracts.ids import DecisionId, Ref
from oo.contracts.manifests import AgentManifest
from oo.contracts.serving import Standing
from oo.engine.activities import activities
from oo.engine.candidates import candidates, collapse
from oo.engine.history import BELOW, DAY_ENDS_AT, PARTS, History
from oo.engine.pipeline import decide
from oo.engine.policies.house import House
from oo.engine.when import day_of, zone_of
from oo.entry.commands.histories import lines_of, read_history
from oo.kernel.plugins import discover
from oo.ml.features.fold import fold, start
from oo.ml.features.opening import hydrated
from oo.ml.serving.local import Local

ALLOWED = Standing(consents=frozenset({"mood_habits", "task_titles", "calendar_times"}))


class Informed:
    """A past with its features folded and its agents' parameters inferred once a day."""

    def __init__(self, past: History, twin: History) -> None:
        self.past, self._twin = past, twin
        self._states, self._done = start(), list[Activity]()
        self._agents = Local(discover("agents", AgentManifest.model_validate).plugins)
        self._inferred_on, self._known = 0, dict[str, dict[str, Value]]()

    def apply(self, event: Mapping[str, Any]) -> None:
        """Take in the next event."""
        self._done += (fresh := list(activities(self._twin, [event])))
        fold(self._states, fresh)
        self.past.apply(event)

    async def view(self, now: datetime) -> UserView:
        """The moment, with what agents know of its tasks."""
        view = self.past.view(now)
        today = day_of(now, zone_of(self.past.offset), DAY_ENDS_AT).toordinal()
        if today != self._inferred_on:
            history = UserHistory(view.user, now, self.past.offset, today, tuple(self._done))
            found = await self._agents.infer(history=history)
            self._known = {agent: {key: one.value for key, one in values.items()} for agent, values in found.items()}
            self._inferred_on = today
        whole = hydrated(view, self._states, None, ALLOWED.consents, self._agents.features())
        known: dict[Ref, dict[str, float]] = {}
        for one in await self._agents.compute(view=whole, standing=ALLOWED, parameters=self._known):
            for ref in one.snippet.evidence if one.snippet else ():
                known.setdefault(ref, {})[one.agent] = one.snippet.confidence if one.snippet else 0.0
        return replace(view, known=known)


async def ranked(history: Path, at: Path) -> None:
    """Print a ranking for each instant."""
    past, events = read_history(history)
    informed, position = Informed(past, read_history(history)[0]), 0
    house = replace(House(), **json.loads(os.environ.get("OO_WEIGHTS", "{}")))
    for text, now in _times(at):
        while position < len(events) and events[position]["at"] < now:
            informed.apply(events[position])
            position += 1
        view = await informed.view(now)
        found = collapse(candidates(view), past._alike, zone_of(past.offset))
        decision = decide(view, found, PARTS, house, house.initial(), id=DecisionId(text), seed=0)
        kept = {one.id for one in decision.candidates}
        out = [one for one in found if one.id not in kept]
        scored = [*zip(decision.candidates, decision.estimates, strict=True)]
        below = house.estimates(house.initial(), view.context, out)
        scored += [(one, value - BELOW) for one, value in zip(out, below, strict=True)]
        ranking = [{"task": task, "score": value} for one, value in scored for task in (one.id, *one.also)]
        print(json.dumps({"at": text, "ranking": ranking}, separators=(",", ":")))


def _times(path: Path) -> Iterator[tuple[str, datetime]]:
    for _, line in lines_of(path):
        yield line, datetime.fromisoformat(line)


if __name__ == "__main__":
    asyncio.run(ranked(Path(sys.argv[1]), Path(sys.argv[3])))
