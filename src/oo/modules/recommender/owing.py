"""Which tips rest on what some agents knew: decided once more without it, those are others."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from oo.contracts.decisions import Decision
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.lineups import Owed
from oo.contracts.thoughts import agent_of
from oo.engine.rows import from_row
from oo.engine.verify import chosen_again
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.recommender import repository
from oo.modules.recommender.field import Field, opened
from oo.modules.recommender.repository import learnt, past
from oo.modules.recommender.words import open_words

LOOKED_AT = timedelta(days=30)
PAGE = 100
_KNOWN = '"known":{'
"""Stands in the row of a decision of which agents knew something."""


@dataclass(frozen=True, slots=True)
class Owing:
    """Looks back at a person's decisions."""

    kit: Kit
    field: Field

    async def owed(self, user: UserId, agents: Collection[str]) -> list[Owed]:
        """See `DecisionLog.owed`."""
        found: list[Owed] = []
        after, since = "", self.kit.clock.now() - LOOKED_AT
        while page := await self.kit.db.read(
            partial(past.decisions_of, user=user, since=since, after=after, limit=PAGE)
        ):
            after = page[-1].id
            spoken = [row.row for row in page if _KNOWN in row.row]
            for decision in await asyncio.to_thread(_read, spoken):
                if any(agent in one.known for one in decision.candidates for agent in agents):
                    found += await self._owed(user, decision, agents)
        return found[::-1]

    async def _owed(self, user: UserId, decision: Decision, agents: Collection[str]) -> list[Owed]:
        revision = decision.notes.get("state", 0)

        def read(tx: Transaction) -> tuple[bytes | None, bytes | None]:
            state = learnt.state_of(tx, user, decision.policy, revision) if revision else None
            tip = repository.tip(tx, user, decision.id)
            return None if state is None else state.state, None if tip is None else tip.words

        sealed, words = await self.kit.db.read(read)
        if not _says(decision, agents) and not self._is_another(user, decision, agents, sealed):
            return []
        title = None if words is None else open_words(self.kit.keys.cipher(user), words).title
        return [Owed(DecisionId(decision.id), decision.context.now, title)]

    def _is_another(self, user: UserId, decision: Decision, agents: Collection[str], sealed: bytes | None) -> bool:
        """Whether another tip is chosen without them, as far as anybody still knows how this one was."""
        policy = self.field.named(decision.policy)
        if policy is None or (decision.notes.get("state", 0) and sealed is None):
            return False
        state = self.field.initial(policy) if sealed is None else opened(self.kit.keys, user, sealed)
        return chosen_again(_without(decision, agents), policy, state) != decision.chosen


def _says(decision: Decision, agents: Collection[str]) -> bool:
    """Whether the tip is what one of them said."""
    return decision.tip is not None and agent_of(decision.tip.facts.ref) in agents


def _read(rows: Sequence[str]) -> list[Decision]:
    return [from_row(row) for row in rows]


def _without(decision: Decision, agents: Collection[str]) -> Decision:
    """The decision as it stood before these agents said anything."""
    candidates = tuple(
        replace(one, known={agent: sure for agent, sure in one.known.items() if agent not in agents})
        for one in decision.candidates
    )
    return replace(decision, candidates=candidates)
