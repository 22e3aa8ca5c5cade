"""Who decides for nobody learns when it is asked: nobody's reaction waits for it, and it knows nothing too early."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from oo.contracts.lineups import DecisionLog
from oo.contracts.manifests import PolicyManifest
from oo.contracts.profiles import Profiles
from oo.contracts.sources import Sources
from oo.contracts.tips import Tips
from oo.kernel.plugins import discover
from oo.modules.recommender import module
from oo.modules.recommender.tests.conftest import NOW, USER, Shelf
from oo.modules.recommender.tests.tally import Lived, plugin
from oo.modules.recommender.tests.test_learning import Class, react, shown
from oo.testing.determinism import FixedClock
from oo.testing.rooms import room
from oo.testing.unknown import unknown

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Class]:
    shelf, clock, tally = Shelf(), FixedClock(NOW), Lived()
    rules = discover("policies", PolicyManifest.model_validate).plugins
    found = {"house": rules["house"], "tally": plugin(tally)}
    needs: dict[type, object] = {Sources: shelf, Profiles: shelf, **unknown()}
    async with room(tmp_path, module, needs=needs, plugins={"policies": found}, clock=clock) as made:
        made.kit.keys.create(USER)
        yield Class(made.promise(Tips), shelf, clock, made, tally)


async def counted(stage: Class, before: datetime) -> float:
    """How many rewards the one that stands by knows of, as it would have decided at an instant."""
    state = await stage.room.promise(DecisionLog).state(user=USER, policy="tally", before=before)
    return float(state.arrays["sums"].sum())


async def test_a_reaction_teaches_who_stands_by_only_when_asked_and_then_once(stage: Class) -> None:
    stage.shelf.put("a")
    await react(stage, await shown(stage), "done", dwell_ms=20_000)
    assert stage.tally.updates == []
    later = stage.clock.now() + timedelta(seconds=1)
    assert [await counted(stage, later) for _ in range(3)] == [1.0, 1.0, 1.0]
    assert stage.tally.updates == [1.0]


async def test_who_stands_by_knows_nothing_that_came_after_the_decision(stage: Class) -> None:
    stage.shelf.put("a")
    stage.shelf.put("b")
    await react(stage, await shown(stage), "done", dwell_ms=20_000)
    stage.clock.advance(timedelta(minutes=5))
    between = stage.clock.now()
    stage.clock.advance(timedelta(minutes=5))
    await react(stage, await shown(stage), "done", dwell_ms=20_000)
    assert await counted(stage, between) == 1.0
    assert await counted(stage, stage.clock.now() + timedelta(seconds=1)) == pytest.approx(1.9)
    assert await counted(stage, between) == 1.0, "what it knew then is still at hand"


async def test_what_was_taken_back_is_unlearnt_by_who_stands_by_too(stage: Class) -> None:
    stage.shelf.put("a")
    tip = await shown(stage)
    await react(stage, tip, "done", dwell_ms=20_000)
    later = stage.clock.now() + timedelta(minutes=1)
    assert await counted(stage, later) == 1.0
    await react(stage, tip, "undo")
    stage.shelf.put("b")
    stage.clock.advance(timedelta(seconds=30))
    await react(stage, await shown(stage), "dismiss", scope="item")
    assert await counted(stage, later) == 0.0
