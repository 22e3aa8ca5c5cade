"""A model is told what agents know, and what it advises is ready; what is held back it isn't told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oo.contracts.agents import Snippet
from oo.contracts.asking import snippet_text
from oo.contracts.tips import Reaction
from oo.kernel.db import Transaction, upsert
from oo.modules.recommender.hearing.snippets import SAID
from oo.modules.recommender.ready import repository
from oo.modules.recommender.ready.tests.conftest import WALK, Stage
from oo.modules.recommender.tables import agent_outputs, prompt_contexts, written
from oo.modules.recommender.tests.conftest import USER

pytestmark = pytest.mark.anyio
QUIET, STRONG = "A quiet day: 1 done, 3 is normal.", "A strong day: 6 done, 3 is normal."


async def hear(stage: Stage, text: str, *, insight: bool, minutes: int = 90) -> None:
    """Let an agent have said something, and have the person looked at."""
    kit, now = stage.room.kit, stage.clock.now()
    said = kit.keys.cipher(USER).seal(SAID, snippet_text(Snippet(text, {}, confidence=0.8, insight=insight)))
    row = {
        "user_id": USER,
        "agent": "momentum",
        "version": "1",
        "digest": f"{len(text)}",
        "why_not": None,
        "said": said,
    }

    def unit(tx: Transaction) -> None:
        upsert(tx, agent_outputs, {**row, "at": now, "until": now + timedelta(minutes=minutes)})
        repository.call(tx, USER, now)

    await kit.db.write(unit)
    await stage.look()


async def test_advice_is_ready_and_rests_on_what_an_agent_said(stage: Stage) -> None:
    await hear(stage, QUIET, insight=False)
    found = await stage.tips.recommend(user=USER)
    assert found.tip is not None
    assert (found.tip.kind, found.tip.content, found.tip.why) == ("advice", WALK, QUIET)
    assert found.tip.model == "m:1b" and found.considered == 1


async def test_what_a_model_advises_takes_the_place_of_the_insight_it_rests_on(stage: Stage) -> None:
    await hear(stage, STRONG, insight=True)
    found = await stage.tips.recommend(user=USER)
    assert found.tip is not None and (found.tip.content, found.considered) == (WALK, 1)


async def test_advice_is_over_with_what_it_rests_on(stage: Stage) -> None:
    await hear(stage, STRONG, insight=True, minutes=30)
    stage.clock.advance(timedelta(minutes=31))
    assert (await stage.tips.recommend(user=USER)).tip is None


async def test_when_what_it_rests_on_is_another_the_model_is_told_anew(stage: Stage) -> None:
    for text in (QUIET, QUIET, STRONG):
        stage.clock.advance(timedelta(minutes=15))
        await hear(stage, text, insight=False)
    assert [[one.text for one in brief.thoughts] for brief, _ in stage.model.told] == [[QUIET], [STRONG]]


async def test_what_was_answered_today_is_not_told(stage: Stage) -> None:
    await hear(stage, STRONG, insight=True)
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None
    await stage.tips.react(user=USER, reaction=Reaction("k", tip.id, "done"))
    await hear(stage, QUIET, insight=False)
    assert [len(brief.thoughts) for brief, _ in stage.model.told] == [1, 0]


async def test_a_kind_that_was_turned_away_is_not_written(stage: Stage) -> None:
    await hear(stage, STRONG, insight=True)
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None and tip.kind == "advice"
    await stage.tips.react(user=USER, reaction=Reaction("k", tip.id, "dismiss", scope="kind"))
    stage.clock.advance(timedelta(days=1))
    await hear(stage, STRONG, insight=True)
    insight = (await stage.tips.recommend(user=USER)).tip
    assert insight is not None and (insight.kind, insight.content) == ("insight", STRONG)


async def test_what_a_model_is_told_of_it_is_sealed(stage: Stage) -> None:
    await hear(stage, "A very private thing.", insight=True)
    assert b"very private" not in await stage.room.at_rest()
    assert len(await stage.rows(written)) == len(await stage.rows(prompt_contexts)) == 1
