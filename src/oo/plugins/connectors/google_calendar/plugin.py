"""The Google Calendar connector: a sync token says whether anything changed, a window read says what is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from oo.contracts.abilities import Hint, Hook
from oo.contracts.calendars import AHEAD, BACK, Entry, taken
from oo.contracts.connectors import Action, Batch, Http, Reconnect, Source, TryLater, Unread, Unsupported
from oo.contracts.errors import Refused
from oo.contracts.ids import Ref
from oo.contracts.items import Item
from oo.contracts.zones import zone_of
from oo.plugins.connectors.google_calendar.calls import Gone, TooOld, check, events, items_of, pages
from oo.plugins.connectors.google_calendar.entries import Unreadable, entry

_FORMAT = "google.1"
"""Part of every cursor: another reading of the same events makes everything new."""
_CALENDARS = "items(id,accessRole,primary,selected,hidden,deleted),nextPageToken"
_MARKS = "nextPageToken,nextSyncToken,items(id)"
_TIMES = "nextPageToken,items(id,status,transparency,eventType,start,end,attendees/self,attendees/responseStatus)"
_MOST_CALENDARS = 50
_WATCHED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a calendar's changes were last read to, and whether there were any since."""

    token: str
    moved: bool


class GoogleCalendar:
    """Reads when the person's own calendars take time; writes nothing."""

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        """The busy times there are now, or None when no calendar changed since the cursor and the day is the same."""
        http = _http(source)
        day, known = _parted(cursor)
        marks: dict[str, Mark] = {}
        there: list[str] = []
        for calendar in await _own(http):
            try:
                own = _hash(source.connection, calendar)
                marks[own] = await _mark(http, calendar, known.get(own))
                there.append(calendar)
            except Gone:
                continue
        still = day == _day(source) and marks.keys() == known.keys()
        if still and not any(mark.moved for mark in marks.values()):
            return None
        entries: list[Entry] = []
        unread: list[Unread] = []
        for calendar in there:
            await _window(source, http, calendar, entries, unread)
        tokens = {own: mark.token for own, mark in marks.items()}
        fresh = json.dumps([_day(source), tokens], separators=(",", ":"))
        return Batch(fresh, busy=taken(entries, source.now), unread=tuple(unread))

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        """Nothing: a calendar has no tasks."""
        return []

    async def act(self, source: Source, action: Action) -> None:
        """A calendar is only read; raises `Unsupported`."""
        raise Unsupported("A calendar is only read.")

    async def whose(self, source: Source) -> str:
        """The name of the account's first calendar, which is its address and never changes."""
        http = _http(source)
        try:
            async for page in pages(http, "users/me/calendarList", {"fields": _CALENDARS}):
                for one in items_of(page):
                    if one.get("primary") is True:
                        return str(one.get("id"))
        except Reconnect:  # the list was not allowed: the calendar's name is the address, unless somebody changed it
            pass
        async for page in pages(http, events("primary"), {"maxResults": "1", "fields": "summary"}):
            return str(page.get("summary", "primary"))
        return "primary"

    def webhook(self, headers: Mapping[str, str], body: bytes, secret: str) -> Sequence[Hint]:
        """Which watch was set off; its token is compared by whoever keeps it. Raises `Refused`."""
        watch, state = _named(headers.get("x-goog-channel-id", "")), headers.get("x-goog-resource-state", "")
        if not watch or not state:
            raise Refused("This is no notice of Google Calendar.")
        if state == "sync":  # the first one says no more than that the watch began
            return ()
        return (Hint(watch=watch, token=headers.get("x-goog-channel-token", "")),)

    async def watch(self, source: Source, hook: Hook) -> datetime:
        """Ask to be told of changes, and until when that holds; raises `Unsupported` where Google won't."""
        http, until = _http(source), source.now + _WATCHED
        for number, calendar in enumerate(await _own(http)):
            wanted = {
                "id": f"{hook.id.replace('.', '=')}_{number}",
                "type": "web_hook",
                "address": hook.address,
                "token": hook.token,
                "params": {"ttl": str(int(_WATCHED.total_seconds()))},
            }
            answer = await http.ask("POST", f"{events(calendar)}/watch", json=wanted, expect=(400, 403, 404))
            said = answer.json()
            if answer.status in (400, 404) or not isinstance(said, Mapping):
                raise Unsupported("Google does not send notices to this address.")
            check(answer, said)
            until = min(until, _expiry(said, until))
        return until


