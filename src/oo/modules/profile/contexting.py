"""Contexts, and which agents take part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from oo.contracts.consents import Consents
from oo.contracts.contexts import CONTEXTS, ContextName, ContextRule, ContextView
from oo.contracts.errors import Invalid, NotFound
from oo.contracts.events import ContextChanged, PrefSet
from oo.contracts.ids import UserId
from oo.contracts.items import Busy
from oo.contracts.profiles import Profiles
from oo.contracts.serving import Standing
from oo.contracts.zones import zone_of
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.profile import repository
from oo.modules.profile.situations import checked, rule_of, rule_text, situation


class StoredContexts:
    """Keeps the promise `Contexts`."""

    def __init__(self, kit: Kit, profiles: Profiles, consents: Consents) -> None:
        self._kit, self._profiles, self._consents = kit, profiles, consents
        self._agents = kit.plugins.get("agents", {})
        self._silences: Mapping[ContextName, tuple[str, ...]] = {
            name: tuple(one for one, plugin in sorted(self._agents.items()) if name in plugin.manifest.silenced_in)
            for name in CONTEXTS
        }

    async def contexts(self, *, user: UserId, busy: Sequence[Busy] = ()) -> list[ContextView]:
        """See `Contexts.contexts`."""
        rows = await self._kit.db.read(lambda tx: repository.contexts_of(tx, user))
        zone = zone_of((await self._profiles.get(user=user)).zone)
        now, views = self._kit.clock.now(), []
        for name in CONTEXTS:
            row = rows.get(name)
            rule = None if row is None else rule_of(row.rule)
            by_hand, until = (None, None) if row is None else (row.by_hand, row.until)
            found = situation(now, zone, by_hand, until, rule, busy)
            views.append(ContextView(name, found.on, found.by, found.until, rule, self._silences[name]))
        return views

    async def put(self, *, user: UserId, context: str, on: bool | None, until: datetime | None = None) -> None:
        """See `Contexts.put`."""
        name, now = _known(context), self._kit.clock.now()
        if until is not None and until <= now:
            raise Invalid("The context would end in the past; give a later time.")
        event = self._kit.outbox.envelope(
            user, ContextChanged(context=name, active=bool(on), source="person", until=until)
        )

        def unit(tx: Transaction) -> None:
            row = repository.contexts_of(tx, user).get(name)
            rule = None if row is None else row.rule
            repository.put_context(tx, self._row(user, name, on, until if on is not None else None, rule, now))
            self._kit.outbox.publish(tx, event)

        await self._kit.db.write(unit)

    async def rule(self, *, user: UserId, context: str, rule: ContextRule | None) -> None:
        """See `Contexts.rule`."""
        name, now = _known(context), self._kit.clock.now()
        text = rule_text(rule and checked(rule))
        event = self._kit.outbox.envelope(user, ContextChanged(context=name, active=False, source="rule"))

        def unit(tx: Transaction) -> None:
            row = repository.contexts_of(tx, user).get(name)
            by_hand, until = (None, None) if row is None else (row.by_hand, row.until)
            repository.put_context(tx, self._row(user, name, by_hand, until, text, now))
            self._kit.outbox.publish(tx, event)

        await self._kit.db.write(unit)

    async def switch(self, *, user: UserId, agent: str, on: bool) -> None:
        """See `Contexts.switch`."""
        if agent not in self._agents:
            raise NotFound
        now, value = self._kit.clock.now(), "true" if on else "false"
        event = self._kit.outbox.envelope(user, PrefSet(scope=agent, key=repository.SWITCH, value=value, source="user"))

        def unit(tx: Transaction) -> None:
            repository.put_scoped(tx, user, agent, repository.SWITCH, value, now)
            self._kit.outbox.publish(tx, event)

        await self._kit.db.write(unit)

    async def standing(self, *, user: UserId, busy: Sequence[Busy] = ()) -> Standing:
        """See `Contexts.standing`."""
        on = frozenset(view.name for view in await self.contexts(user=user, busy=busy) if view.on)
        off = await self._kit.db.read(lambda tx: repository.switched_off(tx, user))
        return Standing(await self._consents.granted(user=user), frozenset[str](on), off)

    async def standings(self, *, busy: Mapping[UserId, Sequence[Busy]]) -> Mapping[UserId, Standing]:
        """See `Contexts.standings`."""
        users = list(busy)
        rows, off = await self._kit.db.read(
            lambda tx: (repository.contexts_of_all(tx, users), repository.switched_off_of_all(tx, users))
        )
        granted = await self._consents.granted_all(users=users)
        profiles = await self._profiles.get_all(users=[user for user in users if user in rows]) if rows else {}
        now = self._kit.clock.now()
        found: dict[UserId, Standing] = {}
        for user in users:
            on = frozenset[str]()
            if user in rows:
                zone = zone_of(profiles[user].zone)
                on = frozenset(
                    name
                    for name, row in rows[user].items()
                    if situation(now, zone, row.by_hand, row.until, rule_of(row.rule), busy[user]).on
                )
            found[user] = Standing(granted[user], on, frozenset(off.get(user, ())))
        return found

    def _row(
        self, user: UserId, name: str, on: bool | None, until: datetime | None, rule: str | None, now: datetime
    ) -> dict[str, Any]:
        return {"user_id": user, "context": name, "by_hand": on, "until": until, "rule": rule, "at": now}


def _known(context: str) -> ContextName:
    for name in CONTEXTS:
        if name == context:
            return name
    raise Invalid(f"There is no context of that name; there are {', '.join(CONTEXTS)}.")
