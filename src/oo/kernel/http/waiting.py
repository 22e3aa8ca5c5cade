"""How long another server asks to wait: its `Retry-After` (RFC 9110, section 10.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)
"""More than this is not believed."""


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The wait that an answer asks for, in seconds or as a date; None when it asks for none that can be read.

    >>> retry_after({"retry-after": "120"}, datetime(2026, 11, 21, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    >>> retry_after({"retry-after": "Sat, 21 Nov 2026 00:00:30 GMT"}, datetime(2026, 11, 21, tzinfo=UTC))
    datetime.timedelta(seconds=30)
    """
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(timedelta(seconds=int(said[:9])), LONGEST)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return min(max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta()), LONGEST)