async def _own(http: Http) -> list[str]:
    """The calendars that say when this person is busy: their own, as far as they look at them."""
    found: list[str] = []
    try:
        async for page in pages(http, "users/me/calendarList", {"fields": _CALENDARS}):
            found += [str(one["id"]) for one in items_of(page) if _counts(one)]
    except Reconnect:  # the person allowed events only: the first calendar is known without the list
        return ["primary"]
    return found[:_MOST_CALENDARS]


def _counts(calendar: Mapping[str, Any]) -> bool:
    if not calendar.get("id") or calendar.get("deleted") is True:
        return False
    if calendar.get("primary") is True:
        return True
    shown = calendar.get("selected") is True and calendar.get("hidden") is not True
    return shown and calendar.get("accessRole") == "owner"


async def _mark(http: Http, calendar: str, token: str | None) -> Mark:
    """Read on from a token; without one, or with one that is too old, from the beginning."""
    if token is not None:
        try:
            return await _walk(http, calendar, {"syncToken": token})
        except TooOld:
            pass
    mark = await _walk(http, calendar, {})
    return Mark(mark.token, moved=True)


async def _walk(http: Http, calendar: str, since: Mapping[str, str]) -> Mark:
    token, moved = "", False
    async for page in pages(http, events(calendar), {"maxResults": "2500", "fields": _MARKS, **since}):
        moved = moved or bool(items_of(page))
        token = str(page.get("nextSyncToken") or "")
    if not token:
        raise TryLater("Google's answer cannot be read.", timedelta(minutes=5))
    return Mark(token, moved)


async def _window(source: Source, http: Http, calendar: str, entries: list[Entry], unread: list[Unread]) -> None:
    """The occurrences of a calendar near now; those that can't be read are listed by their number."""
    zone = zone_of(source.zone)
    wanted = {
        "timeMin": _text(source.now - BACK),
        "timeMax": _text(source.now + AHEAD),
        "singleEvents": "true",
        "orderBy": "startTime",
        "maxResults": "2500",
        "maxAttendees": "1",
        "fields": _TIMES,
    }
    number = 0
    try:
        async for page in pages(http, events(calendar), wanted):
            for event in items_of(page):
                number += 1
                try:
                    entries.append(entry(event, zone))
                except Unreadable as error:
                    if event.get("status") != "cancelled":
                        unread.append(Unread("Google Calendar", number, str(error)))
    except Gone:
        return


def _parted(cursor: str | None) -> tuple[str, dict[str, str]]:
    """The day, zone and form that a cursor is of, and its tokens."""
    try:
        day, tokens = json.loads(cursor or "")
        return str(day), {str(own): str(token) for own, token in tokens.items()}
    except (ValueError, AttributeError, TypeError):
        return "", {}


def _day(source: Source) -> str:
    try:
        day = source.now.astimezone(zone_of(source.zone)).date()
    except ZoneInfoNotFoundError:
        day = source.now.date()
    return f"{_FORMAT} {day} {source.zone}"


def _http(source: Source) -> Http:
    if source.http is None:
        raise Reconnect("Connect this Google account again.")
    return source.http


def _named(channel: str) -> str:
    return channel.rpartition("_")[0].replace("=", ".")


def _expiry(said: Mapping[str, Any], otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(said["expiration"]) / 1000, UTC)
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return otherwise


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(errors="replace"), digest_size=10).hexdigest()


plugin = GoogleCalendar()
