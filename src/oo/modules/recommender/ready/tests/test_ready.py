from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from oo.contracts.events import ConnectionChanged, ConsentChanged, TaskChanged
from oo.contracts.ids import UserId
from oo.contracts.tips import Reaction
from oo.contracts.writing import Refusal
from oo.modules.recommender import module
from oo.modules.recommender.ready import repository
from oo.modules.recommender.ready import service as ready_service
from oo.modules.recommender.ready.briefs import Briefs
from oo.modules.recommender.ready.tests.conftest import Stage
from oo.modules.recommender.tables import decisions, prompt_contexts, refusals, tips, written
from oo.modules.recommender.tests.conftest import USER

pytestmark = pytest.mark.anyio


async def test_the_first_tip_waits_for_what_a_model_writes(stage: Stage) -> None:
    stage.shelf.put("lease", priority=3)
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None
    assert tip.content == "Sit down with it: Send Lena the signed lease"
    assert [asked for _, asked in stage.model.told] == [True]


async def test_a_model_is_told_what_the_person_prefers_and_writes_anew_when_that_is_another(stage: Stage) -> None:
    stage.shelf.put("lease")
    await stage.tips.recommend(user=USER)
    stage.shelf.profile = replace(stage.shelf.profile, language="de", low_light=True)
    await stage.room.kit.db.write(lambda tx: _call(stage, tx))
    await stage.look()
    told = [brief.preferences for brief, _ in stage.model.told]
    known = {"zone": "Europe/Berlin", "day_ends_at": "03:00"}
    assert told == [{"language": "en", **known}, {"language": "de", **known}]


async def test_a_model_that_never_answers_costs_the_first_tip_some_seconds_and_no_later_one_anything(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready_service, "WAITS", 0.0)
    stage.model.may_answer.clear()
    stage.shelf.put("lease")
    first = (await stage.tips.recommend(user=USER)).tip
    assert first is not None and first.content == "Send Lena the signed lease."
    await stage.tips.react(user=USER, reaction=Reaction("k", first.id, "dismiss", scope="now"))
    stage.shelf.put("plants", "Water the plants")
    second = (await stage.tips.recommend(user=USER)).tip
    assert second is not None and second.content == "Water the plants"
    assert len(stage.model.told) == 1


async def test_nothing_is_written_anew_while_nothing_is_another(stage: Stage) -> None:
    stage.shelf.put("lease")
    await stage.tips.recommend(user=USER)
    for _ in range(3):
        stage.clock.advance(timedelta(minutes=30))
        await stage.room.kit.db.write(lambda tx: _call(stage, tx))
        await stage.look()
        [row] = await stage.rows(prompt_contexts)
        assert row.due_at > stage.clock.now()
    assert len(stage.model.told) == 1


async def test_what_changed_is_written_of_before_anybody_asks(stage: Stage) -> None:
    stage.shelf.put("lease")
    first = (await stage.tips.recommend(user=USER)).tip
    assert first is not None
    await stage.tips.react(user=USER, reaction=Reaction("k", first.id, "dismiss", scope="now"))
    stage.shelf.put("plants", "Water the plants", priority=3)
    await stage.room.kit.db.write(lambda tx: _call(stage, tx))
    await stage.look()
    assert [asked for _, asked in stage.model.told] == [True, False]
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None and tip.content == "Sit down with it: Water the plants"
    assert len(stage.model.told) == 2


async def test_what_was_written_of_an_older_version_is_not_said(stage: Stage) -> None:
    stage.shelf.put("lease")
    first = (await stage.tips.recommend(user=USER)).tip
    assert first is not None
    [facts] = stage.shelf.facts
    stage.shelf.facts[0] = replace(facts, version="v2")
    await stage.room.kit.db.write(lambda tx: _overtake(tx))
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None and tip.content == "Send Lena the signed lease."


async def test_what_names_another_task_is_not_said_once_that_one_is_another(stage: Stage) -> None:
    stage.model.beside = True
    stage.shelf.put("lease", priority=4)
    stage.shelf.put("plants", "Water the plants")
    first = (await stage.tips.recommend(user=USER)).tip
    assert first is not None and first.content == "Sit down with it: Send Lena the signed lease, Water the plants"
    stage.shelf.facts[1] = replace(stage.shelf.facts[1], version="v2")
    await stage.room.kit.db.write(lambda tx: _overtake(tx))
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None and tip.content == "Send Lena the signed lease."


