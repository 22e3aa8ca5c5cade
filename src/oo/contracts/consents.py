"""What `profile` promises about consents: what a person lets oO use, each by itself, with when and from where."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, TypeAlias

from oo.contracts.ids import UserId

ConsentKey: TypeAlias = Literal["task_titles", "calendar_times", "mood_habits", "cloud_model"]

CONSENTS: Final[Mapping[ConsentKey, bool]] = {
    "task_titles": True,
    "calendar_times": True,
    "mood_habits": True,
    "cloud_model": False,
}
"""Every consent, and whether whoever signs in has given it by accepting the terms; the others wait to be given."""
CLOUD: Final = "cloud_model:"
"""A consent of this beginning and a provider's name lets that provider's model write tips; nobody has given it."""
VERSION: Final = "2026-11-21"
"""Of the wording that a consent is given to."""


def clouds(granted: Collection[str]) -> frozenset[str]:
    """The providers whose models may write, by name.

    >>> sorted(clouds({"task_titles", "cloud_model:anthropic"}))
    ['anthropic']
    """
    return frozenset(key.removeprefix(CLOUD) for key in granted if key.startswith(CLOUD))


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One consent as it stands."""

    key: str
    """Of `CONSENTS`, or `CLOUD` with the name of a provider that the operator offers."""
    granted: bool
    version: str = VERSION
    origin: Literal["terms", "person"] = "terms"
    """By accepting the terms, or set by the person."""
    at: datetime | None = None
    """When the person set it."""


class Consents(Protocol):
    """Reads and changes consents."""

    async def granted(self, *, user: UserId) -> frozenset[str]:
        """The keys that are granted now."""

    async def granted_all(self, *, users: Collection[UserId]) -> Mapping[UserId, frozenset[str]]:
        """The keys that are granted now, of many people in one read."""

    async def consents(self, *, user: UserId) -> list[ConsentView]:
        """Every consent as it stands, in the order of `CONSENTS`."""

    async def consent(self, *, user: UserId, key: str, granted: bool) -> ConsentView:
        """Give a consent or take it back; raises `Invalid` for a key that there is not."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking a consent back would come to."""

    records: int = 0
    """How many would be deleted."""
    tips: int = 0
    """How many tips of the last 30 days would have been others without what agents knew by it."""
    titles: tuple[str, ...] = ()
    """Of the tasks of those tips, newest first, as far as they are kept."""


class Consenting(Protocol):
    """Changes a consent for the whole house: taking one back deletes what was derived under it."""

    async def consent(self, *, user: UserId, key: str, granted: bool) -> int:
        """Give a consent or take it back; how many records went with it. Raises `Invalid` as `Consents` does."""

    async def preview(self, *, user: UserId, key: str) -> Preview:
        """What taking it back would delete, and which tips would not have been; raises `Invalid` as `Consents` does."""
