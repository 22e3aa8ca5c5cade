"""The seam of agents: each says one thing about a person from one angle, with evidence, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from oo.contracts.decisions import UserView
from oo.contracts.features import UserHistory
from oo.contracts.ids import Ref
from oo.contracts.words.voice import Voice

Value: TypeAlias = float | str | bool | tuple[float, ...] | tuple[str, ...] | Mapping[str, float]
"""What a parameter may be: it is kept as JSON and shown to the person."""


@dataclass(frozen=True, slots=True)
class Inferred:
    """What an agent reads from a person's past, and how sure it is."""

    value: Value
    n: int
    """How many completions or reactions it rests on."""
    confidence: float
    """From 0 to 1."""
    evidence: Mapping[str, float] = field(default_factory=dict)
    """Numbers that explain it, by name: `{"days": 28}`."""


@dataclass(frozen=True, slots=True)
class Inference:
    """One declared parameter after inference: what was inferred, or the cold-start default and why."""

    value: Value
    reason: Literal["inferred", "too little history", "says nothing", "failed", "not a value"]
    n: int
    """How much evidence there is, in the kind that the parameter uses."""
    confidence: float = 0.0
    evidence: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_inferred(self) -> bool:
        """False for the cold-start default."""
        return self.reason == "inferred"


def as_value(found: object) -> Value:
    """A value from its JSON form; raises `ValueError` or `TypeError` for what none can be."""
    if isinstance(found, bool | str):
        return found
    if isinstance(found, int | float):
        return float(found)
    if isinstance(found, Mapping):
        return {str(key): float(each) for key, each in found.items()}
    if isinstance(found, list | tuple):
        if all(isinstance(each, str) for each in found):
            return tuple(str(each) for each in found)
        return tuple(float(each) for each in found)
    raise ValueError("it is neither a number, a text, a switch, a list nor a table of numbers")


@dataclass(frozen=True, slots=True)
class Snippet:
    """One thing worth knowing now.

    The text names things by placeholders: `{e1.title}` is the title of the first evidence, filled in by whoever may
    read it. Every number in the text stands in `facts`, too.
    """

    text: str
    facts: Mapping[str, Value]
    evidence: tuple[Ref, ...] = ()
    confidence: float = 1.0
    """From 0 to 1."""
    why: str = ""
    """What it adds to the reason of a tip about its first evidence (of any tip, when it has none), as a clause:
    "it is past its usual rhythm".
    """
    insight: bool = False
    """Whether the text may be the tip, as it stands: something good to know about oneself. It has no evidence then."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What an agent is given beside the view."""

    voice: Voice
    parameters: Mapping[str, Value]
    """Every parameter that its manifest declares: the person's own value, the inferred one, or the default."""


class Agent(Protocol):
    """A plugin that knows one angle; it sees the features that its manifest declares, and no others."""

    async def compute(self, view: UserView, kit: Kit) -> Snippet | None:
        """What is worth knowing now; None is silence. The same view and kit give the same snippet."""

    def infer(self, history: UserHistory) -> Mapping[str, Inferred]:
        """The parameters that the past gives a value for; those without one are left out."""
