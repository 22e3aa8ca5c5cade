"""The CalDAV connector: tasks since the last token, the events around now, and "done" written back with If-Match."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

from oo.contracts.abilities import Delegation, Granted
from oo.contracts.connectors import (
    Action,
    Batch,
    Changed,
    Http,
    Reconnect,
    Source,
    TryLater,
    Unread,
    Unsupported,
)
from oo.contracts.ids import Ref
from oo.contracts.items import Busy, Item
from oo.formats.ical.reader import batch_of
from oo.formats.ical.ticking import ticked
from oo.formats.ical.todos import resource_key
from oo.plugins.connectors.caldav import nextcloud
from oo.plugins.connectors.caldav.contents import Tasks, events, named, tasks
from oo.plugins.connectors.caldav.dav import address
from oo.plugins.connectors.caldav.marks import Cursor, Kept, cursor_of, grouped, today
from oo.plugins.connectors.caldav.places import Place, Places, places
from oo.plugins.connectors.caldav.whereabouts import remember, whereabouts

_CALENDAR = {"content-type": "text/calendar; charset=utf-8"}
_TRIES = 2
_WRITTEN = re.compile(rb"^LAST-MODIFIED:(\d{8}T\d{6}Z)", re.MULTILINE)


class CalDav:
    """Reads calendars and task lists, ticks tasks off."""

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        """What changed since the cursor, or everything without one; None when nothing did and the day is the same."""
        http, known, day = _http(source), cursor_of(cursor, source), today(source)
        there = await places(http)
        before = {} if known is None else known.places
        own = {_hash(source, place): place for place in there.all}
        moved = {key for key, place in own.items() if not place.mark or _mark_of(before, key) != place.mark}
        lost = before.keys() - own.keys()
        if known is not None and not moved and not lost and known.day == day:
            return None
        items: list[Item] = []
        unread: list[Unread] = []
        kept: dict[str, Kept] = {}
        for key, place in own.items():
            if key not in moved or not place.tasks:
                kept[key] = Kept(place.mark, before[key].keys if key in before else {})
                continue
            fresh = await tasks(http, place, _mark_of(before, key))
            batch = await _read(source, fresh.found, there)
            remember(source, fresh.found)
            items += batch.items
            unread += batch.unread
            kept[key] = Kept(place.mark, _keys(source, fresh, batch, before.get(key)))
        after = {ref for one in kept.values() for ref in one.refs(source)}
        gone = {ref for one in before.values() for ref in one.refs(source)} - after
        times = known is None or known.day != day or bool(lost) or any(own[key].events for key in moved)
        busy: tuple[Busy, ...] = ()
        if times:
            busy, notes = await _times(source, http, there)
            unread += notes
        return Batch(
            Cursor(day, kept).text(source),
            tuple(items),
            busy,
            tuple(sorted(gone)),
            complete=known is None,
            unread=tuple(unread),
            times=times,
        )

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        """The named tasks with their words; missing ones are left out."""
        http, wanted = _http(source), set(refs)
        there = await whereabouts(source, http, set(grouped(refs)))
        found = await named(http, there, away=(403, 404, 410))  # a list that is shared no more is no reason to ask anew
        batch = await _read(source, found, Places("", frozenset(), ()))
        return [item for item in batch.items if item.facts.ref in wanted]

    async def act(self, source: Source, action: Action) -> None:
        """Tick a task off at the server and look that it is; a recurring one moves on to its next date.

        Raises `Changed` when it is no longer the one that was seen, `Unsupported` for a list that can only be read.
        """
        http = _http(source)
        (root,) = grouped([action.ref])
        href = next(iter(await whereabouts(source, http, {root})), None)
        if href is None:
            raise Changed
        for _ in range(_TRIES):
            data, etag = await _resource(http, href)
            if action.since is not None and await _is_done(source, href, data, action):
                return
            done = await asyncio.to_thread(ticked, source, unquote(href), data, action)
            headers = {**_CALENDAR, **({"if-match": etag} if etag else {})}
            answer = await http.ask(
                "PUT", address(href), content=done, headers=headers, expect=(403, 404, 405, 409, 412)
            )
            if answer.status in (403, 405):
                raise Unsupported("This list can only be read. Tick it off in the app that it came from.")
            if answer.status in (404, 409):
                raise Changed
            if answer.status != 412:  # somebody else wrote meanwhile: what they wrote is looked at first
                break
        else:
            raise Changed
        data, _ = await _resource(http, href)
        if not await _is_done(source, href, data, action):
            raise TryLater("The server did not keep that it is done. oO tries again.", timedelta(minutes=5))

    async def whose(self, source: Source) -> str:
        """The principal's path: one per account at a server."""
        return f"{_http(source).base.split('/')[2]}{(await places(_http(source))).principal}"

    async def delegate(self, http: Http) -> Delegation | None:
        """See `oo.contracts.abilities.Delegating`: at a Nextcloud."""
        return await nextcloud.begin(http)

    async def granted(self, http: Http, ticket: str) -> Granted | None:
        """See `oo.contracts.abilities.Delegating`."""
        return await nextcloud.end(http, ticket)

    def returns(self, address: str) -> bool:
        """See `oo.contracts.abilities.Returning`: a Nextcloud does."""
        return nextcloud.is_one(address)

    async def give_back(self, http: Http) -> None:
        """Let go of the password that a Nextcloud made for oO."""
        await nextcloud.give_back(http)


