"""Gates: reasons to be silent before anything is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from oo.contracts.decisions import Silence, UserView


@dataclass(frozen=True, slots=True)
class Gate:
    """A named reason to be silent; `check` gives the silence, or None to go on."""

    name: str
    check: Callable[[UserView], Silence | None]


def _meeting(view: UserView) -> Silence | None:
    until = view.context.meeting_until
    return None if until is None else Silence("meeting", until)


MEETING = Gate("meeting", _meeting)
"""Silent while a timed block of the calendar covers now; all-day blocks are no meetings."""
