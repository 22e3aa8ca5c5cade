"""What a model writes: typed candidates from a brief, each with what it rests on; what was refused, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from oo.contracts.agents import Snippet
from oo.contracts.decisions import Context, Kind, Topic
from oo.contracts.ids import Ref, UserId
from oo.contracts.items import Facts
from oo.contracts.thoughts import Thought

Print: TypeAlias = tuple[int, ...]
"""A text's fingerprint: hashed runs of letters as 256 numbers from -127 to 127; the text can't be read from it."""

SECONDS = 8.0
"""How long whoever waits for words waits at most."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a tip may name: a task that every hard rule kept, with its words."""

    facts: Facts
    topic: Topic
    title: str
    project: str | None = None
    """The project's name."""


@dataclass(frozen=True, slots=True)
class Brief:
    """All that is known to whoever writes; nothing else of a person reaches a model."""

    user: UserId
    context: Context
    language: str
    things: tuple[Thing, ...]
    """The likeliest first; they are called e1, e2 and so on."""
    snippets: tuple[Snippet, ...] = ()
    thoughts: tuple[Thought, ...] = ()
    """What advice and insights may rest on, the surest first; they are called s1, s2 and so on."""
    contexts: frozenset[str] = frozenset()
    """Contexts that are on: work, home, focus, holiday."""
    preferences: Mapping[str, str] = field(default_factory=dict)
    """Global preferences that bear on words, in their text forms."""
    said: tuple[str, ...] = ()
    """What was said lately, newest first, as far as its words are still kept."""
    prints: tuple[Print, ...] = ()
    """Of what was said in the last fourteen days."""
    clouds: frozenset[str] = frozenset()
    """Providers that the person lets write for them, by name; none keeps every word with the local model."""
    count: int = 3
    """How many candidates are wanted, at most 5."""


@dataclass(frozen=True, slots=True)
class Egress:
    """A receipt of what left this host for a tip."""

    bytes: int = 0
    to: str = ""
    """A provider's name, `network` for a gateway on another machine, or nothing."""


NOTHING_LEFT = Egress()


@dataclass(frozen=True, slots=True)
class TipCandidate:
    """Something to say, checked: it names what its evidence names, and nothing else."""

    content: str
    """At most 110 characters."""
    kind: Kind
    source: Literal["orchestrator", "composer"]
    confidence: float
    """From 0 to 1, as whoever wrote it has it."""
    evidence: tuple[Ref, ...]
    """What it rests on; it is about the first."""
    rationale: str
    model: str = ""
    """As the gateway calls it; empty for the composer."""
    prompt_version: str = ""
    prompt_hash: str = ""
    print: Print = ()
    egress: Egress = NOTHING_LEFT


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that a model said and nobody sees."""

    reason: str
    """A stable word: `digits`, `word`, `length`, `unkind`, `generic`, `repeat` and so on."""
    text: str
    """What it said, at most 300 characters."""
    model: str = ""
    prompt_version: str = ""
    prompt_hash: str = ""


@dataclass(frozen=True, slots=True)
class Generated:
    """What came of asking for candidates: those of the model, else the composer's, else none."""

    candidates: tuple[TipCandidate, ...] = ()
    refused: tuple[Refusal, ...] = ()
    why: str | None = None
    """Why no model wrote them: `no gateway`, `nothing to say`, `refused`, `timeout`, `unreachable`, `busy`…"""
    tries: int = 0
    """How often the model was asked."""
    egress: Egress = NOTHING_LEFT
    """Of all tries, those included of which nothing came."""

    @property
    def is_written(self) -> bool:
        """Whether a model wrote them."""
        return any(one.source == "orchestrator" for one in self.candidates)
