"""Consents: what a person lets oO use. What nobody set is as the terms say."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row

from oo.contracts.consents import CLOUD, CONSENTS, VERSION, ConsentView
from oo.contracts.errors import Invalid
from oo.contracts.events import ConsentChanged
from oo.contracts.ids import UserId
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.profile import repository

PERSON: Final = "person"
_REMEMBERED = 10_000


class StoredConsents:
    """Keeps the promise `Consents`."""

    def __init__(self, kit: Kit, *, alone: bool) -> None:
        """With `alone` what was read is remembered, as on SQLite, whose file has one owner."""
        self._kit, self._alone = kit, alone
        self._all: dict[str, bool] = dict(CONSENTS.items())
        self._all |= {f"{CLOUD}{name}": False for name in kit.settings.llm_clouds}
        self._known: dict[str, list[ConsentView]] = {}
        self._changes = 0

    async def granted(self, *, user: UserId) -> frozenset[str]:
        """See `Consents.granted`."""
        return frozenset(view.key for view in await self.consents(user=user) if view.granted)

    async def granted_all(self, *, users: Collection[UserId]) -> Mapping[UserId, frozenset[str]]:
        """See `Consents.granted_all`."""
        found = await self._kit.db.read(lambda tx: repository.consents_of_all(tx, users))
        given = self._granted({})
        return {user: self._granted(found[user]) if user in found else given for user in users}

    async def consents(self, *, user: UserId) -> list[ConsentView]:
        """See `Consents.consents`."""
        known = self._known.get(user)
        if known is None:
            changes = self._changes
            known = self._views(await self._kit.db.read(lambda tx: repository.consents_of(tx, user)))
            # Not remembered when something changed since: the read may be older than that change.
            if self._alone and changes == self._changes:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[user] = known
        return known

    async def consent(self, *, user: UserId, key: str, granted: bool) -> ConsentView:
        """See `Consents.consent`; what stands already is not told again."""
        if key not in self._all:
            raise Invalid(f"There is no consent of that name; there are {', '.join(self._all)}.")
        now = self._kit.clock.now()
        row = {"user_id": user, "key": key, "granted": granted, "version": VERSION, "origin": PERSON, "at": now}
        event = self._kit.outbox.envelope(user, ConsentChanged(key=key, granted=granted, version=VERSION))

        def unit(tx: Transaction) -> ConsentView:
            before = next(view for view in self._views(repository.consents_of(tx, user)) if view.key == key)
            repository.put_consent(tx, row)
            if before.granted != granted:
                self._kit.outbox.publish(tx, event)
            return ConsentView(key, granted, VERSION, PERSON, now)

        try:
            return await self._kit.db.write(unit)
        finally:
            self._changes += 1
            self._known.pop(user, None)

    def _views(self, rows: Sequence[Row[Any]]) -> list[ConsentView]:
        known = {row.key: ConsentView(row.key, row.granted, row.version, row.origin, row.at) for row in rows}
        return [known.get(key) or ConsentView(key, default) for key, default in self._all.items()]

    def _granted(self, said: Mapping[str, bool]) -> frozenset[str]:
        return frozenset(key for key, given in self._all.items() if said.get(key, given))
