"""What `ml.experiments` promises: how policies compare, who may decide next, and whether oO helps at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias

from oo.contracts.ids import UserId
from oo.contracts.lineups import Lineup

Role: TypeAlias = Literal["champion", "challenger", "former", "shadow"]
Step: TypeAlias = Literal["trial-10", "trial-50", "launch"]
"""What a promotion does next: a tenth of people, half of them, everybody but those kept back."""
Said: TypeAlias = Literal["not enough data yet", "undecided", "passed", "failed"]
"""`undecided` has numbers, and an interval on both sides of nothing."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A gate's word with its reason; there is no number where there is not enough data."""

    said: Said
    why: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A policy's place, and what stands between it and its next step."""

    policy: str
    role: Role
    share: float
    """Of people whom it decides for."""
    shadowed: int
    """Decisions that it was compared on without deciding."""
    next: Step | None
    evidence: Evidence | None
    """For the next step; for a champion that was launched, whether it holds."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the audit."""

    at: datetime
    by: UserId | None
    """Who; None is oO itself, or somebody who is gone."""
    what: str
    policy: str
    detail: str


@dataclass(frozen=True, slots=True)
class Help:
    """Whether interruptions help a person: completions within a day of one, less those after a coin of silence."""

    evidence: Evidence
    moments: int
    sent: int


@dataclass(frozen=True, slots=True)
class Run:
    """A simulation that was run, as it is kept; `events` are days, by arm, persona and day."""

    id: str
    at: datetime
    seed: int
    settings: Mapping[str, Any]
    summary: Mapping[str, Any]


class Experiments(Protocol):
    """Watches over policies; a person promotes, only a roll-back happens by itself."""

    async def standings(self) -> list[Standing]:
        """Every policy that decides or stands by, deciders first."""

    async def promote(self, *, policy: str, by: UserId) -> Standing:
        """Let a policy take its next step.

        Raises `Conflict` with the gate's word when the evidence does not allow it, or another is being tried.
        """

    async def roll_back(self, *, by: UserId | None, why: str = "") -> Lineup:
        """End the trial, or bring the former champion back; raises `Conflict` when there is neither."""

    async def deeds(self) -> list[Deed]:
        """The audit, newest first."""

    async def toss(self, *, user: UserId, probability: float, sent: bool) -> None:
        """Note a randomised interruption: a moment at which one was possible, how probable it was, whether it came."""

    async def helps(self, *, user: UserId) -> Help:
        """Whether oO's interruptions help this person, from their own randomised moments alone."""

    async def keep_run(self, *, run: Run, events: Sequence[Mapping[str, Any]]) -> None:
        """Keep a simulation, or add events to one."""

    async def runs(self) -> list[Run]:
        """Simulations that are kept, newest first."""
