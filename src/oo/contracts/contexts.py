"""What `profile` promises about contexts: work, home, focus and holiday, by hand or by rule, and what each silences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final, Literal, Protocol, TypeAlias

from oo.contracts.ids import UserId
from oo.contracts.items import Busy
from oo.contracts.serving import Standing

ContextName: TypeAlias = Literal["work", "home", "focus", "holiday"]
CONTEXTS: Final[tuple[ContextName, ...]] = ("work", "home", "focus", "holiday")


@dataclass(frozen=True, slots=True)
class ContextRule:
    """When a context is on by itself: at these hours of these weekdays, or while the calendar says so."""

    days: tuple[int, ...] = ()
    """Weekdays, Monday 0; none means that there is no schedule."""
    start: time = time(9)
    end: time = time(18)
    """At or before `start` it is the next morning."""
    calendar: Literal["", "meeting", "all-day"] = ""
    """On while a meeting, or an all-day entry, covers the moment."""


@dataclass(frozen=True, slots=True)
class ContextView:
    """A context as it stands now."""

    name: ContextName
    on: bool
    by: Literal["person", "schedule", "calendar", ""]
    """What put it on; nothing when it is off."""
    until: datetime | None
    """When what put it on ends, where that is known."""
    rule: ContextRule | None
    silences: tuple[str, ...]
    """The agents that say nothing while it is on."""


class Contexts(Protocol):
    """Reads and changes contexts, and which agents take part."""

    async def contexts(self, *, user: UserId, busy: Sequence[Busy] = ()) -> list[ContextView]:
        """Every context as it stands, in the order of `CONTEXTS`; the calendar is given, as another room keeps it."""

    async def put(self, *, user: UserId, context: str, on: bool | None, until: datetime | None = None) -> None:
        """Put a context on or off by hand, until an instant or for good; None leaves it to its rule.

        Raises `Invalid` for a context that there is not, or an instant that is past.
        """

    async def rule(self, *, user: UserId, context: str, rule: ContextRule | None) -> None:
        """Set a context's rule, or take it away; raises `Invalid`."""

    async def switch(self, *, user: UserId, agent: str, on: bool) -> None:
        """Let an agent take part or not; raises `NotFound` for one that there is not."""

    async def standing(self, *, user: UserId, busy: Sequence[Busy] = ()) -> Standing:
        """Consents, contexts that are on and agents that are off, as eligibility reads them."""

    async def standings(self, *, busy: Mapping[UserId, Sequence[Busy]]) -> Mapping[UserId, Standing]:
        """The same of many people in one read, each with their calendar."""
