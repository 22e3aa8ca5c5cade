"""Thoughts: what an agent knows that is about no task, so that an insight may state it and advice may rest on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from oo.contracts.ids import Ref

_AGENT = "agent:"


@dataclass(frozen=True, slots=True)
class Thought:
    """What one agent said without naming a task; no task has a ref like its own."""

    ref: Ref
    """As `thought_ref` gives it."""
    version: str
    """Another text, or other facts behind it, have another."""
    text: str
    """A sentence in the person's language, without placeholders."""
    confidence: float
    """From 0 to 1, as the agent has it."""
    insight: bool
    """Whether it may be shown by itself."""
    until: datetime
    """How long it counts."""


def thought_ref(agent: str) -> Ref:
    """What an agent's thought is called: there is one of each agent at a time."""
    return Ref(f"{_AGENT}{agent}")


def agent_of(ref: str) -> str | None:
    """The agent whose thought this is; None for a task."""
    return ref.removeprefix(_AGENT) if ref.startswith(_AGENT) else None
