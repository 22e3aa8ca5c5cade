"""The calendar feed connector: one GET, and none of its body when nothing changed (RFC 9110, 13)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfoNotFoundError

from oo.contracts.connectors import Action, Answer, Batch, Reconnect, Source, TryLater, Unsupported
from oo.contracts.errors import Unusable
from oo.contracts.ids import Ref
from oo.contracts.items import Item
from oo.contracts.zones import zone_of
from oo.formats.ical.reader import FORMAT, batch_of

LARGEST = 5_000_000
"""Bytes of a feed."""
NAME = "feed"
"""What notes call it; its address is a secret."""
_STAMP = re.compile(rb"^DTSTAMP[^\n]*\n", re.MULTILINE)
_ASKED = re.compile(
    rb"^(?:REFRESH-INTERVAL|X-PUBLISHED-TTL)(?:;[^:\r\n]*)?:[ ]*\+?P([0-9WDTHMS]+)[ ]*\r?$", re.MULTILINE | re.I
)
_SPAN = re.compile(r"(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?")
_HEAD = re.compile(rb"^BEGIN:V(?!CALENDAR)", re.MULTILINE | re.I)
_TAG = 200
"""Characters of a validator; longer ones are not kept, and so not sent back."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read last: the form, day and zone of that reading, the validators of the answer, a hash of its body."""

    day: str = ""
    etag: str = ""
    modified: str = ""
    body: str = ""
    pause: str = ""
    """Seconds that the feed asks to be left alone, as digits."""


class CalendarFeed:
    """Reads a calendar at an address; writes nothing."""

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        """What the feed holds now, or None when it is as it was at the cursor and the day is the same."""
        seen, day = _seen(cursor), _day(source)
        conditions: dict[str, str] = {}
        if seen.day == day:  # otherwise the window has moved on, and the same feed says something else
            if seen.etag:
                conditions["if-none-match"] = seen.etag
            if seen.modified:
                conditions["if-modified-since"] = seen.modified
        answer = await _get(source, conditions)
        if answer.status == 304:
            return None
        fresh = Seen(
            day, _kept(answer, "etag"), _kept(answer, "last-modified"), _hash(answer.body), _asked(answer.body)
        )
        if seen.day == day and seen.body == fresh.body:
            return None
        return replace(await asyncio.to_thread(batch_of, source, {NAME: answer.body}), cursor=_text(fresh))

    def pause(self, cursor: str) -> timedelta | None:
        """What the feed said of how often it changes (RFC 7986, 5.7, or its forerunner)."""
        asked = _seen(cursor).pause
        return timedelta(seconds=int(asked)) if asked.isdecimal() else None

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        """The named to-dos of the feed with their words; missing ones are left out."""
        if not refs:
            return []
        answer = await _get(source, {})
        batch = await asyncio.to_thread(batch_of, source, {NAME: answer.body})
        return [item for item in batch.items if item.facts.ref in set(refs)]

    async def act(self, source: Source, action: Action) -> None:
        """A feed is only read; raises `Unsupported`."""
        raise Unsupported("A feed is only read. Tick it off in the app that it came from.")


async def _get(source: Source, conditions: dict[str, str]) -> Answer:
    """The feed as it came, if it is one and whole."""
    if source.http is None:
        raise Reconnect("Connect this feed again.")
    headers = {"accept": "text/calendar", **conditions}
    answer = await source.http.ask("GET", "", headers=headers, expect=(304, 404, 410))
    if answer.status in (404, 410):
        raise Unusable("There is no calendar at this address any more.")
    if answer.status == 304:
        if not conditions:
            raise TryLater("It answered in a way that oO cannot read.", timedelta(minutes=15))
        return answer
    if len(answer.body) > LARGEST:
        raise Unusable(f"This feed is larger than {LARGEST // 1_000_000} MB; oO does not read it.")
    text = answer.body.removeprefix(b"\xef\xbb\xbf").strip().upper()
    if not text.startswith(b"BEGIN:VCALENDAR"):
        raise Unusable("What is at this address is no calendar.")
    if not text.endswith(b"END:VCALENDAR"):  # the half of a calendar would look like meetings that were called off
        raise TryLater("The feed came only in part.", timedelta(minutes=5))
    return answer


def _seen(cursor: str | None) -> Seen:
    try:
        return Seen(*map(str, json.loads(cursor or "[]")))
    except (ValueError, TypeError):
        return Seen()


def _text(seen: Seen) -> str:
    return json.dumps(astuple(seen), separators=(",", ":"))


def _day(source: Source) -> str:
    try:
        day = source.now.astimezone(zone_of(source.zone)).date()
    except ZoneInfoNotFoundError:
        day = source.now.date()
    return f"{FORMAT} {day} {source.zone}"


def _kept(answer: Answer, name: str) -> str:
    """A validator, if it can be sent back as it came."""
    value = answer.headers.get(name, "")
    return value if len(value) <= _TAG and value.isprintable() else ""


def _asked(body: bytes) -> str:
    """How many seconds the calendar itself asks for, the longest where it says several; nothing where it says none."""
    first = _HEAD.search(body)
    spans = [
        _SPAN.fullmatch(said.decode().upper()) for said in _ASKED.findall(body[: first.start() if first else None])
    ]
    units = (604_800, 86_400, 3_600, 60, 1)
    found = [sum(int(n or 0) * unit for n, unit in zip(span.groups(), units, strict=True)) for span in spans if span]
    return str(max(found)) if found else ""


def _hash(body: bytes) -> str:
    """Of the feed without the instants at which it was written: many servers write another one each time."""
    return hashlib.blake2b(_STAMP.sub(b"", body), digest_size=12).hexdigest()


plugin = CalendarFeed()
