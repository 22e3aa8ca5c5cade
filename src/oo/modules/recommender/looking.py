"""A look at the source before an answer: what was finished or changed there a moment ago does not stand here."""

from __future__ import annotations

from functools import partial

from oo.contracts.ids import DecisionId, Ref, UserId
from oo.contracts.items import Facts
from oo.contracts.sources import Sources
from oo.contracts.thoughts import agent_of
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.recommender import repository


async def before_answering(kit: Kit, sources: Sources, user: UserId) -> None:
    """Look when the last look is a while ago, and let go of a tip that the source has overtaken.

    Its event would do the same, but is handed on a moment after this answer.
    """
    if not await sources.glance(user=user):
        return
    now = kit.clock.now()

    def standing(tx: Transaction) -> tuple[str, str] | None:
        row = repository.standing(tx, user, now)
        tip = None if row is None else repository.tip(tx, user, row.id)
        return None if tip is None else (tip.ref, tip.version)

    if (found := await kit.db.read(standing)) is not None:
        ref, version = found
        if agent_of(ref) is not None:  # it is about no task
            return
        await _let_go(kit, user, ref, _end(await sources.item(user=user, ref=Ref(ref)), version))


async def before_done(kit: Kit, sources: Sources, user: UserId, tip_id: DecisionId) -> None:
    """Look at the source of a tip that stands; the reaction then says when its task was finished there, or is gone."""
    tip = await kit.db.read(lambda tx: repository.tip(tx, user, tip_id))
    if tip is None or tip.state != repository.STANDING or agent_of(tip.ref) is not None:
        return
    ref = Ref(tip.ref)
    if await sources.glance(user=user, ref=ref):
        facts = await sources.item(user=user, ref=ref)
        if facts is None or facts.state == "done":
            await _let_go(kit, user, ref, _end(facts, tip.version))


def _end(facts: Facts | None, version: str) -> str | None:
    """The state that a standing tip comes to; None when it still stands."""
    if facts is None:
        return repository.GONE
    if facts.state == "done":
        return repository.FINISHED
    return None if facts.version == version else repository.OVERTAKEN


async def _let_go(kit: Kit, user: UserId, ref: str, state: str | None) -> None:
    if state is not None:
        await kit.db.write(partial(repository.overtake, user=user, ref=ref, to=state))
