"""The recommender forgets: one person at once, everybody in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from oo.contracts.events import ConnectionChanged
from oo.contracts.tips import Reaction
from oo.modules.recommender import module
from oo.modules.recommender.jobs import KEPT, WORDS_KEPT, jobs
from oo.modules.recommender.tables import holds, metadata, tips
from oo.modules.recommender.tests.conftest import USER, Stage

pytestmark = pytest.mark.anyio


async def lived(stage: Stage) -> None:
    """Leave a row in every table."""
    stage.shelf.put("a")
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None
    await stage.tips.seen(user=USER, tip=tip.id, surface="web")
    await stage.tips.react(
        user=USER, reaction=Reaction("k", tip.id, "snooze", until=stage.clock.now() + timedelta(hours=1))
    )


SINCE = {
    "rewards",
    "unlearnt",
    "lessons",
    "outcomes",
    "states",
    "baselines",
    "lineups",
    "agent_outputs",
    "hearings",
    "rounds",
    "refusals",
    "prints",
    "prompt_contexts",
    "written",
}
"""Filled in test_learning.py, where somebody learns, and in the tests of hearing, refusals and ready."""


async def counts(stage: Stage) -> dict[str, int]:
    return await stage.room.kit.db.read(
        lambda tx: {
            table.name: tx.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table.name not in SINCE
        }
    )


async def test_erase_empties_every_table_and_export_shows_the_words_before(stage: Stage) -> None:
    await lived(stage)
    assert all((await counts(stage)).values())
    cipher = stage.room.kit.keys.cipher(USER)
    shown = await stage.room.kit.db.read(lambda tx: module.export(tx, USER, cipher))
    assert set(shown) - SINCE == set(await counts(stage)) and all(shown[name] for name in set(shown) - SINCE)
    assert shown["tips"][0]["words"]["content"] == "Send Lena the signed lease."
    erased = await stage.room.kit.db.write(lambda tx: module.erase(tx, USER))
    assert erased == 5 and not any((await counts(stage)).values())


async def test_what_is_older_than_thirty_days_is_forgotten_and_what_holds_is_kept(stage: Stage) -> None:
    await lived(stage)
    job = stage.room.built.jobs[1]
    stage.clock.advance(KEPT - timedelta(seconds=1))
    await job.run()
    left = await counts(stage)
    assert left == {**left, "decisions": 1, "tips": 1, "reactions": 1, "views": 1, "holds": 0}
    stage.clock.advance(2)
    await job.run()
    assert not any((await counts(stage)).values())


async def test_a_done_task_is_held_for_good(stage: Stage) -> None:
    stage.shelf.put("a")
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None
    await stage.tips.react(user=USER, reaction=Reaction("k", tip.id, "done"))
    stage.clock.advance(timedelta(days=400))
    await stage.room.built.jobs[1].run()
    assert (
        await stage.room.kit.db.read(lambda tx: tx.execute(select(func.count()).select_from(holds)).scalar_one()) == 1
    )


async def test_the_words_of_a_tip_are_kept_for_a_day_and_its_row_for_thirty(stage: Stage) -> None:
    stage.shelf.put("a")
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None
    words = stage.room.built.jobs[0]
    stage.clock.advance(WORDS_KEPT)
    await words.run()
    assert await sealed(stage) == [True]
    stage.clock.advance(1)
    await words.run()
    assert await sealed(stage) == [False]
    outcome = await stage.tips.react(user=USER, reaction=Reaction("late", tip.id, "done"))
    assert outcome.undoable is not None and outcome.undoable.source_name == ""


async def test_the_words_of_a_tip_go_with_the_connection_that_they_came_from(stage: Stage) -> None:
    stage.shelf.put("a")
    assert (await stage.tips.recommend(user=USER)).tip is not None
    await stage.room.deliver(USER, ConnectionChanged("c1", "todotxt", "ended"))
    assert await sealed(stage) == [False]


async def sealed(stage: Stage) -> list[bool]:
    """Whether each tip has its words."""
    return await stage.room.kit.db.read(lambda tx: [row.words is not None for row in tx.execute(select(tips.c.words))])


@pytest.mark.parametrize("days", [8, 30])
async def test_they_are_kept_for_as_few_days_as_the_operator_says(stage: Stage, days: int) -> None:
    await lived(stage)
    kit = replace(stage.room.kit, settings=stage.room.kit.settings.model_copy(update={"keep_days": days}))
    [_, job, *_] = jobs(kit, None)  # type: ignore[arg-type]  # this job teaches nobody
    stage.clock.advance(timedelta(days=days, seconds=-1))
    await job.run()
    assert (await counts(stage))["decisions"] == 1
    stage.clock.advance(2)
    await job.run()
    assert (await counts(stage))["decisions"] == 0
