"""What came from an ended connection neither stands nor is held back any more."""

from __future__ import annotations

import pytest

from oo.contracts.events import ConnectionChanged
from oo.contracts.tips import Reaction
from oo.modules.recommender.tests.conftest import USER, Stage

pytestmark = pytest.mark.anyio


async def test_the_tip_of_an_ended_connection_stands_no_longer(stage: Stage) -> None:
    stage.shelf.put("a")
    assert (await stage.tips.recommend(user=USER)).tip is not None
    stage.shelf.facts.clear()
    await stage.room.deliver(USER, ConnectionChanged("c1", "todotxt", "slow"))
    assert (await stage.tips.recommend(user=USER)).tip is not None
    await stage.room.deliver(USER, ConnectionChanged("c1", "todotxt", "ended"))
    assert (await stage.tips.recommend(user=USER)).tip is None


async def test_what_was_turned_away_of_an_ended_connection_is_forgotten(stage: Stage) -> None:
    stage.shelf.put("a")
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None
    await stage.tips.react(user=USER, reaction=Reaction("k1", tip.id, "dismiss", scope="item"))
    await stage.room.deliver(USER, ConnectionChanged("other", "todotxt", "ended"))
    assert len(await stage.tips.held(user=USER)) == 1
    await stage.room.deliver(USER, ConnectionChanged("c1", "todotxt", "ended"))
    assert await stage.tips.held(user=USER) == []
