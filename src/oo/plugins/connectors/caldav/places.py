"""Where a person's calendars and task lists are, from whatever address they gave (RFC 6764, 5397, 4791)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from oo.contracts.connectors import Http, TryLater
from oo.contracts.errors import Unusable
from oo.plugins.connectors.caldav.dav import (
    CAL,
    CS,
    DAV,
    STRANGE,
    Found,
    Report,
    address,
    elsewhere,
    path_of,
    propfind,
    same,
)

_WHO = ("D:current-user-principal", "C:calendar-home-set", "D:resourcetype", "C:calendar-user-address-set")
_WHAT = (
    "D:resourcetype",
    "C:supported-calendar-component-set",
    "D:sync-token",
    "CS:getctag",
    "D:owner",
    "C:schedule-calendar-transp",
)
_WELL_KNOWN = "/.well-known/caldav"
_MOST = 100


@dataclass(frozen=True, slots=True)
class Place:
    """One calendar or task list."""

    href: str
    events: bool
    tasks: bool
    mark: str
    """Another one whenever something in it changed; nothing where the server doesn't say."""
    syncs: bool
    """Whether the mark is a sync token."""


@dataclass(frozen=True, slots=True)
class Places:
    """All that a person has at a server."""

    principal: str
    addresses: frozenset[str]
    """Whose invitations are the person's own, in lower case."""
    all: Sequence[Place]


async def places(http: Http) -> Places:
    """Find them; raises `Unusable` when there are none, `Reconnect` when the server wants another password."""
    base = urlsplit(http.base).path or "/"
    who = _one(await propfind(http, address(base), (*_WHO, *_WHAT[1:])))
    if who is not None and who.has(f"{DAV}resourcetype", f"{CAL}calendar"):
        return Places(base, frozenset(), _place(who, ""))
    for start in (who, None):
        known = start or _one(await propfind(http, _WELL_KNOWN, _WHO)) or await _led_to(http)
        if known is not None and (found := await _home(http, known)) is not None:
            return found
    raise Unusable("There is no calendar at this address. Give the address of the server, or of one calendar.")


async def _led_to(http: Http) -> Found | None:
    """Where the well-known address leads, for servers that redirect so that only a GET arrives."""
    answer = await http.ask("GET", _WELL_KNOWN, expect=(301, 302, 400, 404, 405, 501))
    _here(http, answer.url or _WELL_KNOWN)
    there = urlsplit(answer.url).path
    return _one(await propfind(http, there, _WHO)) if there not in ("", _WELL_KNOWN) else None


async def _home(http: Http, who: Found) -> Places | None:
    principal = _href(http, who, f"{DAV}current-user-principal")
    at_principal = who
    if principal is not None and not same(principal, who.href):
        at_principal = await _surely(http, principal)
    home = _href(http, at_principal, f"{CAL}calendar-home-set")
    if home is None:
        return None
    listed = await propfind(http, address(home), _WHAT, depth=1)
    if listed.status != 207:
        raise TryLater(STRANGE, timedelta(minutes=15))
    own = principal or at_principal.href
    found = [place for one in listed.found for place in _place(one, own)]
    if not found:
        raise Unusable("There is no calendar and no task list in this account.")
    return Places(own, _addresses(at_principal), found[:_MOST])


async def _surely(http: Http, href: str) -> Found:
    found = _one(await propfind(http, address(href), _WHO))
    if found is None:
        raise TryLater(STRANGE, timedelta(minutes=15))
    return found


def _one(said: Report) -> Found | None:
    """The resource that was asked about, under whatever path a redirect gave it."""
    return said.found[0] if said.found else None


def _place(one: Found, owner: str) -> Sequence[Place]:
    """The resource as a place, if it is the person's own calendar."""
    if not one.has(f"{DAV}resourcetype", f"{CAL}calendar"):
        return ()
    whose = one.properties.get(f"{DAV}owner")
    href = None if whose is None else whose.findtext(f"{DAV}href")
    shared = bool(owner and href and not same(path_of(href), owner))
    kinds = one.properties.get(f"{CAL}supported-calendar-component-set")
    names = {kind.get("name", "").upper() for kind in kinds} if kinds is not None else {"VEVENT", "VTODO"}
    # What somebody else is busy with is theirs; a task list that is shared is everybody's.
    free = shared or one.has(f"{CAL}schedule-calendar-transp", f"{CAL}transparent")
    token = one.text(f"{DAV}sync-token")
    mark = token or one.text(f"{CS}getctag")
    place = Place(one.href, "VEVENT" in names and not free, "VTODO" in names, mark, bool(token))
    return (place,) if place.events or place.tasks else ()


def _href(http: Http, one: Found, name: str) -> str | None:
    """The path that a property leads to."""
    known = one.properties.get(name)
    href = None if known is None else known.findtext(f"{DAV}href")
    if not href:
        return None
    _here(http, href)
    return path_of(href)


def _here(http: Http, href: str) -> None:
    """A password goes to no other server than the one that it was given for."""
    host = elsewhere(http.base, href)
    if host is not None:
        raise Unusable(f"This server keeps your calendars at {host}. Connect that address instead.")


def _addresses(who: Found) -> frozenset[str]:
    known = who.properties.get(f"{CAL}calendar-user-address-set")
    listed = [] if known is None else [one.text or "" for one in known.findall(f"{DAV}href")]
    return frozenset(
        one.strip().lower().removeprefix("mailto:") for one in listed if one.strip().lower().startswith("mailto:")
    )
