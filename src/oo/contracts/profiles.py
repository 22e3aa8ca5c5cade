"""What `profile` promises: how a person wants oO to be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol

from oo.contracts.ids import UserId


@dataclass(frozen=True, slots=True)
class Profile:
    """The global preferences of one person; the defaults are what a new person has."""

    language: str = "en"
    """A language that the catalogues have."""
    zone: str = "UTC"
    day_ends_at: time = time(0, 0)
    """The person's day ends at this local time; up to 06:00."""
    undo_seconds: int = 8
    """8, 20 or 80."""
    low_light: bool = False
    single_keys: bool = True


class Profiles(Protocol):
    """Reads and changes preferences."""

    async def get(self, *, user: UserId) -> Profile:
        """The person's profile, with defaults where nothing was set."""

    async def get_all(self, *, users: Collection[UserId]) -> Mapping[UserId, Profile]:
        """The profiles of many people, in one read."""

    async def chosen(self, *, user: UserId) -> Mapping[str, datetime]:
        """The preferences that the person chose, by name, and when; the others are as everybody has them."""

    async def change(self, *, user: UserId, values: Mapping[str, str]) -> Profile:
        """Set preferences by name from their text forms (`03:00`, `Europe/Berlin`, `true`).

        Raises `Invalid` naming the one that is wrong.
        """
