"""Stand-ins for what is known of a person: consents, contexts, agents and inferences, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from oo.contracts.agents import Value
from oo.contracts.consents import CONSENTS, ConsentView, Preview
from oo.contracts.contexts import CONTEXTS, ContextRule, ContextView
from oo.contracts.errors import NotFound
from oo.contracts.ids import UserId
from oo.contracts.items import Busy
from oo.contracts.knowledge import Known
from oo.contracts.serving import AgentView, ParameterView, Standing
from oo.kernel.clock import Clock

HOUR = ParameterView("preferred_hour", "completions", 20, 9.0, "h", "Your best hour is about {value}.")
NORMAL = ParameterView("baseline_completions_per_day", "completions", 14, 0.0, "", "A normal day is {value} things.")
FREE = ParameterView("free_weekdays", "completions", 30, (), "weekday", "{value} are off.")
AGENTS = (
    AgentView("momentum", "Momentum", "Says how today compares.", "1", "live", 60, ("mood_habits",), (), (), (NORMAL,)),
    AgentView(
        "recent_patterns", "Recent patterns", "Says what this weekday is like.", "1", "live", 60, (), (), (), (FREE,)
    ),
    AgentView("time_of_day", "Time of day", "Says whether this is a good hour.", "1", "live", 60, (), (), (), (HOUR,)),
)


@dataclass
class StandInPerson:
    """Keeps what pages change, and counts what a consent took along."""

    clock: Clock
    allowed: dict[str, bool] = field(default_factory=lambda: {str(key): on for key, on in CONSENTS.items()})
    on: dict[str, bool | None] = field(default_factory=dict)
    rules: dict[str, ContextRule | None] = field(
        default_factory=lambda: {"work": ContextRule((0, 1, 2, 3, 4), time(9), time(18))}
    )
    off: set[str] = field(default_factory=set)
    knows: dict[tuple[str, str], Known] = field(default_factory=dict)
    previewed: list[str] = field(default_factory=list)
    registered: Sequence[AgentView] = AGENTS

    def __post_init__(self) -> None:
        at = self.clock.now()
        for scope, key, value, n, days in (
            ("momentum", "baseline_completions_per_day", 4.2, 112, 28),
            ("recent_patterns", "free_weekdays", (6.0,), 84, 28),
            ("time_of_day", "preferred_hour", 9.0, 84, 28),
        ):
            self.knows[scope, key] = Known(scope, key, value, "inferred", at, n, 0.7, {"days": float(days)})

    async def consents(self, *, user: UserId) -> list[ConsentView]:
        return [ConsentView(key, self.allowed[key]) for key in CONSENTS]

    async def granted(self, *, user: UserId) -> frozenset[str]:
        return frozenset(key for key, on in self.allowed.items() if on)

    async def consent(self, *, user: UserId, key: str, granted: bool) -> int:
        self.allowed[key] = granted
        return 0 if granted else 58

    async def preview(self, *, user: UserId, key: str) -> Preview:
        self.previewed.append(key)
        return Preview(58, 2, ("Water the plants",)) if key == "mood_habits" else Preview()

    async def contexts(self, *, user: UserId, busy: Sequence[Busy] = ()) -> list[ContextView]:
        views = []
        for name in CONTEXTS:
            on = bool(self.on.get(name))
            views.append(ContextView(name, on, "person" if on else "", None, self.rules.get(name), ()))
        return views

    async def put(self, *, user: UserId, context: str, on: bool | None, until: datetime | None = None) -> None:
        self.on[context] = on

    async def rule(self, *, user: UserId, context: str, rule: ContextRule | None) -> None:
        self.rules[context] = rule

    async def switch(self, *, user: UserId, agent: str, on: bool) -> None:
        (self.off.discard if on else self.off.add)(agent)

    async def standing(self, *, user: UserId, busy: Sequence[Busy] = ()) -> Standing:
        return Standing(await self.granted(user=user), frozenset(), frozenset(self.off))

    def registry(self) -> Sequence[AgentView]:
        return self.registered

    async def known(self, *, user: UserId) -> list[Known]:
        return list(self.knows.values())

    async def say(self, *, user: UserId, scope: str, key: str, value: Value) -> Known:
        if (scope, key) not in self.knows:
            raise NotFound
        known = replace(self.knows[scope, key], value=value, source="user", evidence={})
        self.knows[scope, key] = known
        return known

    async def unlearn(self, *, user: UserId, scope: str, key: str) -> None:
        if self.knows.pop((scope, key), None) is None:
            raise NotFound
