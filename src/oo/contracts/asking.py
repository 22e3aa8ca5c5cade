"""Asking agents about many people at once: what goes to whoever computes, and what comes back, as plain values."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import NamedTuple, Protocol

from oo.contracts.agents import Snippet, as_value
from oo.contracts.features import Kept
from oo.contracts.ids import Ref, UserId
from oo.contracts.knowledge import Parameters
from oo.contracts.serving import Heard, Standing
from oo.contracts.sources import Stocked

_COMPACT = json.JSONEncoder(separators=(",", ":"), default=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """All that agents may know of one person at one moment, as it is kept: it is opened where they are run."""

    user: UserId
    now: datetime
    zone: str
    day_ends_at: time
    language: str
    standing: Standing
    stock: Stocked
    kept: Kept
    parameters: Parameters = field(default_factory=dict)


class Told(NamedTuple):
    """What came of asking one agent, ready to be sealed and kept."""

    agent: str
    version: str
    until: datetime
    said: str | None
    """What `snippet_text` wrote; None for silence."""
    why_not: str | None
    digest: str
    evidence: tuple[str, ...] = ()

    @property
    def heard(self) -> Heard:
        """The same with the snippet in its own form."""
        snippet = None if self.said is None else snippet_of(self.said)
        return Heard(self.agent, self.version, self.until, snippet, self.why_not, self.digest)


class Asking(Protocol):
    """Runs agents for many people at once, where the processors are; it keeps nothing and decides nothing."""

    async def ask(
        self, *, people: Sequence[Asked], agents: Collection[str] | None = None
    ) -> Sequence[Sequence[Told] | None]:
        """Ask every agent (or those named) about each, in their order; an agent that fails fails alone.

        None stands for whoever's past is folded by an older definition: ask about them once it is folded anew.
        """


def told(heard: Heard) -> Told:
    """What `Told.heard` gives back."""
    snippet = heard.snippet
    said = None if snippet is None else snippet_text(snippet)
    evidence = () if snippet is None else tuple(snippet.evidence)
    return Told(heard.agent, heard.version, heard.until, said, heard.why_not, heard.digest, evidence)


def snippet_text(snippet: Snippet) -> str:
    """A snippet as compact JSON."""
    said = [snippet.text, dict(snippet.facts), snippet.evidence, snippet.confidence, snippet.why]
    return _COMPACT.encode([*said, True] if snippet.insight else said)


def snippet_of(said: str) -> Snippet:
    """Read what `snippet_text` wrote."""
    text, facts, evidence, confidence, why, *insight = json.loads(said)
    known = {name: as_value(value) for name, value in facts.items()}
    return Snippet(text, known, tuple(Ref(ref) for ref in evidence), confidence, why, bool(insight))
