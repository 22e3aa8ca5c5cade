"""What oO thinks it knows of a person: inferred until they set it themselves, gone for good when they delete it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from oo.contracts.agents import Inference, Value, as_value
from oo.contracts.errors import Invalid, NotFound
from oo.contracts.events import PrefInferred, PrefSet
from oo.contracts.ids import UserId
from oo.contracts.knowledge import Known, Parameters
from oo.contracts.manifests import AgentManifest
from oo.kernel.db import Transaction
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit
from oo.modules.profile import repository
from oo.modules.profile.tables import SAID

INFERRED, USER, DELETED = "inferred", "user", "deleted"
_WITHHELD = "…"
"""Stands for a value in an event: the value itself is in the table, sealed, and nobody who follows needs it."""

_LARGEST, _LONGEST_TEXT, _MOST_PARTS = 1_000_000.0, 80, 200
"""Of what a person sets; not-a-number is no less than any of them."""


@dataclass(frozen=True, slots=True)
class StoredKnowledge:
    """Keeps the promise `Knowledge`."""

    kit: Kit

    async def known(self, *, user: UserId) -> list[Known]:
        """See `Knowledge.known`."""
        rows = await self.kit.db.read(lambda tx: repository.known_of(tx, user))
        return [self._known(user, row) for row in rows if row.source != DELETED]

    async def parameters(self, *, users: Collection[UserId]) -> Mapping[UserId, Parameters]:
        """See `Knowledge.parameters`."""
        rows = await self.kit.db.read(lambda tx: repository.known_of_all(tx, users), aside=True)
        sealed: defaultdict[UserId, list[tuple[UserId, str, str, bytes]]] = defaultdict(list)
        for row in rows:
            sealed[row[0]].append(row)
        found: dict[UserId, dict[tuple[str, str], str]] = {}
        for user, several in sealed.items():
            with suppress(KeyGone):  # forgotten meanwhile
                open_ = self.kit.keys.cipher(user).open
                found[user] = {(scope, key): open_(SAID, said) for _, scope, key, said in several}
        return found

    async def learn(self, *, user: UserId, scope: str, version: str, found: Mapping[str, Inference]) -> int:
        """See `Knowledge.learn`."""
        now = self.kit.clock.now()
        fresh = {key: one for key, one in found.items() if one.is_inferred}
        events = {
            key: self.kit.outbox.envelope(
                user,
                PrefInferred(scope=scope, key=key, value=_WITHHELD, agent=scope, version=version, observations=one.n),
            )
            for key, one in fresh.items()
        }
        sealed = {
            key: self._row(user, scope, key, INFERRED, _said(one.value, one.n, one.confidence, one.evidence), now)
            for key, one in fresh.items()
        }

        needed = self._needed(scope)

        def unit(tx: Transaction) -> int:
            # In this unit, as a consent may have been taken back since the past was read that this is inferred from.
            if not needed <= repository.granted(tx, user):
                return 0
            before = {row.key: row for row in repository.known_of(tx, user) if row.scope == scope}
            changed = [
                key
                for key, one in fresh.items()
                if (row := before.get(key)) is None
                or (row.source == INFERRED and self._known(user, row).value != one.value)
            ]
            repository.put_known(tx, [sealed[key] for key in changed])
            self.kit.outbox.publish(tx, *(events[key] for key in changed))
            return len(changed)

        return await self.kit.db.write(unit) if fresh else 0

    async def say(self, *, user: UserId, scope: str, key: str, value: Value) -> Known:
        """See `Knowledge.say`."""
        default = as_value(self._parameter(scope, key).default)
        if not (type(value) is type(default) or (isinstance(value, Mapping) and isinstance(default, Mapping))):
            raise Invalid("The value is of another kind than the one that is known; change it in Settings.")
        if not _is_sensible(value):
            raise Invalid("The value is out of bounds; numbers go to a million, texts to 80 characters.")
        now = self.kit.clock.now()
        row = self._row(user, scope, key, USER, _said(value, 0, 1.0, {}), now)
        event = self.kit.outbox.envelope(user, PrefSet(scope=scope, key=key, value=_WITHHELD, source=USER))

        def unit(tx: Transaction) -> None:
            repository.put_known(tx, [row])
            self.kit.outbox.publish(tx, event)

        await self.kit.db.write(unit)
        return Known(scope, key, value, "user", now)

    async def unlearn(self, *, user: UserId, scope: str, key: str) -> None:
        """See `Knowledge.unlearn`."""
        row = {"user_id": user, "scope": scope, "key": key, "source": DELETED, "said": None, "at": self.kit.clock.now()}
        event = self.kit.outbox.envelope(user, PrefSet(scope=scope, key=key, value="", source=DELETED))

        def unit(tx: Transaction) -> bool:
            there = any((one.scope, one.key) == (scope, key) for one in repository.known_of(tx, user))
            if there:
                repository.put_known(tx, [row])
                self.kit.outbox.publish(tx, event)
            return there

        if not await self.kit.db.write(unit):
            raise NotFound

    async def relearn(self, *, user: UserId, scope: str, key: str) -> None:
        """See `Knowledge.relearn`."""
        if not await self.kit.db.write(lambda tx: repository.drop_known(tx, user, scope, key)):
            raise NotFound

    async def forget(self, *, user: UserId, scopes: Collection[str]) -> int:
        """See `Knowledge.forget`."""
        return await self.kit.db.write(lambda tx: repository.drop_inferred(tx, user, scopes)) if scopes else 0

    def _needed(self, scope: str) -> frozenset[str]:
        agent = self.kit.plugins.get("agents", {}).get(scope)
        return frozenset() if agent is None else frozenset(agent.manifest.consents)

    def _parameter(self, scope: str, key: str) -> Any:
        agent = self.kit.plugins.get("agents", {}).get(scope)
        manifest: AgentManifest | None = None if agent is None else agent.manifest
        if manifest is None or key not in manifest.parameters:
            raise NotFound
        return manifest.parameters[key]

    def _row(self, user: UserId, scope: str, key: str, source: str, said: str, now: datetime) -> dict[str, Any]:
        sealed = self.kit.keys.cipher(user).seal(SAID, said)
        return {"user_id": user, "scope": scope, "key": key, "source": source, "said": sealed, "at": now}

    def _known(self, user: UserId, row: Row[Any]) -> Known:
        if row.said is None:
            return Known(row.scope, row.key, "", "user", row.at)
        said = json.loads(self.kit.keys.cipher(user).open(SAID, row.said))
        value = as_value(said["value"])
        return Known(row.scope, row.key, value, row.source, row.at, said["n"], said["confidence"], said["evidence"])


def _is_sensible(value: Value) -> bool:
    """Whether agents and pages can work with a value: no endless or absurd numbers, no endless texts or lists."""
    parts: Iterable[object] = (value,)
    if isinstance(value, Mapping):
        parts = (*value, *value.values())
    elif isinstance(value, tuple):
        parts = value
    checked = list(parts)
    return len(checked) <= _MOST_PARTS and all(
        len(part) <= _LONGEST_TEXT if isinstance(part, str) else abs(part) <= _LARGEST  # type: ignore[arg-type]
        for part in checked
    )


def _said(value: Value, n: int, confidence: float, evidence: Mapping[str, float]) -> str:
    said = {"value": value, "n": n, "confidence": confidence, "evidence": dict(evidence)}
    return json.dumps(said, separators=(",", ":"), default=dict)
