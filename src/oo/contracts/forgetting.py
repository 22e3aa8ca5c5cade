"""What `entry` promises over all rooms: export everything of a person, and forget everything of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from oo.contracts.ids import UserId
from oo.contracts.sources import Receipt


class Forgetting(Protocol):
    """Export and erase, through every module's door."""

    async def export(self, *, user: UserId) -> Mapping[str, Any]:
        """All that is kept about the person, readable, by module and table."""

    async def erase(self, *, user: UserId) -> Receipt:
        """Delete everything of the person, destroy the key, and leave a tombstone without a name."""