async def test_a_tip_that_a_change_overtook_is_followed_before_anybody_asks(stage: Stage) -> None:
    stage.shelf.put("lease")
    await stage.tips.recommend(user=USER)
    [facts] = stage.shelf.facts
    stage.shelf.facts[0] = replace(facts, version="v2")
    await stage.room.kit.db.write(lambda tx: _overtake(tx))
    await stage.room.kit.db.write(lambda tx: _call(stage, tx))
    await stage.look()
    assert sorted(row.state for row in await stage.rows(tips)) == ["overtaken", "standing"]
    before = len(await stage.rows(decisions))
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None and tip.content == "Sit down with it: Send Lena the signed lease"
    assert len(await stage.rows(decisions)) == before


@pytest.mark.parametrize("why", ["unreachable", "resting", "timeout"])
async def test_a_model_that_is_away_is_asked_again_later_and_what_it_wrote_before_still_counts(
    stage: Stage, why: str
) -> None:
    stage.shelf.put("lease", priority=3)
    await stage.tips.recommend(user=USER)
    stage.shelf.put("plants", "Water the plants")
    stage.model.why = why
    await stage.room.kit.db.write(lambda tx: _call(stage, tx))
    await stage.look()
    [row] = await stage.rows(prompt_contexts)
    assert (row.why, row.due_at > stage.clock.now()) == (why, True)
    assert [one.ref for one in await stage.rows(written)] == ["c1:lease"]
    stage.model.why = None
    stage.clock.advance(row.due_at - stage.clock.now())
    await stage.look()
    assert len(await stage.rows(written)) == 2


async def test_who_wrote_and_what_left_the_host_is_with_the_decision_and_the_tip(stage: Stage) -> None:
    stage.shelf.put("lease")
    await stage.tips.recommend(user=USER)
    [decision] = await stage.rows(decisions)
    assert '"written":{"prompt":"tip-1","hash":"abcd","model":"m:1b","egress":0}' in decision.row
    shown = await stage.room.kit.db.read(lambda tx: module.export(tx, USER, stage.room.kit.keys.cipher(USER)))
    [tip] = shown["tips"]
    assert {"model": "m:1b", "prompt": "tip-1@abcd", "sent": 0}.items() <= tip["words"].items()
    [context] = shown["prompt_contexts"]
    assert context["context"]["things"][0]["title"] == "Send Lena the signed lease"
    [said] = shown["written"]
    assert said["said"]["content"] == "Sit down with it: Send Lena the signed lease"


@pytest.mark.parametrize(
    "event",
    [
        ConnectionChanged("c1", "todotxt", "ended"),
        ConsentChanged("task_titles", granted=False, version="1"),
    ],
    ids=["connection ended", "consent taken back"],
)
async def test_what_was_made_from_what_is_taken_away_goes_at_once(stage: Stage, event: Any) -> None:
    stage.shelf.put("lease")
    await stage.tips.recommend(user=USER)
    assert await stage.rows(written)
    await stage.room.deliver(USER, event)
    assert not await stage.rows(written)
    [row] = await stage.rows(prompt_contexts)
    assert row.context is None


@pytest.mark.parametrize(
    "event",
    [
        ConnectionChanged("c1", "todotxt", "ended"),
        ConsentChanged("task_titles", granted=False, version="1"),
        ConsentChanged("cloud_model:far", granted=False, version="1"),
    ],
    ids=["connection ended", "consent taken back", "cloud taken back"],
)
@pytest.mark.parametrize("asked", [True, False], ids=["asked", "ahead"])
async def test_what_a_model_says_after_something_was_taken_away_is_not_kept(
    stage: Stage, event: Any, *, asked: bool
) -> None:
    stage.shelf.put("lease")
    stage.model.may_answer.clear()
    stage.model.refuses = (Refusal("word", "Send Lena the signed lease to Bern", "m:1b", "tip-1", "abcd"),)
    if not asked:
        await stage.room.kit.db.write(lambda tx: _call(stage, tx))
    waits = asyncio.create_task(stage.tips.recommend(user=USER) if asked else stage.look())
    async with asyncio.timeout(30):
        await stage.model.is_told.wait()
    await stage.room.deliver(USER, event)
    stage.model.may_answer.set()
    await waits
    assert not await stage.rows(written) and not await stage.rows(refusals)
    [row] = await stage.rows(prompt_contexts)
    assert (row.context, row.digest) == (None, None)
    assert row.due_at <= stage.clock.now() + timedelta(seconds=2)
    stage.clock.advance(timedelta(seconds=2))
    await stage.look()
    assert len(stage.model.told) == 2 and len(await stage.rows(written)) == 1


