"""Taking a consent back, in every room that derived something under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oo.contracts.consents import Consents, Preview
from oo.contracts.errors import Invalid
from oo.contracts.features import Features
from oo.contracts.ids import UserId
from oo.contracts.knowledge import Knowledge
from oo.contracts.lineups import DecisionLog
from oo.contracts.serving import Hearings, Serving


@dataclass(frozen=True, slots=True)
class HouseConsenting:
    """Keeps the promise `Consenting`; looks the others up when asked, as it is built before them."""

    promises: Mapping[Any, Any]

    async def consent(self, *, user: UserId, key: str, granted: bool) -> int:
        """See `Consenting.consent`."""
        consents: Consents = self.promises[Consents]
        await consents.consent(user=user, key=key, granted=granted)
        return 0 if granted else await self._derived(user, key, delete=True)

    async def preview(self, *, user: UserId, key: str) -> Preview:
        """See `Consenting.preview`."""
        consents: Consents = self.promises[Consents]
        known = [view.key for view in await consents.consents(user=user)]
        if key not in known:
            raise Invalid(f"There is no consent of that name; there are {', '.join(known)}.")
        serving: Serving = self.promises[Serving]
        log: DecisionLog = self.promises[DecisionLog]
        agents = [agent.id for agent in serving.registry() if key in agent.consents]
        owed = await log.owed(user=user, agents=agents) if agents else []
        titles = dict.fromkeys(one.title for one in owed if one.title is not None)
        return Preview(await self._derived(user, key, delete=False), len(owed), tuple(titles))

    async def _derived(self, user: UserId, key: str, *, delete: bool) -> int:
        features: Features = self.promises[Features]
        hearings: Hearings = self.promises[Hearings]
        knowledge: Knowledge = self.promises[Knowledge]
        serving: Serving = self.promises[Serving]
        log: DecisionLog = self.promises[DecisionLog]
        learnt = await log.learnt(user=user, consent=key)  # deleted where the event is heard
        scopes = [agent.id for agent in serving.registry() if key in agent.consents]
        if delete:
            said = await hearings.forget(user=user, consent=key)
            noted = await features.forget(user=user, consent=key)
            return learnt + said + noted + await knowledge.forget(user=user, scopes=scopes)
        said = sum(one.agent in scopes for one in await hearings.last(user=user))
        known = sum(one.source == "inferred" and one.scope in scopes for one in await knowledge.known(user=user))
        return learnt + said + known + await features.count(user=user, consent=key)
