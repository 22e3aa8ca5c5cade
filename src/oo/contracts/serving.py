"""What `serving` promises: agents run over views and histories, models write; it keeps and decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from oo.contracts.agents import Inference, Snippet, Value
from oo.contracts.decisions import UserView
from oo.contracts.features import UserHistory
from oo.contracts.ids import UserId
from oo.contracts.writing import SECONDS, Brief, Generated


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person allows: consents granted, contexts that are on, agents switched off."""

    consents: frozenset[str] = frozenset()
    contexts: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ParameterView:
    """A parameter as the registry shows it."""

    name: str
    evidence: str
    minimum: int
    default: Value
    unit: str
    says: str
    """What the person reads of it, with `{value}`."""
    says_one: str = ""
    """The same of one, where that is said otherwise."""
    says_none: str = ""
    """The same of nothing."""


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent as the registry shows it."""

    id: str
    name: str
    summary: str
    version: str
    stage: str
    ttl_minutes: int
    consents: tuple[str, ...]
    silenced_in: tuple[str, ...]
    features: tuple[str, ...]
    parameters: tuple[ParameterView, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of asking an agent: a snippet, silence, or why it wasn't asked or couldn't say."""

    agent: str
    version: str
    until: datetime
    """How long that counts."""
    snippet: Snippet | None = None
    why_not: str | None = None
    """`off`, `consent:<key>`, `context:<name>` or `failed:<kind of error>`; None for a snippet or silence."""
    digest: str = ""
    """The same words, facts and evidence of one version have the same digest."""


class Serving(Protocol):
    """Runs agents, and has candidates written."""

    def registry(self) -> Sequence[AgentView]:
        """Every agent there is, by id."""

    def features(self) -> frozenset[str]:
        """Every feature that an agent reads."""

    async def compute(
        self,
        *,
        view: UserView,
        standing: Standing,
        parameters: Mapping[str, Mapping[str, Value]],
        agents: Collection[str] | None = None,
    ) -> list[Heard]:
        """Ask every agent (or those named), each with its parameters of this person; one that fails fails alone."""

    async def infer(
        self, *, history: UserHistory, agents: Collection[str] | None = None
    ) -> Mapping[str, Mapping[str, Inference]]:
        """What a person's past says of every parameter, by agent and name; never raises for an agent's fault."""

    async def generate(self, *, brief: Brief, seconds: float = SECONDS, asked: bool = False) -> Generated:
        """Candidates in words, within so many seconds; never raises for the model's fault.

        Without a gateway, or when the model is slow, wrong or gone, they are the composer's. Somebody waits for what is
        `asked`, so it goes before what is made ahead; a person has one call under way, which all who ask join.
        """


class Hearings(Protocol):
    """What the recommender promises about agents: asked for a person, and what they said that still counts."""

    async def hear(self, *, user: UserId, agent: str) -> Heard:
        """Ask one agent about the person now; raises `NotFound` for one that there is not."""

    async def last(self, *, user: UserId) -> list[Heard]:
        """What came of asking each agent last, by agent."""

    async def forget(self, *, user: UserId, consent: str) -> int:
        """Delete what agents said that need a consent which was taken back; the number of records."""
