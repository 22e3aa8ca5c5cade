"""A life with oO in it: a person under one policy, through the pipeline, the rules and the rewards of the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from oo.contracts.decisions import Decision, Hold, HoldReason, UserView
from oo.contracts.ids import DecisionId, HoldId, Ref, UserId
from oo.contracts.items import Facts
from oo.contracts.policies import Policy, State
from oo.contracts.tips import ActionName
from oo.engine.candidates import candidates
from oo.engine.house import PARTS
from oo.engine.pipeline import decide
from oo.engine.reward import HORIZON, Outcome, reward
from oo.engine.simulation.days import Day, Look
from oo.engine.simulation.judges import Judge, Scene
from oo.engine.simulation.liking import chance, odds
from oo.engine.simulation.personas import Array, Chapter, Persona, drifted
from oo.engine.standing import expires_at
from oo.engine.when import context

ZONE = "UTC"
FLOOR = 0.02
MOST = 60
"""Open tasks; beyond them the oldest without a date is given up."""
SEND = 0.5
"""The coin of an interruption within the budget."""


@dataclass(slots=True)
class Tally:
    """A day of somebody's life under a policy."""

    tips: int = 0
    done: int = 0
    snoozed: int = 0
    dismissed: int = 0
    ignored: int = 0
    silent: int = 0
    interruptions: int = 0
    alone: int = 0
    value: float = 0.0
    """The chance, summed over tips, that the tip is done at once; the truth of the simulation."""
    best: float = 0.0
    """The same of the best candidate that the rules let through."""
    random: float = 0.0
    """The same of an even choice among them."""
    judged: float = 0.0


@dataclass(slots=True)
class _Standing:
    decision: Decision
    expires: datetime
    seen: bool = False


