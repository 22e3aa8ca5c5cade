"""What a person turned away, as a list they can take back from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Row

from oo.contracts.decisions import Topic
from oo.contracts.errors import NotFound
from oo.contracts.ids import HoldId, Ref, UserId
from oo.contracts.sources import Sources
from oo.contracts.tips import HoldView
from oo.contracts.words.voice import Say
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.recommender import repository
from oo.modules.recommender.thinking import Naming


async def listed(kit: Kit, sources: Sources, user: UserId, naming: Naming, t: Say) -> list[HoldView]:
    """Dismissed items and kinds that are in force, newest first; what is away for now only comes back by itself.

    Of what an agent says the title is the agent's name.
    """
    now = kit.clock.now()
    rows = await kit.db.read(lambda tx: repository.holds_of(tx, user))
    rows = [
        row for row in rows if row.reason == "dismissed" and not row.for_now and (row.until is None or row.until > now)
    ]
    items = await _items(sources, user, rows)
    words = await sources.wordings(user=user, refs=list(items.values()))
    views: list[HoldView] = []
    for row in sorted(rows, key=lambda row: row.since, reverse=True):
        if row.scope == "kind":
            views.append(HoldView(HoldId(row.id), "kind", cast("Topic", row.target), None, row.since, row.until))
        elif (agent := naming.name(row.target, t)) is not None:
            views.append(HoldView(HoldId(row.id), "item", None, agent, row.since, row.until, lapses=False))
        elif (wording := words.get(items.get(row.id, Ref("")))) is not None:  # an item that is gone can't come back
            lapses = row.version is not None
            views.append(HoldView(HoldId(row.id), "item", None, wording.title, row.since, row.until, lapses))
    return views


async def _items(sources: Sources, user: UserId, rows: Sequence[Row[Any]]) -> dict[str, Ref]:
    """The item that each hold is about: its own, or an open occurrence of its series."""
    items = {row.id: Ref(row.target) for row in rows if row.scope == "item"}
    series = {row.id: row.target for row in rows if row.scope == "series"}
    if series:
        inventory = await sources.inventory(user=user)
        open_now = {facts.series: facts.ref for facts in inventory.facts if facts.series is not None}
        items |= {hold: open_now[target] for hold, target in series.items() if target in open_now}
    return items


async def allow(kit: Kit, user: UserId, hold: HoldId) -> None:
    """Take a dismissal back; raises `NotFound`."""

    def unit(tx: Transaction) -> int:
        return repository.release(tx, user, hold=hold)

    if not await kit.db.write(unit):
        raise NotFound
