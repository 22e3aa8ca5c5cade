"""A person of whom nothing is known: promises about features, agents, consents and knowledge, all of them empty."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from oo.contracts.agents import Inference
from oo.contracts.asking import Asked, Asking, Told
from oo.contracts.consents import CONSENTS, Consents
from oo.contracts.contexts import Contexts
from oo.contracts.decisions import UserView
from oo.contracts.features import Features, Kept, UserHistory
from oo.contracts.ids import UserId
from oo.contracts.items import Busy
from oo.contracts.knowledge import Knowledge, Known, Parameters
from oo.contracts.serving import AgentView, Heard, Serving, Standing
from oo.contracts.writing import SECONDS, Brief, Generated


def unknown() -> dict[type, object]:
    """What a room needs that asks agents, where there are none."""
    return dict.fromkeys((Features, Serving, Asking, Consents, Contexts, Knowledge), Nobody())


class Nobody:
    """Agents that have nothing to say, about a person of whom nothing is known."""

    async def hydrate(self, *, view: UserView, names: Collection[str]) -> UserView:
        """The view as it is."""
        return view

    async def history(self, *, user: UserId) -> UserHistory:
        """Nothing."""
        return UserHistory(user, datetime.min.replace(tzinfo=UTC), "UTC", 1)

    def registry(self) -> Sequence[AgentView]:
        """None."""
        return ()

    def features(self) -> frozenset[str]:
        """None."""
        return frozenset()

    async def compute(self, **asked: object) -> list[Heard]:
        """Nobody says anything."""
        return []

    async def ask(
        self, *, people: Sequence[Asked], agents: Collection[str] | None = None
    ) -> Sequence[Sequence[Told] | None]:
        """Nobody says anything."""
        return [() for _ in people]

    async def infer(self, *, history: UserHistory) -> Mapping[str, Mapping[str, Inference]]:
        """Nothing."""
        return {}

    async def granted_all(self, *, users: Collection[UserId]) -> Mapping[UserId, frozenset[str]]:
        """The same for everybody."""
        return {user: await self.granted(user=user) for user in users}

    async def generate(self, *, brief: Brief, seconds: float = SECONDS, asked: bool = False) -> Generated:
        """Nothing."""
        return Generated(why="no gateway")

    async def granted(self, *, user: UserId) -> frozenset[str]:
        """What everybody has given."""
        return frozenset(key for key, given in CONSENTS.items() if given)

    async def standing(self, *, user: UserId, busy: Sequence[Busy] = ()) -> Standing:
        """Nothing is allowed, on or off."""
        return Standing()

    async def known(self, *, user: UserId) -> list[Known]:
        """Nothing."""
        return []

    async def kept(self, *, users: Collection[UserId]) -> Mapping[UserId, Kept]:
        """Nothing."""
        return dict.fromkeys(users, Kept())

    async def standings(self, *, busy: Mapping[UserId, Sequence[Busy]]) -> Mapping[UserId, Standing]:
        """Nothing is allowed, on or off."""
        return dict.fromkeys(busy, Standing())

    async def parameters(self, *, users: Collection[UserId]) -> Mapping[UserId, Parameters]:
        """Nothing."""
        return {}
