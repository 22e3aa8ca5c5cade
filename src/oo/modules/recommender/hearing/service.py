"""Asks people's agents, many people at once, and has them infer from the past once a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.asking import Asked, Asking, Told
from oo.contracts.consents import Consents
from oo.contracts.contexts import Contexts
from oo.contracts.features import Features
from oo.contracts.ids import UserId
from oo.contracts.knowledge import Knowledge
from oo.contracts.profiles import Profile, Profiles
from oo.contracts.serving import Heard, Serving
from oo.contracts.sources import Sources
from oo.engine.when import day_of, zone_of
from oo.kernel.jobs import Shard, Tick
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit
from oo.modules.recommender.hearing import repository
from oo.modules.recommender.hearing.keeping import Keeping, Meeting

PEOPLE = 100
"""People that are asked about at a time."""
CALENDAR = "calendar_times"
"""The consent to use the times of the calendar."""
LONGEST = timedelta(days=1)
"""No agent's time is longer (contracts/manifests), so older rounds count for nothing."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """What is asked of other rooms, of many people in one read each."""

    sources: Sources
    profiles: Profiles
    consents: Consents
    features: Features
    serving: Serving
    asking: Asking
    contexts: Contexts
    knowledge: Knowledge


@dataclass(frozen=True, slots=True)
class Hearing:
    """What agents say of people."""

    kit: Kit
    rooms: Rooms
    keeping: Keeping

    async def hear(self, user: UserId, agents: Sequence[str] | None = None) -> list[Heard]:
        """Ask the person's agents (all, or those named) now; raises `KeyGone` for who was forgotten."""
        self.kit.keys.cipher(user)
        found = await self.hear_all([user], agents)
        return [one.heard for one in found[user]]

    async def hear_all(
        self, users: Sequence[UserId], agents: Sequence[str] | None = None
    ) -> Mapping[UserId, Sequence[Told]]:
        """Ask about many people at once; what is unchanged is not written again, and who is forgotten is left out."""
        users = [user for user in users if self._lives(user)]
        now = self.kit.clock.now()
        before = await self.kit.db.read(lambda tx: repository.hearings_of(tx, users))
        profiles = await self.rooms.profiles.get_all(users=users)
        days = {user: _day(now, profiles[user]) for user in users}
        for user in users:
            if user not in before or before[user].inferred_on != days[user]:
                await self.infer(user)
        asked = await self._asked(users, profiles, now)
        found = dict(zip(users, await self.rooms.asking.ask(people=asked, agents=agents), strict=True))
        for place, user in enumerate(users):
            if found[user] is None:  # folded by an older definition
                found[user] = await self._anew(asked[place], agents)
        told = {user: one for user, one in found.items() if one is not None}
        whole = agents is None
        met = [Meeting(user, one, _of(before, user), days[user], whole) for user, one in told.items()]
        await self.keeping.keep(met, now)
        return told

    async def infer(self, user: UserId) -> int:
        """Have the agents infer from the person's past; how many values are others than before."""
        serving = self.rooms.serving
        found = await serving.infer(history=await self.rooms.features.history(user=user))
        versions = {view.id: view.version for view in serving.registry()}
        changed = 0
        for agent, values in found.items():
            changed += await self.rooms.knowledge.learn(user=user, scope=agent, version=versions[agent], found=values)
        return changed

    async def hear_called(self, shard: Shard, tick: Tick) -> int:
        """Ask about those of a shard for whom something calls; how many they were."""
        asked, after = 0, shard.after
        while people := await self.kit.db.read(
            lambda tx, after=after: repository.due(tx, tick.at, after, shard.upto, PEOPLE)  # type: ignore[misc]
        ):
            asked += len(await self.hear_all([UserId(user) for user in people]))
            after = people[-1]
        return asked

    async def hear_round(self, shard: Shard, tick: Tick) -> int:
        """Ask about everybody of a shard who is here, as time goes on whatever happens; how many they were."""
        asked, after, began = 0, shard.after, self.kit.clock.now()
        while people := await self.kit.db.read(
            lambda tx, after=after: repository.everybody(tx, began, after, shard.upto, PEOPLE)  # type: ignore[misc]
        ):
            asked += len(await self.hear_all([UserId(user) for user in people]))
            after = people[-1]
        old = began - LONGEST
        await self.kit.db.write(lambda tx: repository.keep_round(tx, shard.after, shard.upto, began, old))
        return asked

    async def _asked(self, users: Sequence[UserId], profiles: Mapping[UserId, Profile], now: datetime) -> list[Asked]:
        rooms = self.rooms
        granted = await rooms.consents.granted_all(users=users)
        stocks = await rooms.sources.stocks(users=users)
        busy = {user: stocks[user].busy if CALENDAR in granted[user] else () for user in users}
        standings = await rooms.contexts.standings(busy=busy)
        kept = await rooms.features.kept(users=users)
        parameters = await rooms.knowledge.parameters(users=users)
        return [
            Asked(
                user=user,
                now=now,
                zone=profiles[user].zone,
                day_ends_at=profiles[user].day_ends_at,
                language=profiles[user].language,
                standing=standings[user],
                stock=stocks[user],
                kept=kept[user],
                parameters=parameters.get(user, {}),
            )
            for user in users
        ]

    async def _anew(self, asked: Asked, agents: Sequence[str] | None) -> Sequence[Told] | None:
        await self.rooms.features.refold(user=asked.user)
        kept = await self.rooms.features.kept(users=[asked.user])
        return (await self.rooms.asking.ask(people=[replace(asked, kept=kept[asked.user])], agents=agents))[0]

    def _lives(self, user: UserId) -> bool:
        try:
            self.kit.keys.cipher(user)
        except KeyGone:  # forgotten meanwhile; erasing takes the rows
            return False
        return True


def _day(now: datetime, profile: Profile) -> int:
    return day_of(now, zone_of(profile.zone), profile.day_ends_at).toordinal()


def _of(before: Mapping[str, Row[Any]], user: str) -> Row[Any] | None:
    return before.get(user)
