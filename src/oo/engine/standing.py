"""How long a tip stands, and whether it still does."""

from __future__ import annotations

from datetime import datetime, timedelta

from oo.contracts.decisions import Context

STANDS = timedelta(hours=4)


def expires_at(context: Context) -> datetime:
    """When a tip chosen now is over: after four hours, at the day boundary, when the next meeting starts."""
    ends = min(context.now + STANDS, context.day_end)
    return ends if context.free_until is None else min(ends, context.free_until)
