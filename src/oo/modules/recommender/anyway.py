"""How often this person's tasks are done without being shown, estimated from the log once a day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from oo.contracts.ids import Ref
from oo.engine.baseline import Exposure, estimate, exposures
from oo.engine.rows import from_row
from oo.kernel.module import Kit
from oo.modules.recommender import learnt
from oo.modules.recommender.learning import sealed_baselines

FRESH = timedelta(days=1)
LOOKED_AT = timedelta(days=30)
PEOPLE, PAGE = 50, 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def estimate_baselines(kit: Kit) -> int:
    """Estimate anew for people whose baselines are a day old; how many there were, at most fifty."""
    now = kit.clock.now()
    due = await kit.db.read(partial(learnt.without_baseline, since=now - FRESH, decided=now - LOOKED_AT, limit=PEOPLE))
    for user in due:
        found = estimate(await _exposures(kit, user, now))
        row = {"user_id": user, "at": now, "shares": sealed_baselines(kit.keys.cipher(user), found)}
        await kit.db.write(partial(learnt.keep_baseline, row=row))
    return len(due)


async def _exposures(kit: Kit, user: str, now: datetime) -> list[Exposure]:
    since = now - LOOKED_AT
    rows = await kit.db.read(partial(learnt.completions_of, user=user, since=since))
    completed = {Ref(ref): [at - _EPOCH for at in ats] for ref, ats in learnt.by_ref(rows).items()}
    found: list[Exposure] = []
    after = ""
    while page := await kit.db.read(partial(learnt.decisions_of, user=user, since=since, after=after, limit=PAGE)):
        after = page[-1].id
        found += await asyncio.to_thread(_of, [row.row for row in page], completed, now - _EPOCH)
    return found


def _of(rows: Sequence[str], completed: dict[Ref, list[timedelta]], now: timedelta) -> list[Exposure]:
    return exposures((from_row(row) for row in rows), completed, now)
