"""Where a person is: the zone that a device said last, those of the last days, and when they were here."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from oo.kernel.db import Transaction
from oo.modules.notifier.repository import devices as repository

REMEMBERED = timedelta(days=2)
"""How long a zone that was left still counts: its day isn't over."""


def here(tx: Transaction, user: str, zone: str, now: datetime, *, visit: bool = True) -> None:
    """Note that the person is here (on a visit), or that their zone is another; moments are looked for anew then."""
    row = repository.presence(tx, user)
    seen = now if visit else None
    if row is None:
        first = {
            "zone": zone,
            "zones": "[]",
            "day_ends_at": "00:00",
            "seen_tip": "",
            "seen_at": seen,
            "since": now,
            "due_at": now,
        }
        repository.add_presence(tx, {"user_id": user, "active_day": 0, "planned_day": 0, **first})
        return
    changed: dict[str, object] = {"seen_at": now} if visit else {}
    if zone and zone != row.zone:
        left = [one for one in zones_of(row.zones) if now - one[1] < REMEMBERED]
        if row.zone:
            left.append((row.zone, now))
        kept = json.dumps([[name, at.timestamp()] for name, at in left[-8:]])
        changed |= {"zone": zone, "zones": kept, "planned_day": 0, "due_at": now}
    if changed:
        repository.change_presence(tx, user, changed)


def zones_of(text: str) -> list[tuple[str, datetime]]:
    """Zones that were left, each with when."""
    return [(name, datetime.fromtimestamp(at, UTC)) for name, at in json.loads(text)]
