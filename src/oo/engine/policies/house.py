"""The house's default rule: what is due about now, young, begun or of the project at hand, as one readable sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from math import exp, log1p

from oo.contracts.decisions import Candidate, Context, Decision
from oo.contracts.policies import State
from oo.engine.policies.rules import best_evenly, content_hash
from oo.engine.when import days_since

_WEIGHTS = {"overdue_task": "late", "habit": "slipping", "focus_area": "focus", "calendar_gap": "fitting"}


@dataclass(frozen=True, slots=True)
class House:
    """Log-odds of being done next, as a sum of few terms; 70 µs for 50 candidates.

    The constants are those of a conditional logit ("which of these was done next?") on eight open histories of real
    people, rounded; each history weighs the same (hindsight-ridden ones .3, short ones less), old tasks one and a half
    times, ridge .02. Priority is raised from .2 to .9 for all three steps: few of these people set any, and who does
    means it. Mean reciprocal rank, beside the best fixed rule: before a sitting .497 (newest .410), the day .533
    (newest .471), old tasks .448 (urgency .394). Fitted without the history that is scored: .486, .525, .415. With what
    agents know, by the last five constants: .496, .533, .451 (benchmarks/informed.py); they are small, as all of that
    lies within the noise.

    >>> from datetime import UTC, date, datetime
    >>> from oo.contracts.ids import Ref
    >>> from oo.contracts.items import Facts
    >>> from oo.engine.when import context
    >>> facts = Facts(Ref("a"), "1", added=date(2026, 11, 18), due=date(2026, 11, 21), priority=3)
    >>> house, moment = House(), context(datetime(2026, 11, 21, 10, tzinfo=UTC), "Europe/Berlin")
    >>> round(house.estimates(house.initial(), moment, [Candidate("a", "task", "today", facts)])[0], 6)
    0.883636
    """

    due: float = 2.5
    """What a due date adds once it is near; half of it `lead` days ahead, rising over about `width` days either way."""
    lead: float = 1.5
    width: float = 0.75
    dated: float = -1.0
    """What having a due date costs while it is far away."""
    priority: float = 0.3
    """Each of the three steps of priority."""
    started: float = 0.6
    age: float = -0.9
    """Times ln(1 + days since it was added): the odds fall as one over the age."""
    unknown_age: float = 7.0
    """Days assumed where a source doesn't say."""
    project: float = 0.8
    """Of the project in which something was finished last."""
    series: float = 0.5
    """One occurrence of a recurring task."""
    label: float = 0.15
    """Each label, up to three: whoever labels a task means it."""
    late: float = 0.1
    """Late beyond what this person tolerates, by the agent `overdue_task`; this and what follows times its sureness."""
    slipping: float = 0.5
    """A habit past its usual rhythm, by `habit`."""
    focus: float = 0.1
    """Of what is in focus these weeks, by `focus_area`."""
    fitting: float = 0.2
    """It fits before the next meeting, by `calendar_gap`."""
    known: float = 0.1
    """Named by any other agent."""
    thought: float = -1.0
    """Of an insight or advice: whoever looks came for something to do, so it only goes before what has been open for
    weeks without a date. A guess: no history has any.
    """
    id: str = "house"
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.type == "float"}
        object.__setattr__(self, "digest", content_hash(self.id, 1, values))

    def initial(self) -> State:
        """Nothing: it doesn't learn."""
        return State()

    def estimates(self, state: State, context: Context, candidates: Sequence[Candidate]) -> list[float]:
        """The sum for each candidate, in log-odds up to a constant."""
        since, here = days_since(context), context.last_project
        found: list[float] = []
        for candidate in candidates:
            facts = candidate.facts
            days = self.unknown_age
            if facts.added is not None:
                days = max(since(facts.added), 0.0)
            value = self.age * log1p(days) + self.priority * facts.priority + self.label * min(facts.labels, 3)
            if facts.due is not None:
                near = (since(facts.due) + self.lead) / self.width
                value += self.dated + self.due / (1.0 + exp(-min(max(near, -50.0), 50.0)))
            if not candidate.has_task:
                value += self.thought
            if facts.started:
                value += self.started
            if facts.series is not None:
                value += self.series
            if here is not None and facts.project == here:
                value += self.project
            for agent, sure in candidate.known.items():
                value += self._weight(agent) * sure
            found.append(value)
        return found

    def probabilities(
        self,
        state: State,
        context: Context,
        candidates: Sequence[Candidate],
        estimates: Sequence[float] | None = None,
    ) -> list[float]:
        """All on the highest sum, evenly over exact ties."""
        return best_evenly(self.estimates(state, context, candidates) if estimates is None else estimates)

    def _weight(self, agent: str) -> float:
        name = _WEIGHTS.get(agent, "known")
        weight: float = getattr(self, name)
        return weight

    def update(self, state: State, decision: Decision, reward: float, weight: float) -> State:
        """The state as it was."""
        return state
