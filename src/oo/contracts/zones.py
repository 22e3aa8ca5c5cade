"""The names of time zones: one reading of them for all that speaks of a person's day."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_OFFSET = re.compile(r"([+-])(\d\d?):(\d\d)")


def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name, or of a fixed offset written `+05:30`; raises `zoneinfo.ZoneInfoNotFoundError`.

    >>> print(zone_of("+05:30"))
    UTC+05:30
    """
    try:
        if (match := _OFFSET.fullmatch(name)) is not None:
            offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
            return timezone(-offset if match[1] == "-" else offset)
        return ZoneInfo(name)
    except (ValueError, OSError) as error:  # beyond a day; no name at all; a folder of zones
        raise ZoneInfoNotFoundError(f"There is no time zone {name!r}.") from error
