"""What `profile` promises about what oO thinks it knows: inferred by agents, set or deleted by the person."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from oo.contracts.agents import Inference, Value, as_value
from oo.contracts.ids import UserId


@dataclass(frozen=True, slots=True)
class Known:
    """One thing that oO thinks it knows, or was told."""

    scope: str
    """The agent that inferred it."""
    key: str
    value: Value
    source: Literal["inferred", "user"]
    at: datetime
    n: int = 0
    """How many completions or reactions it rests on; 0 for what the person said."""
    confidence: float = 1.0
    evidence: Mapping[str, float] = field(default_factory=dict)


Parameters: TypeAlias = Mapping[tuple[str, str], str]
"""What is known by scope and key, as it is kept; `values_of` reads it."""


def values_of(parameters: Parameters) -> dict[str, dict[str, Value]]:
    """The values alone, by scope and key."""
    found: dict[str, dict[str, Value]] = {}
    together = json.loads(f"[{','.join(parameters.values())}]")  # read at once: many small texts take twice as long
    for (scope, key), said in zip(parameters, together, strict=True):
        found.setdefault(scope, {})[key] = as_value(said["value"])
    return found


class Knowledge(Protocol):
    """Keeps what was inferred; what a person sets stays, what they delete never comes back."""

    async def known(self, *, user: UserId) -> list[Known]:
        """All of it, by scope and key."""

    async def parameters(self, *, users: Collection[UserId]) -> Mapping[UserId, Parameters]:
        """What is known of many people, in one read; people of whom nothing is known are left out."""

    async def learn(self, *, user: UserId, scope: str, version: str, found: Mapping[str, Inference]) -> int:
        """Keep what an agent inferred; how many values are others than before.

        What the person set or deleted stays as it is, and defaults are not kept; nothing is of an agent whose consents
        are not given when it is written.
        """

    async def say(self, *, user: UserId, scope: str, key: str, value: Value) -> Known:
        """Set a value as the person's own; raises `NotFound` for what nobody infers, `Invalid` for another kind."""

    async def unlearn(self, *, user: UserId, scope: str, key: str) -> None:
        """Delete a value, for good: it is not inferred again; raises `NotFound` when there is none."""

    async def relearn(self, *, user: UserId, scope: str, key: str) -> None:
        """Let oO infer it again: the person's own value or its deletion is taken back; raises `NotFound`."""

    async def forget(self, *, user: UserId, scopes: Collection[str]) -> int:
        """Delete what these agents inferred, and keep what the person said; the number of records."""
