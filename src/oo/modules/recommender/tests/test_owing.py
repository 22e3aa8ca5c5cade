"""What agents know moves tips, is logged with them, and can be thought away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oo.contracts.agents import Snippet
from oo.contracts.asking import snippet_text
from oo.contracts.ids import Ref
from oo.contracts.lineups import DecisionLog
from oo.contracts.tips import Reaction
from oo.kernel.db import Transaction, upsert
from oo.modules.recommender.hearing.snippets import SAID
from oo.modules.recommender.tables import agent_outputs
from oo.modules.recommender.tests.conftest import NOW, USER, Stage

pytestmark = pytest.mark.anyio


async def say(stage: Stage, agent: str, *evidence: Ref, confidence: float = 1.0) -> None:
    """Let an agent have said something about tasks."""
    kit, now = stage.room.kit, stage.clock.now()
    said = kit.keys.cipher(USER).seal(SAID, snippet_text(Snippet("{e1.title}.", {}, evidence, confidence)))
    row = {"user_id": USER, "agent": agent, "version": "1.0.0", "digest": "d", "why_not": None, "said": said}

    def unit(tx: Transaction) -> None:
        upsert(tx, agent_outputs, {**row, "at": now, "until": now + timedelta(hours=1)})

    await kit.db.write(unit)


async def tip_of(stage: Stage, key: str) -> str:
    """Decide anew; the title of the tip, which is put off."""
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None
    later = stage.clock.now() + timedelta(minutes=1)
    await stage.tips.react(user=USER, reaction=Reaction(key, tip.id, "snooze", until=later))
    stage.clock.advance(timedelta(minutes=2))
    return tip.content


async def test_what_an_agent_knows_moves_the_tip_and_the_log_agrees(stage: Stage) -> None:
    stage.shelf.put("a", "Paint the door", added=NOW.date() - timedelta(days=4))
    habit = stage.shelf.put("b", "Water the plants", added=NOW.date() - timedelta(days=5))
    assert await tip_of(stage, "k1") == "Paint the door"
    await say(stage, "habit", habit)
    assert await tip_of(stage, "k2") == "Water the plants"
    log = stage.room.promise(DecisionLog)
    assert (await log.verify()).equal == 2
    stage.clock.advance(timedelta(seconds=10))
    (_, last) = await log.logged()
    assert last.decision.notes["agents"] == {"habit": "1.0.0"}
    assert [one.known for one in last.decision.candidates if one.id == habit] == [{"habit": 1.0}]


async def test_tips_that_would_have_been_others_without_an_agent_are_named(stage: Stage) -> None:
    stage.shelf.put("a", "Paint the door", added=NOW.date() - timedelta(days=4))
    habit = stage.shelf.put("b", "Water the plants", added=NOW.date() - timedelta(days=5))
    await tip_of(stage, "k1")
    await say(stage, "habit", habit)
    await tip_of(stage, "k2")
    log = stage.room.promise(DecisionLog)
    (owed,) = await log.owed(user=USER, agents=["habit"])
    assert owed.title == "Water the plants"
    assert await log.owed(user=USER, agents=["momentum"]) == [] == await log.owed(user=USER, agents=[])


async def test_what_is_no_longer_said_moves_nothing(stage: Stage) -> None:
    stage.shelf.put("a", "Paint the door", added=NOW.date() - timedelta(days=4))
    habit = stage.shelf.put("b", "Water the plants", added=NOW.date() - timedelta(days=5))
    await say(stage, "habit", habit)
    stage.clock.advance(timedelta(hours=1))
    assert await tip_of(stage, "k1") == "Paint the door"
