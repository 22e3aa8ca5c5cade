"""What is in a place: events of the time around now, tasks since a mark (RFC 4791, 6578)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from oo.contracts.calendars import AHEAD, BACK
from oo.contracts.connectors import Http, Source, TryLater
from oo.plugins.connectors.caldav.dav import CAL, STRANGE, Report, address, element, propfind, report, same
from oo.plugins.connectors.caldav.places import Place

AT_ONCE = 50
"""Resources that are asked for by name in one report."""
_ROUNDS = 200
_DATA = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
_TODOS = f'{_DATA}<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VTODO"/></C:comp-filter></C:filter>'
_NO_TOKEN = (400, 403, 404, 405, 409, 412, 415, 501)
"""How servers say that a token counts no longer, or that they have no such report."""


@dataclass(slots=True)
class Tasks:
    """The tasks of one place: those that are there or changed by href, and the hrefs that are gone."""

    found: dict[str, bytes] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    whole: bool = True
    """Whether what isn't found is gone."""


async def events(http: Http, place: Place, source: Source) -> dict[str, bytes]:
    """The events that touch the time around now, by href; the server follows recurrences."""
    span = f'<C:time-range start="{source.now - BACK:%Y%m%dT%H%M%SZ}" end="{source.now + AHEAD:%Y%m%dT%H%M%SZ}"/>'
    inner = f'<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{span}</C:comp-filter></C:comp-filter>'
    said = await report(http, address(place.href), "C:calendar-query", f"{_DATA}<C:filter>{inner}</C:filter>")
    return _data(said)


async def tasks(http: Http, place: Place, mark: str | None) -> Tasks:
    """The tasks since a mark; all of them without one, or where the server has forgotten it."""
    if mark and place.syncs:
        changes = await _changes(http, place, mark)
        if changes is not None:
            return changes
    said = await report(http, address(place.href), "C:calendar-query", _TODOS)
    return Tasks(_data(said))


async def named(http: Http, hrefs: Iterable[str], away: Collection[int] = ()) -> dict[str, bytes]:
    """The resources with these hrefs, each place asked for its own; those that are gone are left out.

    `away` are statuses by which a whole place is left out.
    """
    by_place: dict[str, list[str]] = {}
    for href in hrefs:
        by_place.setdefault(f"{href.rstrip('/').rpartition('/')[0]}/", []).append(href)
    found: dict[str, bytes] = {}
    for place, listed in by_place.items():
        for at in range(0, len(listed), AT_ONCE):
            wanted = "".join(element("D:href", one) for one in listed[at : at + AT_ONCE])
            said = await report(http, address(place), "C:calendar-multiget", _DATA + wanted, expect=away)
            found |= {} if said.status in away else _data(said)
    return found


async def hrefs(http: Http, place: Place) -> list[str]:
    """What is in a place, without its content."""
    said = await propfind(http, address(place.href), ("D:getetag",), depth=1)
    if said.status != 207:
        raise TryLater(STRANGE, timedelta(minutes=15))
    return [one.href for one in said.found if not same(one.href, place.href)]


async def _changes(http: Http, place: Place, mark: str) -> Tasks | None:
    """What changed since a token, page by page; None when the token counts no longer."""
    changed: set[str] = set()
    gone: set[str] = set()
    token = mark
    for _ in range(_ROUNDS):
        inner = f"{element('D:sync-token', token)}<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>"
        # RFC 6578 wants depth 0; the level says how deep it looks.
        said = await report(http, address(place.href), "D:sync-collection", inner, depth=0, expect=_NO_TOKEN)
        if said.status != 207:
            return None
        for one in said.found:
            if same(one.href, place.href):
                continue
            (gone if one.status in (404, 410) else changed).add(one.href)
            (changed if one.status in (404, 410) else gone).discard(one.href)
        token = said.token
        if not any(one.status == 507 and same(one.href, place.href) for one in said.found):
            found = await named(http, sorted(changed))
            return Tasks(found, gone | (changed - found.keys()), whole=False)
    return None


def _data(said: Report) -> dict[str, bytes]:
    if said.status != 207:
        raise TryLater(STRANGE, timedelta(minutes=15))
    found: dict[str, bytes] = {}
    for one in said.found:
        known = one.properties.get(f"{CAL}calendar-data")
        if known is not None and known.text and one.status == 200:
            found[one.href] = known.text.encode()
        elif one.status == 507:
            raise TryLater("The server gives only part of this calendar.", timedelta(minutes=15))
    return found
