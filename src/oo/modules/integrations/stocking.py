"""What rows tell of a person's tasks and times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from oo.contracts.items import Busy, Facts, facts_from_text
from oo.contracts.sources import Inventory, Stocked
from oo.modules.integrations.repository.inventory import Stock

_FAILING = frozenset({"slow", "reconnect"})


def inventory_of(found: Stock, facts_of: Callable[[str], Facts] = facts_from_text) -> Inventory:
    """The inventory that rows tell; it is stale when every connection fails."""
    as_kept = stocked(found)
    return Inventory(
        facts=tuple(map(facts_of, as_kept.facts)),
        busy=as_kept.busy,
        connected=as_kept.connected,
        last_project=as_kept.last_project,
        stale_since=as_kept.stale_since,
    )


def stocked(found: Stock) -> Stocked:
    """The same with its facts as they are kept."""
    stale: datetime | None = None
    if found.connections and all(row.state in _FAILING for row in found.connections):
        stale = max(row.read_at or row.created_at for row in found.connections)
    return Stocked(
        facts=tuple(found.facts),
        busy=tuple(Busy(row.starts_at, row.ends_at, row.all_day) for row in found.busy),
        connected=len(found.connections),
        last_project=found.last_project,
        stale_since=stale,
    )
