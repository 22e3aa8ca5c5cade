"""Events as busy blocks: when, and nothing of what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo

from oo.contracts.items import Busy
from oo.plugins.connectors.ics.blocks import Block
from oo.plugins.connectors.ics.components import Component, instant
from oo.plugins.connectors.ics.recurring import Occurrence

BACK = timedelta(days=1)
AHEAD = timedelta(days=35)
_SLACK = timedelta(days=2)
_DAY = re.compile(r"\d{8}(T|$)")
_RECURRING = frozenset({"RRULE", "RDATE", "RECURRENCE-ID"})


def near(found: Sequence[Block], now: datetime) -> Iterator[Block]:
    """The events that may touch the span, by a glance at their text: most of a calendar is long past."""
    first, last = _digits(now - BACK - _SLACK), _digits(now + AHEAD + _SLACK)
    uids = Counter(block.first("UID") for block in found)
    for block in found:
        names = {name for name, _ in block.properties}
        start, end = block.first("DTSTART") or "", block.first("DTEND") or ""
        alone = uids[block.first("UID")] == 1 and names.isdisjoint(_RECURRING)
        if alone and _DAY.match(start) and _DAY.match(end):
            begins, ends = sorted((start[:8], end[:8]))
            if ends < first or begins > last:
                continue
        yield block


def blocks(found: Iterable[Occurrence], owner: str | None, now: datetime, zone: tzinfo) -> Iterable[Busy]:
    """The blocks that are taken between yesterday and five weeks from now; what the owner is free for is left out."""
    for one in found:
        if is_free(one.component, owner) or one.start is None:
            continue
        all_day = not isinstance(one.start, datetime)
        try:
            start = instant(one.start, zone)
            end = start if one.end is None else instant(one.end, zone)
        except (OverflowError, ValueError):
            continue
        if start < end and start < now + AHEAD and end > now - BACK:
            yield Busy(start, end, all_day)


def is_free(component: Component, owner: str | None) -> bool:
    """Whether the event takes no time: transparent, cancelled, or declined by the owner.

    A file doesn't say whose it is: the owner is who the calendar is named after; where that is nobody who was invited,
    an event counts as declined when everybody invited has declined.
    """
    if component.text("TRANSP").upper() == "TRANSPARENT" or component.status == "CANCELLED":
        return True
    if component.text("X-MICROSOFT-CDO-BUSYSTATUS").upper() == "FREE":
        return True
    answers = {
        str(guest).lower().removeprefix("mailto:"): str(guest.params.get("PARTSTAT", "")).upper()
        for guest in component.all("ATTENDEE")
        if hasattr(guest, "params")
    }
    if owner is not None and (own := answers.get(owner.lower())) is not None:
        return own == "DECLINED"
    return bool(answers) and set(answers.values()) == {"DECLINED"}


def _digits(at: datetime) -> str:
    return at.strftime("%Y%m%d")
