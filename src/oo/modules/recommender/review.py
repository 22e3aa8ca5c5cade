"""Once a day a person's log is looked at: how often things are done without being shown, and what ended days teach."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from oo.contracts.decisions import Decision
from oo.contracts.ids import Ref
from oo.engine.baseline import estimate, exposures
from oo.engine.rows import from_row
from oo.kernel.db import Transaction
from oo.kernel.module import Kit
from oo.modules.recommender.learning import Learning, Lived, lesson, sealed_baselines
from oo.modules.recommender.repository import past

FRESH = timedelta(days=1)
LOOKED_AT = timedelta(days=30)
CAUGHT_UP = timedelta(days=3)
"""Days that ended earlier teach nothing more, where nobody looked for a while."""
PEOPLE, PAGE = 50, 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def review(kit: Kit, learning: Learning) -> int:
    """Look at the logs of people who were not looked at for a day; how many there were, at most fifty."""
    now = kit.clock.now()
    due = await kit.db.read(partial(past.without_baseline, since=now - FRESH, decided=now - LOOKED_AT, limit=PEOPLE))
    for user in due:
        await _review(kit, learning, user, now)
    return len(due)


async def _review(kit: Kit, learning: Learning, user: str, now: datetime) -> None:
    since = now - LOOKED_AT
    rows = await kit.db.read(partial(past.completions_of, user=user, since=since))
    completed = {Ref(ref): ats for ref, ats in past.by_ref(rows).items()}
    before = await kit.db.read(partial(past.reviewed, user=user))
    ended = max(before, now - CAUGHT_UP) if before is not None else now - CAUGHT_UP
    decisions: list[Decision] = []
    after = ""
    while page := await kit.db.read(partial(past.decisions_of, user=user, since=since, after=after, limit=PAGE)):
        after = page[-1].id
        decisions += await asyncio.to_thread(
            lambda texts: [from_row(text) for text in texts], [row.row for row in page]
        )
    spans = {ref: [at - _EPOCH for at in ats] for ref, ats in completed.items()}
    found = await asyncio.to_thread(lambda: estimate(exposures(decisions, spans, now - _EPOCH)))
    days: dict[datetime, list[Decision]] = {}
    for one in decisions:
        if ended < one.context.day_end <= now:
            days.setdefault(one.context.day_start, []).append(one)
    lived = [taught for day in sorted(days) for taught in _lived(days[day], completed)]
    row = {"user_id": user, "at": now, "shares": sealed_baselines(kit.keys.cipher(user), found)}

    def unit(tx: Transaction) -> None:
        if past.reviewed(tx, user) == before:  # else another process was quicker
            past.keep_baseline(tx, row)
            learning.live(tx, user, lived, now)

    await kit.db.write(unit)


def _lived(day: Sequence[Decision], completed: Mapping[Ref, Sequence[datetime]]) -> list[Lived]:
    """What a day teaches: of what was open at its first decision and never shown, what was done before it ended."""
    first = day[0]
    shown = sorted({one.tip.id for one in day if one.tip is not None})
    start, end = first.context.now, first.context.day_end
    refs = {ref for one in first.candidates for ref in (one.facts.ref, *one.also)}
    done = sorted(ref for ref in refs if any(start <= at < end for at in completed.get(ref, ())))
    kinds = [kind for kind in ("day", "old") if lesson(first, shown, done, kind) is not None]
    return [Lived(first.id, kind, shown, done) for kind in kinds]
