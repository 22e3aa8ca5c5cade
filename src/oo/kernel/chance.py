"""Chance, as an argument: seeds come from here, and all that is random follows from a seed."""

from __future__ import annotations

import secrets
from typing import Protocol


class Chance(Protocol):
    """Gives seeds."""

    def seed(self) -> int:
        """A whole number from 0 to 2^63 - 1, evenly."""


class SystemChance:
    """The machine's own entropy."""

    __slots__ = ()

    def seed(self) -> int:
        """A whole number from 0 to 2^63 - 1, evenly."""
        return secrets.randbits(63)
