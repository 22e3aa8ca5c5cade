"""Asks a person's agents, keeps what they said, and has them infer from the past once a day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from oo.contracts.agents import Value
from oo.contracts.contexts import Contexts
from oo.contracts.decisions import UserView
from oo.contracts.features import Features
from oo.contracts.ids import UserId
from oo.contracts.knowledge import Knowledge
from oo.contracts.serving import Heard, Serving
from oo.engine.when import today
from oo.kernel.db import Transaction
from oo.kernel.jobs import Shard, Tick
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit
from oo.modules.recommender.hearing import repository
from oo.modules.recommender.hearing.snippets import sealed

PEOPLE = 100
"""People that are looked up at a time."""
LONGEST = timedelta(hours=4)
"""Agents are asked at least this often, as the day goes on whatever they said."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What agents say of people. `view_of` makes a person's view of now, as a decision would see it."""

    kit: Kit
    view_of: Callable[[UserId], Awaitable[UserView]]
    features: Features
    serving: Serving
    contexts: Contexts
    knowledge: Knowledge

    async def hear(self, user: UserId, agents: Sequence[str] | None = None) -> list[Heard]:
        """Ask the person's agents (all, or those named) now; what is unchanged is not written again."""
        before = await self.kit.db.read(lambda tx: repository.hearing(tx, user))
        view = await self.features.hydrate(view=await self.view_of(user), names=self.serving.features())
        day = today(view.context).toordinal()
        if before is None or before.inferred_on != day:
            await self.infer(user)
        standing = await self.contexts.standing(user=user, busy=view.busy)
        heard = await self.serving.compute(
            view=view, standing=standing, parameters=await self._parameters(user), agents=agents
        )
        await self._keep(user, view.context.now, heard, before, day, whole=agents is None)
        return heard

    async def infer(self, user: UserId) -> int:
        """Have the agents infer from the person's past; how many values are others than before."""
        found = await self.serving.infer(history=await self.features.history(user=user))
        versions = {view.id: view.version for view in self.serving.registry()}
        changed = 0
        for agent, values in found.items():
            changed += await self.knowledge.learn(user=user, scope=agent, version=versions[agent], found=values)
        return changed

    async def hear_shard(self, shard: Shard, tick: Tick) -> int:
        """Ask the agents of a shard's people who are due; how many were asked."""
        asked, after = 0, shard.after
        while people := await self.kit.db.read(
            lambda tx, after=after: repository.due(tx, tick.at, after, shard.upto, PEOPLE)  # type: ignore[misc]
        ):
            for user in people:
                try:
                    await self.hear(UserId(user))
                except KeyGone:  # forgotten meanwhile; erasing takes the rows
                    continue
                asked += 1
            after = people[-1]
        return asked

    async def _parameters(self, user: UserId) -> Mapping[str, Mapping[str, Value]]:
        found: dict[str, dict[str, Value]] = {}
        for one in await self.knowledge.known(user=user):
            found.setdefault(one.scope, {})[one.key] = one.value
        return found

    async def _keep(
        self, user: UserId, now: datetime, heard: Sequence[Heard], before: Row[Any] | None, day: int, *, whole: bool
    ) -> None:
        cipher = self.kit.keys.cipher(user)
        rows = {
            one.agent: {
                "user_id": user,
                "agent": one.agent,
                "version": one.version,
                "digest": one.digest,
                "why_not": one.why_not,
                "said": None if one.snippet is None else sealed(cipher, one.snippet),
                "until": one.until,
                "at": now,
            }
            for one in heard
        }
        next_at = min((one.until for one in heard), default=now + LONGEST)

        def unit(tx: Transaction) -> None:
            known = {row.agent: row for row in repository.outputs(tx, user)}
            fresh = [one for one in heard if not _alike(known.get(one.agent), one)]
            names = {one.agent for one in fresh}
            still = {one.agent: one.until for one in heard if one.agent not in names and one.snippet is not None}
            repository.put(tx, user, [rows[one.agent] for one in fresh], still)
            if before is None:
                repository.call(tx, user, next_at)
            if whole:
                repository.settle(tx, user, next_at if before is None else before.due_at, next_at, day)

        await self.kit.db.write(unit)


def _alike(row: Row[Any] | None, heard: Heard) -> bool:
    return row is not None and (row.digest, row.why_not) == (heard.digest, heard.why_not)
