"""`Hearings`: agents asked by the person themselves, and what they said last."""

from __future__ import annotations

from dataclasses import dataclass

from oo.contracts.errors import NotFound
from oo.contracts.ids import UserId
from oo.contracts.serving import Heard
from oo.kernel.db import Transaction
from oo.modules.recommender import repository as tips
from oo.modules.recommender.hearing import repository
from oo.modules.recommender.hearing.service import Hearing
from oo.modules.recommender.hearing.snippets import opened


@dataclass(frozen=True, slots=True)
class KeptHearings:
    """Keeps the promise `Hearings`."""

    hearing: Hearing

    async def hear(self, *, user: UserId, agent: str) -> Heard:
        """See `Hearings.hear`."""
        heard = await self.hearing.hear(user, [agent]) if agent in self._agents() else []
        if not heard:
            raise NotFound
        return heard[0]

    async def last(self, *, user: UserId) -> list[Heard]:
        """See `Hearings.last`."""
        rows = await self.hearing.kit.db.read(lambda tx: repository.outputs(tx, user))
        cipher = self.hearing.kit.keys.cipher(user)
        return [
            Heard(
                row.agent,
                row.version,
                row.until,
                None if row.said is None else opened(cipher, row.said),
                row.why_not,
                row.digest,
            )
            for row in sorted(rows, key=lambda row: str(row.agent))
        ]

    async def forget(self, *, user: UserId, consent: str) -> int:
        """See `Hearings.forget`."""
        agents = [view.id for view in self.hearing.rooms.serving.registry() if consent in view.consents]

        def unit(tx: Transaction) -> int:
            tips.forget_thoughts(tx, user, agents)
            return repository.drop(tx, user, agents)

        return await self.hearing.kit.db.write(unit) if agents else 0

    def _agents(self) -> set[str]:
        return {view.id for view in self.hearing.rooms.serving.registry()}