@dataclass(slots=True)
class Life:
    """One person under one policy; `live` moves it on by a day."""

    persona: Persona
    policy: Policy
    judge: Judge
    floor: float = FLOOR
    open: dict[str, Facts] = field(default_factory=dict)
    holds: list[Hold] = field(default_factory=list)
    state: State = field(init=False)
    burden: float = 0.0
    last_project: str | None = None
    decisions: int = 0
    _tip: _Standing | None = None
    _unanswered: list[Decision] = field(default_factory=list)
    """Seen and not reacted to: what is done of these later is news."""

    def __post_init__(self) -> None:
        """Begin with what the policy knows of nobody."""
        self.state = self.policy.initial()

    def live(self, day: Day) -> Tally:
        """A day, hour by hour."""
        tally = Tally()
        chapter = drifted(self.persona.chapter(day.number), self.persona.seed, self.persona.number, day.number)
        self.burden *= 0.6
        self._take(day)
        budget = self.persona.budget
        events: list[tuple[datetime, Look | Array]] = [*((look.at, look) for look in day.looks), *day.hours]
        for at, what in sorted(events, key=lambda event: event[0]):
            if not isinstance(what, Look):
                self._by_themselves(day, chapter, at, what, tally)
            elif not what.interrupts:
                if what.luck[7] < np.exp(-0.05 * self.burden):  # who is tired of tips looks less often
                    self._look(day, chapter, what, tally)
            elif budget and what.luck[6] < SEND and not _meeting(day, at):
                budget -= 1
                self.burden += 1.0
                tally.interruptions += 1
                self._look(day, chapter, what, tally)
        return tally

    def _take(self, day: Day) -> None:
        """Take in what is new; an occurrence of a series takes the place of the one before, as in an app."""
        for facts in day.added:
            self.open[facts.ref] = facts
        while len(self.open) > MOST:
            undated = [ref for ref, facts in self.open.items() if facts.due is None] or list(self.open)
            del self.open[undated[0]]

    def _by_themselves(self, day: Day, chapter: Chapter, at: datetime, luck: Array, tally: Tally) -> None:
        """In a free hour people do things, rather those they like; a tip had no part in it, or a small one."""
        if not self.open or _meeting(day, at) or luck[0] >= min(chapter.drive / 16, 0.8):
            return
        refs = list(self.open)
        likes = np.exp(1.2 * odds(chapter, [self.open[ref] for ref in refs], at, self.last_project))
        ref = refs[min(int(np.searchsorted(np.cumsum(likes) / likes.sum(), luck[1])), len(refs) - 1)]
        tally.alone += 1
        self._finish(ref)
        for decision in [one for one in self._unanswered if one.tip is not None and one.tip.facts.ref == ref]:
            self._unanswered.remove(decision)
            self._learn(decision, at, None, None, completed=at)
        if self._tip is not None and self._tip.decision.tip is not None and self._tip.decision.tip.facts.ref == ref:
            if self._tip.seen:
                self._learn(self._tip.decision, at, None, None, completed=at)
            self._tip = None

    def _look(self, day: Day, chapter: Chapter, look: Look, tally: Tally) -> None:
        """See the tip that stands, or a fresh one, and react or not."""
        if self._tip is not None and (look.at >= self._tip.expires or _meeting(day, look.at)):
            if self._tip.seen:
                tally.ignored += 1
                self._unanswered = [*self._unanswered, self._tip.decision][-50:]
            self._tip = None
        if self._tip is None and not self._decide(day, chapter, look, tally):
            tally.silent += 1
            return
        assert self._tip is not None
        self._tip.seen = True
        decision = self._tip.decision
        assert decision.tip is not None
        facts = decision.tip.facts
        like = float(odds(chapter, [facts], look.at, self.last_project)[0]) - chapter.weight * self.burden
        self.burden += 0.1
        done = float(chance(np.array([like]))[0])
        dwell = int(2000 + 60_000 * look.luck[4])
        if look.luck[1] < done:
            tally.done += 1
            self._learn(decision, look.at, "done", dwell)
            self._finish(facts.ref)
        elif look.luck[2] < 0.3:  # not now, and not never
            tally.snoozed += 1
            self._learn(decision, look.at, "snooze", dwell)
            later = look.at + timedelta(hours=1 + 20 * look.luck[5])
            self._hold("snoozed", facts, look.at, later)
        elif look.luck[2] < 0.3 + 0.35 * (1 - done):
            tally.dismissed += 1
            self.burden += 0.3
            self._learn(decision, look.at, "dismiss", int(800 + 6000 * look.luck[4]))
            self._hold("dismissed", facts, look.at, decision.context.day_end)
        else:
            return  # looked at, and left standing
        self._tip = None

    def _decide(self, day: Day, chapter: Chapter, look: Look, tally: Tally) -> bool:
        self.holds = [hold for hold in self.holds if hold.until is None or hold.until > look.at]
        moment = context(look.at, ZONE, busy=day.busy, last_project=self.last_project)
        view = UserView(UserId("sim"), moment, tuple(self.open.values()), day.busy, tuple(self.holds))
        self.decisions += 1
        decision = decide(
            view,
            candidates(view),
            PARTS,
            self.policy,
            self.state,
            id=DecisionId(f"{self.decisions:026}"),
            seed=int(look.luck[0] * 2**62),
            floor=self.floor,
        )
        if decision.tip is None:
            return False
        likes = odds(chapter, [one.facts for one in decision.candidates], look.at, self.last_project)
        worth = chance(likes - chapter.weight * self.burden)
        assert decision.chosen is not None
        tally.tips += 1
        tally.value += float(worth[decision.chosen])
        tally.best += float(worth.max())
        tally.random += float(worth.mean())
        tally.judged += self.judge.score(Scene(decision, tuple(self.holds)))
        self._tip = _Standing(decision, expires_at(moment))
        return True

    def _learn(
        self,
        decision: Decision,
        at: datetime,
        action: ActionName | None,
        dwell_ms: int | None,
        completed: datetime | None = None,
    ) -> None:
        age = at - decision.context.now
        if age > HORIZON:
            return
        found = reward(Outcome("task", True, age, action, dwell_ms, None if completed is None else age))
        if found is not None:
            self.state = self.policy.update(self.state, decision, found.value, found.weight)

    def _hold(self, reason: HoldReason, facts: Facts, since: datetime, until: datetime) -> None:
        self.holds.append(Hold(HoldId(str(len(self.holds))), reason, "item", facts.ref, since, until))

    def _finish(self, ref: str) -> None:
        facts = self.open.pop(Ref(ref))
        self.last_project = facts.project


def _meeting(day: Day, at: datetime) -> bool:
    return any(block.start <= at < block.end for block in day.busy)


def joined(days: Sequence[Tally]) -> Tally:
    """Days as one.

    >>> joined([Tally(tips=1, value=0.5), Tally(tips=2)]).tips
    3
    """
    found = Tally()
    for one in days:
        found = replace(found, **{name: getattr(found, name) + getattr(one, name) for name in Tally.__slots__})
    return found
