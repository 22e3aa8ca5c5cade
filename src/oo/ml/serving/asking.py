"""`Asking`: agents run for many people at once, in a child where that pays, from what is kept of each."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from functools import cache

from oo.contracts.asking import Asked, Told, told
from oo.contracts.decisions import UserView
from oo.contracts.items import facts_from_texts
from oo.contracts.knowledge import values_of
from oo.contracts.manifests import AgentManifest
from oo.engine.when import context
from oo.kernel.children import Children
from oo.kernel.plugins import discover
from oo.ml.features.activity import Place
from oo.ml.features.opening import hydrated, opened
from oo.ml.serving.local import Local
from oo.ml.serving.running import CALENDAR

FEW = 20
"""People for whom no child is asked: some 10 ms of work."""


class ManyAsked:
    """Keeps the promise `Asking`."""

    def __init__(self, local: Local, children: Children) -> None:
        self._local, self._children = local, children
        self._names = tuple(view.id for view in local.registry())

    async def ask(
        self, *, people: Sequence[Asked], agents: Collection[str] | None = None
    ) -> Sequence[Sequence[Told] | None]:
        """See `Asking.ask`."""
        if len(people) < FEW:
            return await answers(self._local, people, agents)
        names = [name for name in self._names if agents is None or name in agents]
        return await self._children.run(answered, people, names)


def answered(people: Sequence[Asked], agents: Collection[str]) -> Sequence[Sequence[Told] | None]:
    """What agents say of each, in a child: it finds the same agents as its parent did."""
    return asyncio.run(answers(_found(), people, agents))


async def answers(
    local: Local, people: Sequence[Asked], agents: Collection[str] | None = None
) -> list[list[Told] | None]:
    """What agents say of each, here; None for a past that is to be folded anew."""
    return [await _answer(local, asked, agents) for asked in people]


def view_of(asked: Asked) -> UserView:
    """The person's moment before any feature; without the consent there are no busy times in it."""
    stock = asked.stock
    busy = stock.busy if CALENDAR in asked.standing.consents else ()
    return UserView(
        user=asked.user,
        context=context(asked.now, asked.zone, asked.day_ends_at, busy, stock.last_project),
        facts=facts_from_texts(stock.facts),
        busy=busy,
        language=asked.language,
        connected=stock.connected,
        stale_since=stock.stale_since,
    )


async def _answer(local: Local, asked: Asked, agents: Collection[str] | None) -> list[Told] | None:
    states = opened(asked.kept, Place(asked.zone, asked.day_ends_at), local.features())
    if states is None:
        return None
    view = hydrated(view_of(asked), states, asked.kept.groups, asked.standing.consents, local.features())
    known = values_of(asked.parameters)
    heard = await local.compute(view=view, standing=asked.standing, parameters=known, agents=agents)
    return [told(one) for one in heard]


@cache
def _found() -> Local:
    found = discover("agents", AgentManifest.model_validate).plugins
    return Local({name: plugin for name, plugin in found.items() if plugin.manifest.stage != "retired"})
