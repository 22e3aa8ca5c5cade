"""Which time zone a TZID of a file means: an IANA name, a Windows name, a vendor's path, or its own VTIMEZONE."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from oo.formats.ical.blocks import Block


class Zones:
    """The zones of one calendar; the definitions in the file count where a name alone says nothing."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._defined = {_clean(name): block for block in blocks if (name := block.first("TZID"))}
        self._made: dict[str, tzinfo | None] = {}

    def find(self, tzid: str) -> tzinfo | None:
        """The zone, or None when neither the world nor the file knows it."""
        name = _clean(tzid)
        if name not in self._made:
            block = self._defined.get(name)
            self._made[name] = named(name) or (None if block is None else _built(block))
        return self._made[name]


@lru_cache(maxsize=512)
def named(name: str) -> tzinfo | None:
    """The zone of an IANA or Windows name, also at the end of a vendor's path (`/citadel.org/…/Europe/Berlin`)."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    parts = name.split("/")
    for candidate in (name, WINDOWS_TO_OLSON.get(name, ""), *("/".join(parts[at:]) for at in range(1, len(parts)))):
        if not re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", candidate):
            continue
        try:
            return ZoneInfo(candidate)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return None


def _clean(tzid: str) -> str:
    """A zone's name as parameters and properties agree on it: only a property writes `\\,` for a comma."""
    return re.sub(r"\\(.)", r"\1", tzid).strip().strip('"').strip("/")


def _built(block: Block) -> tzinfo | None:
    """The zone that a VTIMEZONE describes; None when it can't be understood.

    Built here part by part: icalendar would keep it under its name for every other file of the process.
    """
    import icalendar

    rules = [line.upper() for part in block.parts for name, line in part.properties if name == "RRULE"]
    if not all("FREQ=YEARLY" in rule and "INTERVAL=0" not in rule for rule in rules):
        return None
    zone = icalendar.Timezone()
    zone.add("TZID", block.first("TZID"))
    try:
        for part in block.parts:
            kind = icalendar.TimezoneDaylight if part.kind == "DAYLIGHT" else icalendar.TimezoneStandard
            zone.add_component(kind.from_ical(part.text()))
        made = zone.to_tz(lookup_tzid=False)
    except Exception:  # a damaged definition may break the library anywhere
        return None
    return made if isinstance(made, tzinfo) else None