async def test_what_is_taken_away_while_it_is_gathered_is_gathered_anew(stage: Stage) -> None:
    stage.shelf.put("lease")
    await stage.tips.recommend(user=USER)
    ready, gathered = stage.ready, 0

    async def material(user: Any) -> Any:
        nonlocal gathered
        gathered += 1
        found = await Briefs.material(ready.briefs, user)
        if gathered == 1:  # what was just gathered may hold what is taken away now
            await stage.room.deliver(USER, ConsentChanged("cloud_model:far", granted=False, version="1"))
        return found

    slow: Any = SimpleNamespace(material=material)
    stage.shelf.put("plants", "Water the plants")
    await replace(ready, briefs=slow).remake(USER)
    assert gathered == 2 and len(stage.model.told) == 2


@pytest.mark.parametrize("asked", [True, False], ids=["asked", "ahead"])
async def test_what_changes_while_a_model_writes_is_written_of_next(stage: Stage, *, asked: bool) -> None:
    stage.shelf.put("lease")
    stage.model.may_answer.clear()
    if not asked:
        await stage.room.kit.db.write(lambda tx: _call(stage, tx))
    waits = asyncio.create_task(stage.tips.recommend(user=USER) if asked else stage.look())
    async with asyncio.timeout(30):
        await stage.model.is_told.wait()
    await stage.room.deliver(USER, TaskChanged(stage.shelf.put("plants", "Water the plants", priority=3), "v1"))
    stage.model.may_answer.set()
    await waits
    stage.clock.advance(timedelta(seconds=2))
    await stage.look()
    assert sorted(one.ref for one in await stage.rows(written)) == ["c1:lease", "c1:plants"]


async def test_while_the_model_is_left_alone_one_person_at_a_time_finds_out_whether_it_still_is(stage: Stage) -> None:
    stage.shelf.put("lease")
    stage.model.why = "resting"
    others = [UserId(f"01LATER000000000000000{number:04}") for number in range(5)]
    for user in others:
        stage.room.kit.keys.create(user)
    for user in (USER, *others):
        await stage.room.kit.db.write(partial(repository.call, user=user, at=stage.clock.now()))
    await stage.look()
    assert len(stage.model.told) == 6
    for number in range(1, 4):
        stage.clock.advance(timedelta(seconds=2))
        await stage.look()
        assert len(stage.model.told) == 6 + number
    stage.model.why = None
    stage.clock.advance(timedelta(seconds=2))
    await stage.look()
    await stage.look()
    assert len(await stage.rows(written)) == 6


async def test_titles_are_forgotten_after_a_day(stage: Stage) -> None:
    stage.shelf.put("lease")
    await stage.tips.recommend(user=USER)
    stage.clock.advance(timedelta(hours=25))
    [job] = [one for one in stage.room.built.jobs if one.name == "recommender.ready-forget"]
    await job.run()
    assert not await stage.rows(written)
    [row] = await stage.rows(prompt_contexts)
    assert row.context is None


async def test_for_whom_nothing_was_decided_in_a_week_nothing_is_written(stage: Stage) -> None:
    stage.shelf.put("lease")
    await stage.tips.recommend(user=USER)
    stage.clock.advance(timedelta(days=8))
    await stage.look()
    assert len(stage.model.told) == 1
    [row] = await stage.rows(prompt_contexts)
    assert row.due_at > stage.clock.now() + timedelta(days=365)


def _call(stage: Stage, tx: Any) -> None:
    repository.call(tx, USER, stage.clock.now())


def _overtake(tx: Any) -> None:
    from oo.modules.recommender import repository

    repository.overtake(tx, USER)
