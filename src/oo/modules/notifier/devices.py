"""Devices and inboxes: subscribed, known again, renewed, confirmed and forgotten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.channels import Channel, Public
from oo.contracts.deliveries import ChannelView, DeviceView, FieldView
from oo.contracts.errors import Conflict, Invalid, NotFound, TooMany
from oo.contracts.ids import UserId
from oo.contracts.manifests import ChannelManifest
from oo.contracts.zones import zone_of
from oo.kernel.db import Transaction
from oo.kernel.keys import Keys
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.kernel.plugins import Plugin
from oo.modules.notifier import presence
from oo.modules.notifier.desk import desk
from oo.modules.notifier.leaving import leaving
from oo.modules.notifier.repository import devices as repository

MOST = 1_000
"""Devices of one person."""
LONGEST_VALUE, MOST_VALUES = 2_000, 12
LONGEST_NAME = 80
ADDRESS, NAME = "devices.address", "devices.name"

log = get_logger("notifier")


class Devices:
    """Everything that a message can go to."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._plugins: Mapping[str, Plugin[Any]] = kit.plugins.get("channels", {})

    def plugin(self, channel: str) -> Plugin[Any]:
        """The channel's plugin; raises `NotFound`."""
        if channel not in self._plugins:
            raise NotFound("There is no such channel.")
        return self._plugins[channel]

    def load(self, channel: str) -> Channel:
        """The channel's code; raises `NotFound`, or what its import raises."""
        found: Channel = self.plugin(channel).load()
        return found

    async def channels(self, user: UserId) -> list[ChannelView]:
        """See `Deliveries.channels`."""
        rows = await self._kit.db.read(lambda tx: repository.of_person(tx, user))
        found = []
        for name, plugin in sorted(self._plugins.items()):
            manifest: ChannelManifest = plugin.manifest
            missing = self._missing(plugin)
            mine = tuple(view(self._kit.keys, row) for row in rows if row.channel == name)
            fields = tuple(FieldView(one.name, one.label, one.kind, one.needed) for one in manifest.fields)
            facts = {} if missing else self._facts(name)
            found.append(
                ChannelView(
                    id=name,
                    name=manifest.name,
                    summary=manifest.summary,
                    reaches=manifest.reaches,
                    ready=not missing,
                    missing=missing,
                    fields=fields,
                    facts=facts,
                    devices=mine,
                )
            )
        return found

    async def subscribe(
        self, user: UserId, channel: str, values: Mapping[str, str], name: str, zone: str
    ) -> tuple[DeviceView, bool]:
        """The device, and whether it is to be asked first."""
        checked, digest = self._checked(user, channel, values)
        now, place = self._kit.clock.now(), known_zone(zone)
        confirms = self.plugin(channel).manifest.confirms
        cipher = self._kit.keys.cipher(user)
        row = {
            "id": self._kit.ids.new(),
            "user_id": user,
            "channel": channel,
            "digest": digest,
            "address": cipher.seal(ADDRESS, json.dumps(checked)),
            "name": cipher.seal(NAME, name.strip()[:LONGEST_NAME] or channel),
            "zone": place,
            "state": repository.ASKED if confirms else repository.WORKS,
            "since": now,
            "seen_at": now,
            "reached_at": None,
            "failures": 0,
            "problem": "",
        }

        def unit(tx: Transaction) -> Row[Any]:
            known = repository.with_digest(tx, digest)
            if known is not None and known.user_id == user:
                # One that was gone is asked again: maybe it never said yes.
                asks = confirms and known.state in (repository.ASKED, repository.GONE)
                state = repository.ASKED if asks else repository.WORKS
                again = {"address": row["address"], "name": row["name"], "zone": place or known.zone}
                repository.change(tx, known.id, {**again, "state": state, "seen_at": now, "failures": 0, "problem": ""})
            else:
                if known is not None:  # a browser is whoever's who sits at it now
                    repository.remove(tx, known.id)
                if repository.many(tx, user) >= MOST:
                    raise TooMany(f"There are {MOST:,} devices already. Take one off first.")
                repository.add(tx, row)
            presence.here(tx, user, place, now)
            found = repository.with_digest(tx, digest)
            assert found is not None
            return found

        kept = await self._kit.db.write(unit)
        return view(self._kit.keys, kept), kept.state == repository.ASKED

    async def renew(
        self,
        user: UserId,
        channel: str,
        old: Mapping[str, str],
        values: Mapping[str, str],
        zone: str,
        device: str = "",
    ) -> DeviceView:
        """See `Deliveries.renew`."""
        checked, digest = self._checked(user, channel, values)
        before = self._digest(user, channel, old)
        sealed, now = self._kit.keys.cipher(user).seal(ADDRESS, json.dumps(checked)), self._kit.clock.now()
        same = {"address": sealed, "digest": digest, "state": repository.WORKS, "failures": 0, "problem": ""}

        def unit(tx: Transaction) -> Row[Any] | None:
            known = repository.one(tx, user, device) if device else repository.with_digest(tx, before)
            taken = repository.with_digest(tx, digest)
            if known is None or known.user_id != user or known.channel != channel:
                return None
            if taken is not None and taken.id != known.id:
                repository.remove(tx, taken.id)
            repository.change(tx, known.id, {**same, "seen_at": now, "zone": known_zone(zone) or known.zone})
            presence.here(tx, user, known_zone(zone), now)
            return repository.with_digest(tx, digest)

        kept = await self._kit.db.write(unit)
        if kept is None and device:
            raise NotFound("There is no such device.")
        if kept is None:
            return (await self.subscribe(user, channel, values, "", zone))[0]
        return view(self._kit.keys, kept)

    async def unsubscribe(self, user: UserId, device: str, what: str = "device") -> None:
        """See `Deliveries.unsubscribe`; `what` says how the person said so."""
        note = leaving(self._kit, user, what)

        def unit(tx: Transaction) -> bool:
            if repository.one(tx, user, device) is None:
                return False
            repository.remove(tx, device)
            note(tx)
            return True

        if not await self._kit.db.write(unit):
            raise NotFound("There is no such device.")

    async def heartbeat(
        self, user: UserId, channel: str, values: Mapping[str, str] | None, zone: str
    ) -> DeviceView | None:
        """See `Deliveries.heartbeat`."""
        now, named = self._kit.clock.now(), known_zone(zone)
        digest = self._digest(user, channel, values) if values else ""

        def unit(tx: Transaction) -> Row[Any] | None:
            presence.here(tx, user, named, now)
            known = repository.with_digest(tx, digest) if digest else None
            if known is None or known.user_id != user or known.state == repository.GONE:
                return None
            repository.change(tx, known.id, {"seen_at": now, "zone": named or known.zone})
            return repository.with_digest(tx, digest)

        kept = await self._kit.db.write(unit)
        return None if kept is None else view(self._kit.keys, kept)

    def _facts(self, channel: str) -> Mapping[str, str]:
        try:
            code = self.load(channel)
            return code.facts(desk(self._kit, self.plugin(channel))) if isinstance(code, Public) else {}
        except Exception as error:  # its own fault: the page shows the others
            log.warning("channel.broken", plugin=channel, error=type(error).__name__)
            return {}

    def _missing(self, plugin: Plugin[Any]) -> tuple[str, ...]:
        have = desk(self._kit, plugin).settings
        return tuple(f"OO_{name.upper()}" for name in plugin.manifest.needs if name not in have)

    def _checked(self, user: UserId, channel: str, values: Mapping[str, str]) -> tuple[dict[str, str], str]:
        plugin = self.plugin(channel)
        if missing := self._missing(plugin):
            raise Conflict(f"{plugin.manifest.name} is not set up here: {', '.join(missing)} is missing.")
        checked = self._normal(channel, values)
        # Only a browser knows its own address. One that is typed may be known to anybody, and takes nobody's away.
        typed = bool(plugin.manifest.fields) or plugin.manifest.confirms
        whose = f"{channel}\0{user}" if typed else channel
        return checked, self._kit.keys.digest("device", f"{whose}\0{checked['key']}")

    def _digest(self, user: UserId, channel: str, values: Mapping[str, str] | None) -> str:
        """How an address is known again; nothing for one that can't be."""
        try:
            return self._checked(user, channel, values or {})[1]
        except (Invalid, Conflict):
            return ""

    def _normal(self, channel: str, values: Mapping[str, str]) -> dict[str, str]:
        if len(values) > MOST_VALUES or any(len(text) > LONGEST_VALUE for text in values.values()):
            raise Invalid("That is too long for an address.")
        checked = dict(self.load(channel).check(values, desk(self._kit, self.plugin(channel))))
        if not checked.get("key"):
            raise Invalid("That is no address.")
        return checked


def view(keys: Keys, row: Row[Any]) -> DeviceView:
    """A row as its owner sees it."""
    name = keys.cipher(row.user_id).open(NAME, row.name)
    return DeviceView(
        id=row.id,
        channel=row.channel,
        name=name,
        state=row.state,
        since=row.since,
        seen_at=row.seen_at,
        reached_at=row.reached_at,
        problem=row.problem,
    )


def address_of(keys: Keys, row: Row[Any]) -> dict[str, str]:
    """The address of a device, opened."""
    values: dict[str, str] = json.loads(keys.cipher(row.user_id).open(ADDRESS, row.address))
    return values


def known_zone(name: str) -> str:
    """The zone's name when there is such a zone, else nothing: a device may say what it likes."""
    try:
        zone_of(name)
    except (KeyError, ValueError):
        return ""
    return name if len(name) <= 40 else ""


def overdue(now: datetime, seen: datetime | None) -> bool:
    """Whether a device was not here for so long that its push service may have let go of it."""
    return seen is None or now - seen > timedelta(days=60)
