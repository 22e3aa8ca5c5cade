"""Todoist's three ways to say when: a day, a time of the person's own, and an instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from oo.contracts.items import When

LATEST = 2200
"""A year after this is nobody's plan, and dates near the end of time can't be reckoned with."""


def due(value: object) -> tuple[When | None, bool]:
    """The `due` of a task and whether it recurs; raises `ValueError` for what is not one.

    >>> due({"date": "2026-11-21", "is_recurring": True})
    (datetime.date(2026, 11, 21), True)
    """
    if value is None:
        return None, False
    if not isinstance(value, Mapping):
        raise ValueError("due")
    return when(value.get("date")), value.get("is_recurring") is True


def when(value: object) -> When | None:
    """A day, a floating time or an instant; None for none and for one past `LATEST`. Raises `ValueError`.

    >>> when("2026-11-21T11:00:00Z")
    datetime.datetime(2026, 11, 21, 11, 0, tzinfo=datetime.timezone.utc)
    """
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("date")
    found: When = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    if not 1900 < found.year <= LATEST:
        return None
    if isinstance(found, datetime):
        found = found.replace(microsecond=0)
        return found.astimezone(UTC) if found.tzinfo is not None else found
    return found


def instant(value: object) -> datetime | None:
    """An instant such as `completed_at`; None for anything else."""
    try:
        found = when(value)
    except ValueError:
        return None
    return found if isinstance(found, datetime) and found.tzinfo is not None else None


def deadline(fields: Mapping[str, Any]) -> When | None:
    """The day of `deadline`; None for none, and for what is not one."""
    value = fields.get("deadline")
    try:
        return when(value.get("date")) if isinstance(value, Mapping) else None
    except ValueError:
        return None
