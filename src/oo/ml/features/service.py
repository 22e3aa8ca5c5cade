"""`Features`: what happened, kept as numbers, and what follows from it at any moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from oo.contracts.consents import Consents
from oo.contracts.decisions import UserView
from oo.contracts.events import UserUpdated
from oo.contracts.features import Activity, FeatureView, Kept, UserHistory
from oo.contracts.ids import UserId
from oo.contracts.profiles import Profiles
from oo.kernel.db import Transaction
from oo.kernel.jobs import Shard, Tick
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit
from oo.ml.features import repository
from oo.ml.features.activity import Place, activity
from oo.ml.features.fold import At, States, dump, fold, load, start
from oo.ml.features.opening import hydrated
from oo.ml.features.registry import FEATURES, FRESH, HABITS, REGISTRY, TITLES, features_of, profile_values
from oo.ml.features.tables import ACTIVITY, GROUPS, STATES

BATCH = 500
"""Activities that are folded in one unit."""
PEOPLE = 100
"""People that are looked up at a time."""


class KeptFeatures:
    """Keeps the promise `Features`."""

    def __init__(self, kit: Kit, profiles: Profiles, consents: Consents) -> None:
        self._kit, self._profiles, self._consents = kit, profiles, consents

    def registry(self) -> Sequence[FeatureView]:
        """See `Features.registry`."""
        return tuple(FEATURES.values())

    async def of(self, *, user: UserId, names: Collection[str] | None = None) -> Mapping[str, float]:
        """See `Features.of`."""
        states = await self.states(user=user)
        return profile_values(states, await self._at(user), names)

    async def hydrate(self, *, view: UserView, names: Collection[str]) -> UserView:
        """See `Features.hydrate`."""
        granted = await self._consents.granted(user=view.user)
        groups = (await self._groups([view.user])).get(view.user) if TITLES in granted else None
        return hydrated(view, await self.states(user=view.user), groups, granted, names)

    async def states(self, *, user: UserId) -> States:
        """What was folded of the person, with what waits folded in."""
        if HABITS not in await self._consents.granted(user=user):
            return start()
        sealed, rows = await self._kit.db.read(
            lambda tx: (repository.states(tx, user), repository.waiting(tx, user, BATCH))
        )
        states = await self._opened(user, sealed)
        return fold(states, self._placed(user, rows, await self._place(user)))

    async def kept(self, *, users: Collection[UserId]) -> Mapping[UserId, Kept]:
        """See `Features.kept`."""
        granted = await self._consents.granted_all(users=users)
        sealed, waiting = await self._kit.db.read(lambda tx: repository.kept(tx, users, BATCH), aside=True)
        groups = await self._groups([user for user in users if TITLES in granted[user]])
        found: dict[UserId, Kept] = {}
        for user in users:
            found[user] = Kept(groups=groups.get(user))
            if HABITS in granted[user] and (user in sealed or user in waiting):
                with suppress(KeyGone):  # forgotten meanwhile
                    past = self._kept(user, sealed.get(user), waiting.get(user, ()))
                    found[user] = replace(past, groups=groups.get(user))
        return found

    async def refold(self, *, user: UserId) -> None:
        """See `Features.refold`."""
        sealed = await self._kit.db.read(lambda tx: repository.states(tx, user))
        if sealed is not None:
            fresh = self._kit.keys.cipher(user).seal_bytes(STATES, dump(await self._opened(user, sealed)))
            await self._kit.db.write(lambda tx: repository.replace(tx, user, sealed, fresh))

    async def history(self, *, user: UserId) -> UserHistory:
        """See `Features.history`; all that waits is folded before, however much it is."""
        place, now = await self._place(user), self._kit.clock.now()
        known: list[Activity] = []
        if HABITS in await self._consents.granted(user=user):
            while await self._fold(user):
                pass
            known = self._past(user, await self._kit.db.read(lambda tx: repository.past(tx, user)))
        return UserHistory(user, now, place.zone, place.day(now), tuple(known))

    async def pasts(self, *, after: str, limit: int) -> Sequence[UserHistory]:
        """See `Features.pasts`."""
        found: list[UserHistory] = []
        for user in await self._kit.db.read(lambda tx: repository.people(tx, after, limit)):
            try:
                found.append(await self.history(user=UserId(user)))
            except KeyGone:  # forgotten meanwhile
                continue
        return found

    async def count(self, *, user: UserId, consent: str) -> int:
        """See `Features.count`."""
        return await self._kit.db.read(lambda tx: repository.count(tx, user, consent))

    async def forget(self, *, user: UserId, consent: str) -> int:
        """See `Features.forget`."""
        total = 0
        while deleted := await self._kit.db.write(lambda tx: repository.erase_of(tx, user, consent)):
            total += deleted
        return total

    async def fold_shard(self, shard: Shard, tick: Tick) -> int:
        """Fold what waits for a shard's people; the number of activities."""
        total, after = 0, shard.after
        while people := await self._kit.db.read(
            lambda tx, after=after: repository.people_waiting(tx, after, shard.upto, PEOPLE)  # type: ignore[misc]
        ):
            for user in people:
                while folded := await self._fold(UserId(user)):
                    total += folded
            after = people[-1]
        return total

    async def _fold(self, user: UserId) -> int:
        """Fold the person's next activities; how many, 0 when none waits."""
        if HABITS not in await self._consents.granted(user=user):
            await self.forget(user=user, consent=HABITS)
            return 0
        place, now = await self._place(user), self._kit.clock.now()
        sealed, rows = await self._kit.db.read(
            lambda tx: (repository.states(tx, user), repository.waiting(tx, user, BATCH))
        )
        if not rows:
            return 0
        try:
            known = self._placed(user, rows, place)
            states = fold(await self._opened(user, sealed), known)
            fresh = self._kit.keys.cipher(user).seal_bytes(STATES, dump(states))
        except KeyGone:  # the person was forgotten meanwhile; erasing takes the rows
            return 0
        updated = UserUpdated(REGISTRY, features_of({one.verb for one in known}), now, now + FRESH)
        told = self._kit.outbox.envelope(user, updated)
        placed = [(row.seq, one.day, one.hour) for row, one in zip(rows, known, strict=True)]

        def unit(tx: Transaction) -> bool:
            if repository.states(tx, user) != sealed:  # another process was quicker: what it folded is not folded twice
                return False
            repository.put(tx, user, fresh, now, placed)
            self._kit.outbox.publish(tx, told)
            return True

        return len(rows) if await self._kit.db.write(unit) else 0

    async def _opened(self, user: UserId, sealed: bytes | None) -> States:
        """The states as they were kept; folded anew from all that is kept when reducers have changed."""
        if sealed is None:
            return start()
        states = load(self._kit.keys.cipher(user).open_bytes(STATES, sealed))
        if states is None:
            states = fold(start(), self._past(user, await self._kit.db.read(lambda tx: repository.past(tx, user))))
        return states

    async def _groups(self, users: Collection[UserId]) -> dict[UserId, bytes]:
        """What the open tasks of people are about, opened."""
        found: dict[UserId, bytes] = {}
        sealed = await self._kit.db.read(lambda tx: repository.groups_of(tx, users)) if users else {}
        for user, groups in sealed.items():
            with suppress(KeyGone):  # forgotten meanwhile
                found[UserId(user)] = self._kit.keys.cipher(user).open_bytes(GROUPS, groups)
        return found

    def _kept(self, user: UserId, sealed: bytes | None, rows: Sequence[Row[Any]]) -> Kept:
        cipher = self._kit.keys.cipher(user)
        waiting = tuple((row.verb, row.at, cipher.open_bytes(ACTIVITY, row.data)) for row in rows)
        return Kept(None if sealed is None else cipher.open_bytes(STATES, sealed), waiting)

    def _past(self, user: UserId, rows: Sequence[Row[Any]]) -> list[Activity]:
        cipher = self._kit.keys.cipher(user)
        return [
            activity(row.verb, row.at, cipher.open_bytes(ACTIVITY, row.data), day=row.day, hour=row.hour)
            for row in rows
        ]

    def _placed(self, user: UserId, rows: Sequence[Row[Any]], place: Place) -> list[Activity]:
        cipher = self._kit.keys.cipher(user)
        return [activity(row.verb, row.at, cipher.open_bytes(ACTIVITY, row.data), place) for row in rows]

    async def _place(self, user: UserId) -> Place:
        profile = await self._profiles.get(user=user)
        return Place(profile.zone, profile.day_ends_at)

    async def _at(self, user: UserId) -> At:
        now = self._kit.clock.now()
        return At(now.timestamp(), (await self._place(user)).day(now))
