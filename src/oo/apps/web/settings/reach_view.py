"""What the settings page shows of how often, when not, and by which ways oO reaches a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from oo.apps.web.settings.choices import Choice


@dataclass(frozen=True, slots=True)
class WayRow:
    """A device or an inbox."""

    id: str
    name: str
    line: str
    state: Literal["full", "waiting", "gap"]
    """Its small sign: works, asked first, needs the person."""
    may_test: bool


@dataclass(frozen=True, slots=True)
class FieldRow:
    """Something to type."""

    id: str
    name: str
    label: str
    kind: str
    needed: bool


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A way that can be added by typing an address."""

    id: str
    title: str
    line: str
    fields: tuple[FieldRow, ...]
    missing: str = ""
    """What the operator has to set first; only they read it."""


@dataclass(frozen=True, slots=True)
class SilentRow:
    """A context, and whether nothing is sent in it."""

    name: str
    title: str
    on: bool


@dataclass(frozen=True, slots=True)
class ReachView:
    """All of it."""

    a_day: int
    said: str
    """What the dial says now."""
    most: int
    none: str
    many: str
    """With `%count%`, for the dial's other stops."""
    quiet: str
    """The hours, or that there are none."""
    quiet_by: tuple[Choice, ...]
    start: str
    end: str
    silent_in: tuple[SilentRow, ...]
    key: str
    """What browsers subscribe with; empty where there is no web push."""
    devices: tuple[WayRow, ...]
    channels: tuple[ChannelRow, ...]
    why: str
    """Why nothing comes right now, in one line."""
    told: str = ""
    """What came of what was just asked for."""


@dataclass(frozen=True, slots=True)
class MomentRow:
    """A moment at which an interruption was thought about."""

    when: str
    machine: str
    kind: str
    line: str
    sent: bool


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The last of them, newest first."""

    why: str
    rows: tuple[MomentRow, ...]
