"""Events as busy blocks: when, and nothing of what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from oo.contracts.items import Busy
from oo.plugins.connectors.ics.components import Component, instant
from oo.plugins.connectors.ics.recurring import Occurrence

BACK = timedelta(days=1)
AHEAD = timedelta(days=35)


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
