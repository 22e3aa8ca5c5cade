"""Judges: a second opinion on a tip, by somebody who does not know what the person likes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from oo.contracts.decisions import Decision, Hold


@dataclass(frozen=True, slots=True)
class Scene:
    """A tip with what it was chosen from."""

    decision: Decision
    holds: tuple[Hold, ...] = ()


class Judge(Protocol):
    """Says how good a tip is."""

    def score(self, scene: Scene) -> float:
        """From 0 to 1."""


@dataclass(frozen=True, slots=True)
class RuleJudge:
    """Marks by rules that most people would sign: nothing late is passed over for something idle, what is chosen fits
    into the time there is, and comes at a decent hour.
    """

    def score(self, scene: Scene) -> float:
        """The share of three marks; a mark that does not apply counts as given."""
        decision = scene.decision
        tip = decision.tip
        if tip is None:
            return 1.0
        pressing = [one for one in decision.candidates if one.topic in ("overdue", "today")]
        marks = [
            not pressing or tip.topic in ("overdue", "today", "important"),
            self._fits(decision),
            6 <= decision.context.hour < 23,
        ]
        return sum(marks) / len(marks)

    def _fits(self, decision: Decision) -> bool:
        tip, free = decision.tip, decision.context.free_until
        if tip is None or tip.facts.minutes is None or free is None:
            return True
        return tip.facts.minutes * 60 <= (free - decision.context.now).total_seconds()
