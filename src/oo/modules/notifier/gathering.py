"""What is known of people when an interruption is thought about: own rows at once, then other rooms' word."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.consents import Consents
from oo.contracts.contexts import Contexts
from oo.contracts.deliveries import Wishes
from oo.contracts.ids import UserId
from oo.contracts.items import Busy
from oo.contracts.knowledge import Knowledge, Known
from oo.contracts.manifests import ChannelManifest
from oo.contracts.profiles import Profile, Profiles
from oo.contracts.sources import Sources
from oo.contracts.tips import Tip
from oo.contracts.zones import zone_of
from oo.engine.interrupting import Offer, Reach, Sent, Situation
from oo.engine.when import day_of
from oo.kernel.db import Transaction
from oo.kernel.keys import Keys
from oo.kernel.module import Kit
from oo.modules.notifier.presence import REMEMBERED, zones_of
from oo.modules.notifier.repository import moments
from oo.modules.notifier.steadiness import Steadiness
from oo.modules.notifier.wishing import wishes_of

COUNTED = timedelta(days=3)
"""How far back pushes and messages are looked at: every zone's day lies within."""
HABIT = timedelta(days=14)
CALENDAR, LEARNT_FROM = "calendar_times", "mood_habits"
"""The consents to use the times of the calendar, and to learn from reactions."""


@dataclass(frozen=True, slots=True)
class Own:
    """What the notifier's own rows say of a person."""

    presence: Row[Any]
    wished: Row[Any] | None = None
    devices: Sequence[Row[Any]] = ()
    pushes: Sequence[Row[Any]] = ()
    messages: Sequence[Row[Any]] = ()
    temper: Row[Any] | None = None
    past: Sequence[Row[Any]] = ()
    tried: Sequence[Row[Any]] = ()
    on_its_way: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A person at a moment."""

    user: UserId
    own: Own
    wishes: Wishes
    situation: Situation
    day: date
    language: str = "en"
    known: Sequence[Known] = field(default=())

    @property
    def ordinal(self) -> int:
        """The person's day as a number."""
        return self.day.toordinal()


@dataclass(frozen=True, slots=True)
class Gathering:
    """Reads what rules and worth are judged by."""

    kit: Kit
    profiles: Profiles
    sources: Sources
    consents: Consents
    contexts: Contexts
    knowledge: Knowledge
    steadiness: Steadiness

    async def people(self, users: Sequence[UserId]) -> dict[UserId, Person]:
        """People as their own rows show them: without calendar and contexts, which other rooms know.

        Those of whom there is no row (they were forgotten, or never had a device) are left out.
        """
        now, steady = self.kit.clock.now(), self.steadiness.steady()
        owns = await self.kit.db.read(lambda tx: own(tx, users, now))
        found = await asyncio.gather(*(self._person(UserId(user), one, now, steady) for user, one in owns.items()))
        return {person.user: person for person in found}

    async def whole(self, person: Person) -> Person:
        """The person with what is in their calendar and which contexts are on."""
        inventory, granted = await asyncio.gather(
            self.sources.inventory(user=person.user), self.consents.granted(user=person.user)
        )
        busy: tuple[Busy, ...] = inventory.busy if CALENDAR in granted else ()
        standing = await self.contexts.standing(user=person.user, busy=busy)
        return replace(person, situation=replace(person.situation, busy=busy, contexts=standing.contexts))

    def day_seed(self, user: str, day: int) -> int:
        """One number a person and day, from 0 to 2^63 - 1."""
        return day_seed(self.kit.keys, user, day)

    def manifest(self, channel: str) -> ChannelManifest | None:
        """What a channel says of itself; None when it is not there any more."""
        plugin = self.kit.plugins.get("channels", {}).get(channel)
        return None if plugin is None else plugin.manifest

    async def _person(self, user: UserId, own: Own, now: datetime, steady: bool) -> Person:
        profile = await self.profiles.get(user=user)
        known: Sequence[Known] = ()
        if own.wished is None or own.wished.quiet == "inferred":
            known = await self.knowledge.known(user=user)
        wishes = wishes_of(own.wished, known)
        situation = situation_of(own, wishes, profile, now, steady=steady)
        day = day_of(now, zone_of(situation.zone), situation.day_ends_at)
        return Person(user, own, wishes, situation, day, profile.language, known)


def own(tx: Transaction, users: Sequence[str], now: datetime) -> dict[str, Own]:
    """What own rows say of people, in eight queries however many they are."""
    presences = moments.presences_of(tx, users)
    wished, devices = moments.wishes_of(tx, users), moments.devices_of(tx, users)
    pushes, messages = moments.pushes_of(tx, users, now - COUNTED), moments.messages_of(tx, users, now - COUNTED)
    tempers, planned = moments.tempers_of(tx, users), moments.planned_of(tx, users)
    past, tried = moments.past_of(tx, users, now - HABIT), moments.tried_of(tx, users)
    return {
        user: Own(
            presence,
            wished.get(user),
            devices.get(user, ()),
            pushes.get(user, ()),
            messages.get(user, ()),
            tempers.get(user),
            past.get(user, ()),
            tried.get(user, ()),
            user in planned,
        )
        for user, presence in presences.items()
    }


def situation_of(own: Own, wishes: Wishes, profile: Profile, now: datetime, *, steady: bool) -> Situation:
    """The situation as far as own rows tell it; the zone is that of the device that was here last."""
    zone = own.presence.zone or profile.zone
    left = [name for name, at in zones_of(own.presence.zones) if now - at < REMEMBERED]
    return Situation(
        now=now,
        zone=zone,
        zones=tuple(dict.fromkeys(name for name in left if name != zone)),
        day_ends_at=profile.day_ends_at,
        quiet=wishes.quiet,
        a_day=wishes.a_day,
        sent=tuple(sent_of(row) for row in own.pushes),
        silent_in=frozenset(wishes.silent_in),
        here_at=own.presence.seen_at,
        steady=steady,
    )


def sent_of(row: Row[Any]) -> Sent:
    """A push as the rules know it."""
    return Sent(row.sent_at, row.expires_at, open=row.state == "sent" and row.verb is None)


def reach_of(person: Person, device: Row[Any], manifest: ChannelManifest) -> Reach:
    """A device as the rules know it."""
    now, messages = person.situation.now, person.own.messages
    return Reach(
        zone=device.zone,
        messages=tuple(one.claimed_at for one in messages if one.device_id == device.id),
        a_day=manifest.a_day,
        between=timedelta(minutes=manifest.minutes_between),
        over_channel=sum(
            one.channel == device.channel and one.claimed_at > now - timedelta(days=1) for one in messages
        ),
        channel_a_day=manifest.person_a_day,
    )


def offer_of(person: Person, tip: Tip) -> Offer:
    """A standing tip as the rules know it; what was pushed once is not pushed again."""
    pushed = any(row.tip_id == tip.id for row in person.own.pushes)
    seen = pushed or person.own.presence.seen_tip == tip.id
    return Offer(tip.id, "standing", seen, tip.expires_at, tip.kind)


def day_seed(keys: Keys, user: str, day: int) -> int:
    """One number a person and day that nobody can guess without the instance key."""
    return int(keys.digest("interrupting", f"{user}\0{day}")[:16], 16) >> 1
