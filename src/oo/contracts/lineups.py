"""Who decides for whom, and the log of what was decided: promised to whoever watches over policies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from oo.contracts.decisions import Decision
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.policies import State

Arm: TypeAlias = Literal["champion", "challenger", "former"]


@dataclass(frozen=True, slots=True)
class Lineup:
    """The policies that decide, by id, and the share of people that each decides for; everybody else is the
    champion's.
    """

    champion: str
    challenger: str | None = None
    share: float = 0.0
    """Of people whom the challenger decides for."""
    former: str | None = None
    """The champion before this one."""
    kept_back: float = 0.0
    """Of people whom the former champion goes on deciding for, so that the change can be judged for good."""
    trial: str = ""
    """Who is in which arm follows from this and the person alone."""
    at: datetime | None = None
    """Since when; None for the policy that the settings name."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """The reward of a tip as far as it is known."""

    value: float
    weight: float
    why: str
    provisional: bool
    burden: bool = False


@dataclass(frozen=True, slots=True)
class Logged:
    """A decision from the log with what came of it."""

    user: UserId
    decision: Decision
    latency_us: int
    seen: bool = False
    reaction: str | None = None
    """The reaction that stands."""
    reward: Assigned | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A logged decision that comes out otherwise when it is computed again."""

    decision: DecisionId
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of computing logged decisions again."""

    equal: int = 0
    different: tuple[Difference, ...] = ()
    elsewhere: dict[str, int] = field(default_factory=dict)
    """Rows by policies that this version doesn't have, by `<id>@<hash>`: only their own version can compute them."""
    forgotten: int = 0
    """Rows made with something learnt that is not kept any more, as the person took that back."""
    damaged: int = 0
    """Rows that can't be read."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A tip that would have been another without what some agents knew."""

    id: DecisionId
    at: datetime
    title: str | None
    """Of its task, as long as it is kept."""


class DecisionLog(Protocol):
    """The log of decisions, and the lineup that makes them."""

    async def lineup(self) -> Lineup:
        """Who decides now."""

    async def appoint(self, *, lineup: Lineup) -> Lineup:
        """Let these decide from now on; raises `Invalid` for a policy that isn't there, or shares that aren't."""

    async def policies(self) -> Sequence[str]:
        """Ids of every policy that could decide."""

    async def watched(self) -> Sequence[str]:
        """Ids of the policies that decide or stand by: everything that is learnt for and compared."""

    async def logged(
        self, *, after: str = "", limit: int = 200, before: datetime | None = None, user: UserId | None = None
    ) -> list[Logged]:
        """Decisions with an id after this one, in the order of ids, made before an instant; rows that can't be read are
        left out.
        """

    async def state(self, *, user: UserId, policy: str, before: datetime) -> State:
        """What a policy (by id) had learnt of the person before an instant, or what it begins with."""

    async def owed(self, *, user: UserId, agents: Collection[str]) -> list[Owed]:
        """The tips of the last 30 days that would have been others had these agents said nothing, newest first."""

    async def learnt(self, *, user: UserId, consent: str) -> int:
        """How many records were learnt under a consent; the event of its withdrawal deletes them."""

    async def verify(self) -> Verification:
        """Compute every logged decision again."""
