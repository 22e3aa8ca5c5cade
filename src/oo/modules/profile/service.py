"""How a person wants oO to be: read often, changed rarely."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache

from oo.contracts.events import PrefSet
from oo.contracts.ids import UserId
from oo.contracts.profiles import Profile
from oo.kernel.clock import Clock
from oo.kernel.db import Database, Transaction
from oo.kernel.keys import KeyGone, Keys
from oo.kernel.outbox import Outbox
from oo.modules.profile import repository
from oo.modules.profile.preferences import counts, profile_of, read, text_forms, written

USER = "user"
_REMEMBERED = 10_000
_ALIKE = 1_024
"""Sets of preferences that are read once for everybody who has them."""
_DEFAULT = Profile()


class StoredProfiles:
    """`Profiles` kept in this module's table.

    With `alone`, profiles that were read are remembered until they change; correct only while no other process changes
    the table, as on SQLite, whose file has one owner. Nothing is remembered of whoever is erased, as their key is gone.
    """

    def __init__(self, db: Database, keys: Keys, outbox: Outbox, clock: Clock, *, alone: bool) -> None:
        self._db, self._keys, self._outbox, self._clock, self._alone = db, keys, outbox, clock, alone
        self._known: dict[str, Profile] = {}
        self._changes = 0
        # Many people have the same few preferences; what is remembered says nobody's name.
        self._alike = lru_cache(_ALIKE)(lambda values: profile_of(dict(values)))

    async def get(self, *, user: UserId) -> Profile:
        """See `Profiles.get`."""
        known = self._known.get(user)
        if known is not None and self._lives(user):
            return known
        changes = self._changes
        profile = profile_of(await self._db.read(lambda tx: repository.values(tx, user)))
        # Not remembered when something changed since: the read may be older than that change.
        if self._alone and changes == self._changes and self._lives(user):
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[user] = profile
        return profile

    async def get_all(self, *, users: Collection[UserId]) -> Mapping[UserId, Profile]:
        """See `Profiles.get_all`."""
        found = await self._db.read(lambda tx: repository.values_of_all(tx, users), aside=True)
        return {user: self._alike(tuple(found[user].items())) if user in found else _DEFAULT for user in users}

    async def chosen(self, *, user: UserId) -> Mapping[str, datetime]:
        """See `Profiles.chosen`; a value that counts no longer is nobody's choice."""
        rows = await self._db.read(lambda tx: repository.set_by(tx, user, USER))
        return {row.key: row.at for row in rows if counts(row.key, row.value)}

    async def change(self, *, user: UserId, values: Mapping[str, str]) -> Profile:
        """See `Profiles.change`; all of the values are set or, when one is wrong, none."""
        wanted = {key: written(read(key, text)) for key, text in values.items()}
        present = await self.get(user=user)
        if wanted.items() <= text_forms(present).items():
            return present
        # Shielded: a caller that goes away must not leave an earlier profile remembered.
        return await asyncio.shield(self._changed(user, wanted))

    async def _changed(self, user: UserId, wanted: Mapping[str, str]) -> Profile:
        now = self._clock.now()
        events = {
            key: self._outbox.envelope(user, PrefSet(scope=repository.GLOBAL, key=key, value=value, source=USER))
            for key, value in wanted.items()
        }

        def unit(tx: Transaction) -> Profile:
            kept = repository.values(tx, user)
            present = text_forms(profile_of(kept))
            changed = {key: value for key, value in wanted.items() if present[key] != value}
            if changed:
                repository.put(tx, user, changed, USER, now)
                self._outbox.publish(tx, *(events[key] for key in changed))
            return profile_of({**kept, **changed})

        try:
            return await self._db.write(unit)
        finally:
            self._changes += 1
            self._known.pop(user, None)

    def _lives(self, user: str) -> bool:
        try:
            self._keys.cipher(user)
        except KeyGone:
            return False
        return True
