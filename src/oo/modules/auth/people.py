"""People: found by their name's keyed digest, made with a key of their own, and opened from their rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from oo.contracts.accounts import Person
from oo.contracts.errors import NotFound
from oo.contracts.ids import UserId
from oo.kernel.clock import Clock
from oo.kernel.db import Database, Transaction
from oo.kernel.ids import Ids
from oo.kernel.keys import KeyGone, Keys
from oo.kernel.log import get_logger
from oo.modules.auth import repository
from oo.modules.auth.names import folded

OWNER_NAME = "Owner"
NAME = "people.name"

log = get_logger("auth")


class People:
    """Finds and makes people."""

    def __init__(self, db: Database, keys: Keys, clock: Clock, ids: Ids) -> None:
        self._db, self._keys, self._clock, self._ids = db, keys, clock, ids

    async def owner(self) -> str:
        """The owner, who is made on the first call."""
        user = await self.alive(await self._db.read(repository.owner))
        return user or await self._made(OWNER_NAME, "owner")

    async def member(self, name: str) -> str:
        """The person of a clean name, who is made when there is none."""
        digest = self.digest(name)
        user = await self.alive(await self._db.read(lambda tx: repository.named(tx, digest)))
        return user or await self._made(name, "member")

    async def alive(self, user: str | None) -> str | None:
        """The person, unless their key is gone: then what a restored back-up brought back of them is deleted again."""
        if user is None:
            return None
        try:
            self._keys.cipher(user)
        except KeyGone:
            await self._db.write(lambda tx: repository.erase(tx, user))
            return None
        return user

    async def one(self, user: UserId) -> Person:
        """The person; raises `NotFound`."""
        row = await self._db.read(lambda tx: repository.person(tx, user))
        person = None if row is None else self._person(row)
        if person is None:
            raise NotFound
        return person

    async def all(self) -> list[Person]:
        """Everybody, the first one first."""
        people = [self._person(row) for row in await self._db.read(repository.everybody)]
        return [person for person in people if person is not None]

    def digest(self, name: str) -> str:
        """By which a name is found."""
        return self._keys.digest(NAME, folded(name))

    async def _made(self, name: str, role: str) -> str:
        """Make a person and their key, or find the one whom another call made meanwhile."""
        user, now, digest = self._ids.new(), self._clock.now(), self.digest(name)
        sealed = self._keys.create(user).seal(NAME, name)
        row = {"user_id": user, "name": sealed, "name_digest": digest, "role": role, "created_at": now}

        def unit(tx: Transaction) -> str:
            if repository.add_person(tx, row):
                return user
            found = repository.named(tx, digest)
            assert found is not None
            return found

        kept = await self._db.write(unit)
        if kept != user:
            self._keys.destroy(user)
        else:
            log.info("person.made", user=user, kind=role)
        return kept

    def _person(self, row: Row[Any]) -> Person | None:
        """The person of a row, None when the key is gone and with it the person."""
        try:
            name = self._keys.cipher(row.user_id).open(NAME, row.name)
        except KeyGone:
            return None
        return Person(UserId(row.user_id), name, "owner" if row.role == "owner" else "member", row.created_at)
