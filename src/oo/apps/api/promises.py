"""What the API needs to speak of one person, and what it does with several promises at once."""

from __future__ import annotations

from dataclasses import dataclass

from oo.contracts.consents import Consents
from oo.contracts.contexts import Contexts
from oo.contracts.features import Features
from oo.contracts.ids import UserId
from oo.contracts.knowledge import Knowledge
from oo.contracts.profiles import Profiles
from oo.contracts.serving import Hearings, Serving


@dataclass(frozen=True, slots=True)
class Person:
    """The promises about what is known of a person."""

    profiles: Profiles
    consents: Consents
    contexts: Contexts
    knowledge: Knowledge
    features: Features
    serving: Serving
    hearings: Hearings

    async def consent(self, *, user: UserId, key: str, granted: bool) -> int:
        """Give a consent, or take it back with all that was derived under it; how many records that was."""
        await self.consents.consent(user=user, key=key, granted=granted)
        if granted:
            return 0
        deleted = await self.hearings.forget(user=user, consent=key)
        deleted += await self.features.forget(user=user, consent=key)
        scopes = [agent.id for agent in self.serving.registry() if key in agent.consents]
        return deleted + await self.knowledge.forget(user=user, scopes=scopes)