async def _read(source: Source, found: Mapping[str, bytes], there: Places) -> Batch:
    """Resources as items, in a thread; notes name no resource, as their names are nobody's business."""
    contents = {unquote(href): data for href, data in found.items()}
    batch = await asyncio.to_thread(batch_of, source, contents, (), there.addresses, resources=True)
    notes = tuple(Unread("CalDAV", max(note.line, 1), note.reason) for note in batch.unread)
    return replace(batch, unread=notes)


async def _times(source: Source, http: Http, there: Places) -> tuple[tuple[Busy, ...], tuple[Unread, ...]]:
    found: dict[str, bytes] = {}
    for place in there.all:
        if place.events:
            found |= await events(http, place, source)
    batch = await _read(source, found, there)
    return batch.busy, batch.unread


async def _resource(http: Http, href: str) -> tuple[bytes, str]:
    """A resource and its strong ETag, if it has one."""
    answer = await http.ask("GET", address(href), expect=(403, 404, 410))
    if answer.status in (403, 404, 410):
        raise Changed
    etag = answer.headers.get("etag", "")
    return answer.body, "" if etag.startswith("W/") else etag


async def _is_done(source: Source, href: str, data: bytes, action: Action) -> bool:
    """Whether it is: itself done, or an occurrence that its series has left behind, written since it was begun."""
    batch = await asyncio.to_thread(batch_of, source, {unquote(href): data}, resources=True)
    states = {item.facts.ref: item.facts.state for item in batch.items}
    if action.ref in states:
        return states[action.ref] == "done"
    written = max(_WRITTEN.findall(data), default=b"").decode()
    late = action.since is None or written >= f"{action.since:%Y%m%dT%H%M%SZ}"
    return bool(states) and late and "-" in action.ref.partition(":")[2]


def _keys(source: Source, fresh: Tasks, batch: Batch, before: Kept | None) -> dict[str, tuple[str, ...]]:
    """The keys of a place's tasks, after what was read of it."""
    now = grouped(item.facts.ref for item in batch.items)
    if fresh.whole or before is None:
        return now
    touched = {resource_key(source, unquote(href)) for href in (*fresh.gone, *fresh.found)}
    return {root: rests for root, rests in before.keys.items() if root not in touched} | now


def _mark_of(before: Mapping[str, Kept], key: str) -> str | None:
    return before[key].mark if key in before else None


def _http(source: Source) -> Http:
    if source.http is None:
        raise Reconnect("Connect this server again.")
    return source.http


def _hash(source: Source, place: Place) -> str:
    path = unquote(place.href).rstrip("/")
    return hashlib.blake2b(f"{source.connection}\0{path}".encode(errors="replace"), digest_size=8).hexdigest()


plugin = CalDav()
