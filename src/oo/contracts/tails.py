"""What operators see of events as they happen: what, whom by an opaque id, when, and how far; never what they say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

KEPT = 500
"""The newest so many events are looked at."""

State = Literal["waiting", "sent", "failing", "parked"]
"""Not handed on yet; handed on; a handler failed and it is tried again; set aside after the last try."""


@dataclass(frozen=True, slots=True)
class TailEvent:
    """An event without its payload."""

    place: int
    """In the log; later ones are higher."""
    id: str
    type: str
    user: str
    """Opaque."""
    seq: int
    """Its number in the person's order."""
    at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are wanted; what is None takes all."""

    type: str | None = None
    """A type, or a pattern as NATS has it: `*` is one word of it, `>` the rest."""
    user: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, event: TailEvent) -> bool:
        """Whether an event is wanted.

        >>> from datetime import UTC
        >>> seen = TailEvent(1, "e", "tips.tip.seen", "u", 1, datetime(2026, 11, 21, tzinfo=UTC), "sent")
        >>> [Filter(type=one).takes(seen) for one in ("tips.tip.seen", "tips.*.seen", "tips.>", "tips.*", "signals.>")]
        [True, True, True, False, False]
        """
        return (
            (self.type is None or _matches(self.type.split("."), event.type.split(".")))
            and (self.user is None or self.user == event.user)
            and (self.since is None or event.at >= self.since)
            and (self.until is None or event.at < self.until)
        )


class EventTail(Protocol):
    """The newest events, and those that come."""

    async def recent(self, *, wanted: Filter) -> Sequence[TailEvent]:
        """The newest events that are wanted, newest first."""

    def follow(self, *, wanted: Filter, after: int = 0) -> AsyncIterator[Sequence[TailEvent]]:
        """Events after a place, oldest first, as they come and each time their state changes.

        Now and then nothing, so that a reader who is gone is noticed; it ends after a while.
        """

    def end(self) -> None:
        """End all that follow, now and later: this process stops."""


def _matches(pattern: Sequence[str], words: Sequence[str]) -> bool:
    if pattern[-1] == ">":
        return len(words) >= len(pattern) and _matches(pattern[:-1] or ["*"], words[: max(1, len(pattern) - 1)])
    return len(pattern) == len(words) and all(a in ("*", b) for a, b in zip(pattern, words, strict=True))
