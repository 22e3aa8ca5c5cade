"""Learning: a reward teaches in its event's unit, exactly once; late news and an undo leave what they would have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, update

from oo.contracts.events import ConsentChanged, RewardAssigned, TaskCompleted, TaskReopened, TipSeen
from oo.contracts.lineups import DecisionLog, Lineup
from oo.contracts.manifests import PolicyManifest
from oo.contracts.profiles import Profiles
from oo.contracts.sources import Sources
from oo.contracts.tips import Reaction, Tip, Tips
from oo.engine.states import from_bytes
from oo.kernel.db import Transaction
from oo.kernel.outbox import cursors, outbox
from oo.kernel.plugins import discover
from oo.modules.recommender import module
from oo.modules.recommender.field import STATE
from oo.modules.recommender.tables import decisions, rewards, states
from oo.modules.recommender.tests.conftest import NOW, USER, Shelf, Stage
from oo.modules.recommender.tests.tally import TOPICS, Lived, Tally, plugin
from oo.testing.determinism import FixedClock
from oo.testing.rooms import room
from oo.testing.unknown import unknown

pytestmark = pytest.mark.anyio


@dataclass
class Class(Stage):
    """A stage whose champion learns."""

    tally: Lived


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Class]:
    shelf, clock, tally = Shelf(), FixedClock(NOW), Lived()
    rules = discover("policies", PolicyManifest.model_validate).plugins
    found = {"house": rules["house"], "newest": rules["newest"], "tally": plugin(tally)}
    needs: dict[type, object] = {Sources: shelf, Profiles: shelf, **unknown()}
    async with room(tmp_path, module, needs=needs, plugins={"policies": found}, clock=clock, policy="tally") as made:
        made.kit.keys.create(USER)
        yield Class(made.promise(Tips), shelf, clock, made, tally)


async def settle(stage: Stage) -> None:
    """Hand on what was published."""
    while await stage.room.relay.step():
        pass


async def shown(stage: Stage) -> Tip:
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None
    await stage.tips.seen(user=USER, tip=tip.id, surface="web")
    return tip


async def react(stage: Stage, tip: Tip, action: Any, **more: Any) -> None:
    if action == "snooze":
        more["until"] = stage.clock.now() + timedelta(minutes=30)
    await stage.tips.react(user=USER, reaction=Reaction(f"{action}-{tip.id}", tip.id, action, **more))
    await settle(stage)


async def known(stage: Stage) -> dict[str, list[float]]:
    """What the champion knows now."""
    rows = await stage.room.kit.db.read(lambda tx: tx.execute(select(states).order_by(states.c.revision)).all())
    cipher = stage.room.kit.keys.cipher(USER)
    arrays = from_bytes(cipher.open_bytes(STATE, rows[-1].state)).arrays if rows else Tally().initial().arrays
    return {name: array.tolist() for name, array in arrays.items()}


async def assigned(stage: Stage) -> list[RewardAssigned]:
    return [event for event in await stage.room.published(USER) if isinstance(event, RewardAssigned)]


async def test_a_reaction_teaches_at_once_and_exactly_once(stage: Class) -> None:
    stage.shelf.put("a")
    tip = await shown(stage)
    await react(stage, tip, "done", dwell_ms=20_000)
    assert await assigned(stage) == [RewardAssigned(tip.id, 1.0, 1.0, "done", False)]
    taught = await known(stage)
    assert taught["sums"][TOPICS.index("undated")] == 1.0

    def once_more(tx: Transaction) -> None:
        tx.execute(update(outbox).values(sent=False))
        tx.execute(update(cursors).values(seq=0))  # as if the cursor had been lost, too

    await stage.room.kit.db.write(once_more)
    await stage.room.deliver(USER, TipSeen(tip.id, "web"))
    assert (await known(stage), stage.tally.updates) == (taught, [1.0])
    assert len(await assigned(stage)) == 1


async def test_what_was_taken_back_is_unlearnt(stage: Class) -> None:
    stage.shelf.put("a")
    before = await known(stage)
    tip = await shown(stage)
    await react(stage, tip, "done")
    assert await known(stage) != before
    await react(stage, tip, "undo")
    assert await known(stage) == before
    assert [one.why_weight() for one in map(Told, await assigned(stage))] == [("done", 1.0), ("undone", 0.0)]


async def test_late_news_leave_what_would_be_known_had_they_come_at_once(stage: Class) -> None:
    first, second = stage.shelf.put("a"), stage.shelf.put("b", due=NOW.date())
    tips = [await shown(stage)]
    await react(stage, tips[0], "snooze")
    stage.clock.advance(60)
    tips.append(await shown(stage))
    await react(stage, tips[1], "done")
    assert len(stage.tally.updates) == 2
    ref = tips[0].evidence[0].ref
    assert {ref, tips[1].evidence[0].ref} == {first, second}
    stage.clock.advance(timedelta(hours=3))
    await stage.room.deliver(USER, TaskCompleted(ref, "v2", finished_at=stage.clock.now()))
    late = (await assigned(stage))[-1]
    assert (late.tip, late.reason, late.provisional) == (tips[0].id, "completed-within-a-day", False)
    fresh, log = Tally(), await stage.room.promise(DecisionLog).logged(before=stage.clock.now(), user=USER)
    state = fresh.initial()
    for one in log:
        assert one.reward is not None
        state = fresh.update(state, one.decision, one.reward.value, one.reward.weight)
    for name, values in (await known(stage)).items():
        np.testing.assert_allclose(values, state.arrays[name])
    await stage.room.deliver(USER, TaskReopened(ref, "v3"))
    assert (await assigned(stage))[-1].reason == "snoozed"


async def test_a_tip_that_nobody_saw_teaches_nothing(stage: Class) -> None:
    ref = stage.shelf.put("a")
    assert (await stage.tips.recommend(user=USER)).tip is not None
    await stage.room.deliver(USER, TaskCompleted(ref, "v2"))
    assert (await assigned(stage), stage.tally.updates) == ([], [])


async def test_a_tip_that_was_seen_and_whose_task_was_done_in_its_app_helped(stage: Class) -> None:
    ref = stage.shelf.put("a")
    await shown(stage)
    stage.clock.advance(timedelta(hours=2))
    await stage.room.deliver(USER, TaskCompleted(ref, "v2"))
    [told] = await assigned(stage)
    assert told.reason == "completed-within-a-day" and 0.5 < told.value < 0.7


async def test_decisions_name_the_state_they_were_made_with_and_are_computed_again(stage: Class) -> None:
    for name in "abcdef":
        stage.shelf.put(name, due=NOW.date() if name in "ace" else None)
    log = stage.room.promise(DecisionLog)
    for turn in range(6):
        tip = await shown(stage)
        await react(stage, tip, ("done", "dismiss", "snooze")[turn % 3])
        stage.clock.advance(timedelta(minutes=40))
    await shown(stage)
    logged = await log.logged(before=stage.clock.now() + timedelta(hours=1))
    assert [one.decision.notes.get("state", 0) for one in logged] == list(range(7))
    assert (await log.verify()).equal == 7

    def bend(tx: Any) -> None:
        row = logged[4].decision.id
        text = tx.execute(select(decisions.c.row).where(decisions.c.id == row)).scalar_one()
        bent = text.replace('"state":4', '"state":2')
        assert bent != text
        tx.execute(update(decisions).where(decisions.c.id == row).values(row=bent))

    await stage.room.kit.db.write(bend)
    verified = await log.verify()
    assert verified.equal == 6
    assert [(one.decision, one.what[0]) for one in verified.different] == [
        (logged[4].decision.id, "the estimates differ")
    ]


async def test_a_policy_that_breaks_holds_nobody_up(stage: Class) -> None:
    stage.shelf.put("a")
    stage.tally.broken = True
    tip = await shown(stage)
    await react(stage, tip, "dismiss")
    assert len(await assigned(stage)) == 1
    stage.tally.broken = False
    stage.shelf.put("b")
    await react(stage, await shown(stage), "done")
    assert stage.tally.updates == [0.0, 0.8], "it catches up"


async def test_what_is_learnt_is_sealed_and_leaves_with_the_person(stage: Class) -> None:
    stage.shelf.put("a")
    await react(stage, await shown(stage), "done")
    assert b"oo-state" not in await stage.room.at_rest()
    cipher = stage.room.kit.keys.cipher(USER)
    exported = await stage.room.kit.db.read(lambda tx: module.export(tx, USER, cipher))
    assert exported["states"][0]["state"]["sums"][TOPICS.index("undated")] == 0.8


async def test_who_is_appointed_decides_until_the_setting_is_another(stage: Class) -> None:
    stage.shelf.put("a")
    log = stage.room.promise(DecisionLog)
    assert (await log.lineup()).champion == "tally"
    await log.appoint(lineup=Lineup("newest", "house", 1.0, "tally", 0.0, "t1"))
    await shown(stage)
    [one] = await log.logged(before=stage.clock.now() + timedelta(hours=1))
    assert one.decision.policy.startswith("house@") and one.decision.notes == {"arm": "challenger"}
    assert "tally" in await log.watched(), "the former champion goes on learning"


async def test_the_baseline_is_estimated_from_what_was_not_shown(stage: Class) -> None:
    for name in "abcd":
        stage.shelf.put(name)
    tip = await shown(stage)
    others = [ref for ref in (facts.ref for facts in stage.shelf.facts) if ref != tip.evidence[0].ref]
    for ref in others:
        await stage.room.deliver(USER, TaskCompleted(ref, "v2"))
    stage.clock.advance(timedelta(days=8))
    [job] = [job for job in stage.room.built.jobs if job.name == "recommender.review"]
    await job.run()
    cipher = stage.room.kit.keys.cipher(USER)
    exported = await stage.room.kit.db.read(lambda tx: module.export(tx, USER, cipher))
    [row] = exported["baselines"]
    assert row["shares"]["exposures"] == 3
    assert row["shares"]["overall"][0] == pytest.approx((3 + 20 * 0.05) / 23)


async def test_a_day_teaches_what_was_done_of_its_own_accord_and_never_was_a_tip(stage: Class) -> None:
    for name in "abcd":
        stage.shelf.put(name, added=NOW.date())
    tip = await shown(stage)
    await react(stage, tip, "snooze")
    ref = tip.evidence[0].ref
    other = next(facts.ref for facts in stage.shelf.facts if facts.ref != ref)
    stage.clock.advance(60)
    for one in (ref, other):
        await stage.room.deliver(USER, TaskCompleted(one, "v2"))
    [job] = [job for job in stage.room.built.jobs if job.name == "recommender.review"]
    await job.run()
    assert not hasattr(stage.tally, "lessons"), "the day is not over"
    stage.clock.advance(timedelta(days=1, hours=1))
    await job.run()
    await job.run()
    [lesson] = stage.tally.lessons
    assert [lesson.candidates[n].facts.ref for n in lesson.done] == [other]
    assert ref not in [one.facts.ref for one in lesson.candidates] and len(lesson.candidates) == 3
    taught = await known(stage)
    await stage.room.deliver(USER, TaskReopened(ref, "v3"))  # the reward is another now: all is learnt anew, in order
    assert len(stage.tally.lessons) == 2
    state = Lived().initial()
    [logged, *_] = await stage.room.promise(DecisionLog).logged(before=stage.clock.now(), user=USER)
    state = Lived().learn(Lived().update(state, logged.decision, 0.3, 1.0), lesson)
    assert await known(stage) != taught
    for name, values in (await known(stage)).items():
        np.testing.assert_allclose(values, state.arrays[name])


async def test_rewards_are_forgotten_after_thirty_days_and_what_was_learnt_stays(stage: Class) -> None:
    stage.shelf.put("a")
    await react(stage, await shown(stage), "done")
    stage.clock.advance(timedelta(days=31))
    for job in stage.room.built.jobs:
        await job.run()

    def left(tx: Any) -> tuple[int, int]:
        return len(tx.execute(select(rewards)).all()), len(tx.execute(select(states)).all())

    assert await stage.room.kit.db.read(left) == (0, 1)


async def test_states_that_nobody_decided_with_are_thinned_when_they_are_settled(stage: Class) -> None:
    log = stage.room.promise(DecisionLog)
    await log.appoint(lineup=Lineup("newest", former="tally"))
    stage.shelf.put("a")
    for _ in range(6):
        await react(stage, await shown(stage), "snooze")
        stage.clock.advance(timedelta(days=2))
    [job] = [job for job in stage.room.built.jobs if job.name == "recommender.forget"]
    await job.run()

    def left(tx: Transaction) -> list[int]:
        return [row.revision for row in tx.execute(select(states.c.revision).order_by(states.c.revision))]

    assert await stage.room.kit.db.read(left) == [2, 3, 4, 5, 6], "one that is settled, and all that are not"


async def test_who_takes_back_that_their_past_is_learnt_from_is_unlearnt_at_once(stage: Class) -> None:
    for name in "ab":
        stage.shelf.put(name)
    await react(stage, await shown(stage), "snooze")
    await shown(stage)
    log = stage.room.promise(DecisionLog)
    assert await log.learnt(user=USER, consent="mood_habits") == 1
    await stage.room.deliver(USER, ConsentChanged("mood_habits", granted=False))
    assert await log.learnt(user=USER, consent="mood_habits") == 0
    cipher = stage.room.kit.keys.cipher(USER)
    kept = await stage.room.kit.db.read(lambda tx: module.export(tx, USER, cipher))
    assert [kept[name] for name in ("states", "lessons", "outcomes", "baselines")] == [[], [], [], []]
    stage.clock.advance(timedelta(hours=5))
    await react(stage, await shown(stage), "done")
    assert stage.tally.updates == [0.3] and await known(stage) == await known_of_nobody()
    verified = await log.verify()
    assert (verified.equal, verified.forgotten, verified.different) == (2, 1, ())
    await stage.room.deliver(USER, ConsentChanged("mood_habits", granted=True))
    stage.shelf.put("c")
    await react(stage, await shown(stage), "dismiss")
    assert stage.tally.updates == [0.3, 0.0], "what was before stays out"


async def known_of_nobody() -> dict[str, list[float]]:
    return {name: array.tolist() for name, array in Tally().initial().arrays.items()}


async def test_what_an_old_version_of_a_policy_knew_is_forgotten_in_time(stage: Class) -> None:
    stage.shelf.put("a")
    await react(stage, await shown(stage), "done")
    await stage.room.kit.db.write(lambda tx: tx.execute(update(states).values(policy="tally@0")).rowcount)
    [job] = [job for job in stage.room.built.jobs if job.name == "recommender.forget"]
    for days, left in ((30, 1), (1, 0)):
        stage.clock.advance(timedelta(days=days))
        await job.run()
        assert len(await stage.room.kit.db.read(lambda tx: tx.execute(select(states.c.policy)).all())) == left


@dataclass
class Told:
    """An event in short."""

    event: RewardAssigned

    def why_weight(self) -> tuple[str, float]:
        return self.event.reason, self.event.weight
