"""What the hard rules look at: values only, gathered by the notifier, so that a rule is a pure function."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal, TypeAlias

from oo.contracts.decisions import Kind
from oo.contracts.deliveries import Quiet
from oo.contracts.items import Busy

TipState: TypeAlias = Literal["standing", "done", "snoozed", "dismissed", "overtaken"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A push that went to the person, from the moment at which it was claimed."""

    at: datetime
    expires_at: datetime
    open: bool
    """Neither reacted to nor taken back."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A person at a moment."""

    now: datetime
    zone: str
    """Of the device that was here last."""
    zones: tuple[str, ...] = ()
    """Every other zone that they were in during the last two days: its day isn't over for them."""
    day_ends_at: time = time(0)
    quiet: Quiet | None = None
    a_day: int = 3
    """The hard cap over all channels and agents."""
    sent: tuple[Sent, ...] = ()
    """Pushes of the last two days, those included that a clock which was set back puts ahead of now."""
    busy: tuple[Busy, ...] = ()
    contexts: frozenset[str] = frozenset()
    """Contexts that are on."""
    silent_in: frozenset[str] = frozenset()
    here_at: datetime | None = None
    """When oO was last on a screen of theirs."""
    steady: bool = True
    """False for a while after the wall clock was found to have jumped."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The tip that would be sent."""

    tip: str
    state: TipState = "standing"
    seen: bool = False
    """It was on a screen, or was sent before."""
    expires_at: datetime | None = None
    kind: Kind = "task"


@dataclass(frozen=True, slots=True)
class Reach:
    """A device that it would go to."""

    zone: str
    """The device's own; nothing when it said none."""
    messages: tuple[datetime, ...] = ()
    """When it was written to in the last two days, tests included."""
    a_day: int = 8
    between: timedelta = field(default=timedelta(minutes=20))
    over_channel: int = 0
    """Messages to the person over this channel in the last 24 hours."""
    channel_a_day: int = 40
