"""Events as busy blocks: when, and nothing of what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from oo.contracts.calendars import AHEAD, BACK, Answer, Entry
from oo.formats.ical.blocks import Block
from oo.formats.ical.components import Component, instant
from oo.formats.ical.recurring import Occurrence

_SLACK = timedelta(days=2)
_DAY = re.compile(r"\d{8}(T|$)")
_RECURRING = frozenset({"RRULE", "RDATE", "RECURRENCE-ID"})
_THINGS = frozenset({"ROOM", "RESOURCE"})
_ANSWERS: dict[str, Answer] = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined"}
"""PARTSTAT; whatever else it says is no answer."""


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


def entry(one: Occurrence, owners: Collection[str], zone: tzinfo) -> Entry | None:
    """The occurrence as an entry; None when it has no time. `owners`: whose calendar it is, lower-case addresses."""
    if one.start is None:
        return None
    component = one.component
    try:
        start = instant(one.start, zone)
        end = start if one.end is None else instant(one.end, zone)
    except (OverflowError, ValueError):
        return None
    shown = component.text("X-MICROSOFT-CDO-BUSYSTATUS").upper()
    return Entry(
        start,
        end,
        all_day=not isinstance(one.start, datetime) or component.text("X-MICROSOFT-CDO-ALLDAYEVENT").upper() == "TRUE",
        cancelled=component.status == "CANCELLED",
        answer=_answer(component, owners),
        shows_free=component.text("TRANSP").upper() == "TRANSPARENT" or shown == "FREE",
        kind="place" if shown == "WORKINGELSEWHERE" else "event",
        tentative=component.status == "TENTATIVE" or shown == "TENTATIVE",
        travel=component.span("X-APPLE-TRAVEL-DURATION") or timedelta(0),
    )


def _answer(component: Component, owners: Collection[str]) -> Answer | None:
    """The owner's answer.

    A file often doesn't say whose it is. Where nobody who was invited is known to be its owner, an event counts as
    declined when everybody invited has declined, and rooms and things don't count.
    """
    answers = {_address(guest): _param(guest, "PARTSTAT") for guest in component.all("ATTENDEE") if _is_person(guest)}
    own = [_ANSWERS.get(answers[owner], "none") for owner in owners if owner in answers]
    if own:
        return next((one for one in ("accepted", "tentative", "none") if one in own), "declined")
    return "declined" if answers and set(answers.values()) == {"DECLINED"} else None


def _is_person(guest: Any) -> bool:
    return hasattr(guest, "params") and _param(guest, "CUTYPE") not in _THINGS


def _address(guest: Any) -> str:
    return str(guest).strip().lower().removeprefix("mailto:")


def _param(guest: Any, name: str) -> str:
    return str(guest.params.get(name, "")).upper()


def _digits(at: datetime) -> str:
    return at.strftime("%Y%m%d")
