"""What the settings page shows of what oO may use, when it is silent, and what it thinks it knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


def anchor_of(agent: str) -> str:
    """The place on the page where what an agent says can be set right."""
    return f"of-{agent}"


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """Something that is on or off, with one line of why."""

    name: str
    title: str
    line: str
    on: bool
    anchor: str = ""
    """Where "Not true?" leads, see `anchor_of`; on the first row of what is about that agent."""


@dataclass(frozen=True, slots=True)
class RestsView:
    """What taking a consent back would come to."""

    title: str
    line: str
    gone: str
    others: str
    titles: tuple[str, ...]
    """Of the tasks of tips that would have been others."""


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday of a rule."""

    value: int
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ContextRow:
    """A context, and its rule."""

    name: str
    title: str
    on: bool
    days: tuple[Day, ...]
    start: str
    end: str
    calendar: str


@dataclass(frozen=True, slots=True)
class KnownField:
    """Where the person says otherwise: a number, a text, or one of several that they choose."""

    name: str
    label: str
    value: str
    kind: Literal["number", "text", "choice"]
    chosen: bool = False
    short: str = ""
    """What stands on the choice, where that is shorter than its label."""


@dataclass(frozen=True, slots=True)
class KnownRow:
    """Something that oO thinks it knows, or was told."""

    scope: str
    key: str
    sentence: str
    evidence: str
    fields: tuple[KnownField, ...] = ()
    """Empty for what no agent infers any more, which can be deleted only."""
    anchor: str = ""
    """As a switch's."""

    @property
    def choices(self) -> tuple[KnownField, ...]:
        """Those of the fields that are chosen from."""
        return tuple(field for field in self.fields if field.kind == "choice")


@dataclass(frozen=True, slots=True)
class PersonView:
    """All of it."""

    contexts: tuple[ContextRow, ...]
    now: str
    """What is on by rule or by hand, in one sentence; empty when nothing is."""
    consents: tuple[SwitchRow, ...]
    agents: tuple[SwitchRow, ...]
    known: tuple[KnownRow, ...]
