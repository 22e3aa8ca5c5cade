"""What an agent knows may be the tip: in its own words, behind what there is to do, and seldom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from oo.contracts.agents import Snippet
from oo.contracts.asking import snippet_text
from oo.contracts.errors import Invalid, TooLate
from oo.contracts.events import SnippetComputed, TaskAdded, TipServed
from oo.contracts.ids import Ref
from oo.contracts.lineups import DecisionLog
from oo.contracts.tips import ActionName, Reaction, Scope, Tip
from oo.contracts.writing import TipCandidate
from oo.engine.thoughts import candidate
from oo.kernel.db import Transaction, upsert
from oo.modules.recommender.hearing.snippets import SAID, still_said
from oo.modules.recommender.ready import repository as ready
from oo.modules.recommender.ready.words import rows_of
from oo.modules.recommender.tables import agent_outputs, rewards
from oo.modules.recommender.tests.conftest import NOW, USER, Stage

pytestmark = pytest.mark.anyio
STRONG, DAY = "A strong day: 6 done, 3 is normal.", timedelta(days=1)


async def say(stage: Stage, text: str = STRONG, agent: str = "momentum", *, insight: bool = True) -> None:
    """Let an agent have said something about no task, which counts for two hours."""
    kit, now = stage.room.kit, stage.clock.now()
    said = kit.keys.cipher(USER).seal(SAID, snippet_text(Snippet(text, {}, confidence=0.7, insight=insight)))
    row = {"user_id": USER, "agent": agent, "version": "1.0.0", "digest": text[:24], "why_not": None, "said": said}

    def unit(tx: Transaction) -> None:
        upsert(tx, agent_outputs, {**row, "at": now, "until": now + timedelta(hours=2)})

    await kit.db.write(unit)


async def advise(stage: Stage, content: str) -> None:
    """Let a model have written advice that rests on what momentum said."""
    kit, now = stage.room.kit, stage.clock.now()
    ref = Ref("agent:momentum")
    said = TipCandidate(content, "advice", "orchestrator", 0.6, (ref,), "", "m", "tip-3", "h")

    def unit(tx: Transaction) -> None:
        [heard] = [one.thought for one in still_said(kit.keys, tx, USER, now)]
        assert heard is not None
        about = {ref: candidate(heard, "insight", "thoughts")}
        rows = rows_of(kit.keys.cipher(USER), USER, about, "en", now + DAY, [said])
        ready.replace(tx, USER, rows)

    await kit.db.write(unit)


async def tip_now(stage: Stage) -> Tip | None:
    return (await stage.tips.recommend(user=USER)).tip


async def the_tip(stage: Stage) -> Tip:
    tip = await tip_now(stage)
    assert tip is not None
    return tip


async def answer(stage: Stage, action: ActionName, scope: Scope | None = None, key: str = "k") -> Tip:
    """React to the tip that stands."""
    tip = await the_tip(stage)
    until = stage.clock.now() + timedelta(hours=1) if action == "snooze" else None
    await stage.tips.react(user=USER, reaction=Reaction(key, tip.id, action, until, scope))
    return tip


async def test_where_nothing_is_to_do_an_agent_is_heard_in_its_own_words(stage: Stage) -> None:
    await say(stage)
    tip = await the_tip(stage)
    assert (tip.kind, tip.topic, tip.content) == ("insight", "insight", STRONG)
    assert tip.why == "momentum saw it in what you let oO read."
    assert [(one.source, one.ref, one.title) for one in tip.evidence] == [("momentum", "agent:momentum", STRONG)]
    assert tip.where is None and tip.model == ""
    [served] = [one for one in await stage.room.published(USER) if isinstance(one, TipServed)]
    assert (served.kind, served.ref) == ("insight", "agent:momentum")


async def test_what_bears_on_how_to_speak_alone_is_no_tip(stage: Stage) -> None:
    await say(stage, "A quiet day: 1 done, 3 is normal.", insight=False)
    assert await tip_now(stage) is None


async def test_something_to_do_goes_first_but_for_what_lay_there_for_weeks(stage: Stage) -> None:
    await say(stage)
    old = stage.shelf.put("old", "Sort the cellar", added=NOW.date() - timedelta(days=200))
    young = stage.shelf.put("young", "Call the plumber", added=NOW.date() - timedelta(days=2))
    assert (await answer(stage, "done")).evidence[0].ref == young
    assert (await answer(stage, "done", key="k2")).kind == "insight"
    assert (await the_tip(stage)).evidence[0].ref == old


async def test_good_to_know_rests_its_agent_for_two_weeks_and_all_others_for_the_day(stage: Stage) -> None:
    await say(stage)
    await answer(stage, "done")
    await say(stage, "A stronger day: 9 done, 3 is normal.")
    await say(stage, "This is one of your good hours.", "time_of_day")
    assert await tip_now(stage) is None
    stage.clock.advance(DAY)
    for agent, text in (("momentum", STRONG), ("time_of_day", "This is one of your good hours.")):
        await say(stage, text, agent)
    assert (await answer(stage, "done", key="k2")).evidence[0].source == "time_of_day"
    stage.clock.advance(12 * DAY)
    await say(stage)
    assert await tip_now(stage) is None
    stage.clock.advance(DAY)
    await say(stage)
    assert (await the_tip(stage)).content == STRONG


async def test_what_is_taken_back_stands_again(stage: Stage) -> None:
    await say(stage)
    tip = await answer(stage, "done")
    undone = await stage.tips.undoable(user=USER, tip=tip.id)
    assert undone is not None and (undone.kind, undone.writable) == ("insight", False)
    await stage.tips.react(user=USER, reaction=Reaction("u", tip.id, "undo"))
    assert (await the_tip(stage)).id == tip.id


async def test_what_is_taken_back_too_late_speaks_of_no_source(stage: Stage) -> None:
    await say(stage)
    tip = await answer(stage, "done")
    stage.clock.advance(60)
    with pytest.raises(TooLate) as late:
        await stage.tips.react(user=USER, reaction=Reaction("u", tip.id, "undo"))
    assert "source" not in late.value.facts and "has it already" not in late.value.detail


async def test_not_this_one_is_about_the_agent_whatever_it_says_next(stage: Stage) -> None:
    await say(stage)
    await answer(stage, "dismiss", "item")
    stage.clock.advance(20 * DAY)
    await say(stage, "A stronger day: 9 done, 3 is normal.")
    assert await tip_now(stage) is None
    [held] = await stage.tips.held(user=USER)
    assert (held.scope, held.title, held.lapses) == ("item", "momentum", False)
    await stage.tips.allow(user=USER, hold=held.id)
    assert (await the_tip(stage)).kind == "insight"


async def test_insights_are_turned_away_as_a_kind_and_allowed_again(stage: Stage) -> None:
    await say(stage)
    await answer(stage, "dismiss", "kind")
    stage.clock.advance(20 * DAY)
    await say(stage, "This is one of your good hours.", "time_of_day")
    assert await tip_now(stage) is None
    [held] = await stage.tips.held(user=USER)
    assert (held.scope, held.topic) == ("kind", "insight")
    await stage.tips.allow(user=USER, hold=held.id)
    assert (await the_tip(stage)).kind == "insight"


async def test_an_insight_has_no_later(stage: Stage) -> None:
    await say(stage)
    with pytest.raises(Invalid):
        await answer(stage, "snooze")
    assert (await the_tip(stage)).content == STRONG


async def test_advice_that_was_put_off_comes_back_the_same_day_and_says_what_it_rests_on(stage: Stage) -> None:
    await say(stage)
    await advise(stage, "Leave the desk for a walk.")
    tip = await answer(stage, "snooze")
    assert (tip.kind, tip.content, tip.why, tip.model) == ("advice", "Leave the desk for a walk.", STRONG, "m")
    assert await tip_now(stage) is None
    stage.clock.advance(timedelta(hours=1, minutes=1))
    assert (await the_tip(stage)).content == tip.content


async def test_advice_rests_on_what_was_said_and_not_on_what_is_said_since(stage: Stage) -> None:
    await say(stage)
    await advise(stage, "Leave the desk for a walk.")
    await say(stage, "A stronger day: 9 done, 3 is normal.")
    assert (await the_tip(stage)).kind == "insight"


async def test_an_insight_ends_with_what_it_says(stage: Stage) -> None:
    await say(stage)
    tip = await the_tip(stage)
    assert tip.expires_at == NOW + timedelta(hours=2)
    computed = SnippetComputed("momentum", "1.0.0", "momentum@d", "d", (), NOW, NOW)
    await stage.room.deliver(USER, computed)
    assert (await the_tip(stage)).id == tip.id, "it says the same as before"
    await say(stage, "A stronger day: 9 done, 3 is normal.")
    await stage.room.deliver(USER, computed)
    assert (await the_tip(stage)).content == "A stronger day: 9 done, 3 is normal."


async def test_what_is_no_task_makes_way_for_something_to_do(stage: Stage) -> None:
    await say(stage)
    await the_tip(stage)
    ref = stage.shelf.put("new", "Call the plumber", added=NOW.date())
    await stage.room.deliver(USER, TaskAdded(ref=ref))
    assert (await the_tip(stage)).content == "Call the plumber"


async def test_what_was_put_off_comes_back_in_the_place_of_an_insight(stage: Stage) -> None:
    stage.shelf.put("a", "Call the plumber", added=NOW.date())
    await answer(stage, "snooze")
    await say(stage)
    assert (await the_tip(stage)).expires_at == NOW + timedelta(hours=1)
    stage.clock.advance(timedelta(hours=1))
    assert (await the_tip(stage)).content == "Call the plumber"


async def test_an_agent_that_falls_silent_takes_its_tip_along(stage: Stage) -> None:
    await say(stage)
    await the_tip(stage)

    def unit(tx: Transaction) -> None:
        tx.execute(agent_outputs.update().values(said=None, digest="silent"))

    await stage.room.kit.db.write(unit)
    await stage.room.deliver(USER, SnippetComputed("momentum", "1.0.0", "", "", (), NOW, NOW))
    assert await tip_now(stage) is None


async def test_a_look_at_the_sources_ends_no_insight(stage: Stage) -> None:
    await say(stage)
    tip = await the_tip(stage)
    stage.shelf.changed = True
    assert (await the_tip(stage)).id == tip.id
    stage.shelf.changed = True
    await stage.tips.react(user=USER, reaction=Reaction("k", tip.id, "done"))


async def test_a_silence_is_about_tasks(stage: Stage) -> None:
    await say(stage)
    await answer(stage, "done")
    found = await stage.tips.recommend(user=USER)
    assert found.silence is not None
    assert (found.silence.reason, found.silence.detail) == ("all-done", "Nothing is open.")


async def test_the_log_agrees_and_names_the_insight_as_resting_on_its_agent(stage: Stage) -> None:
    await say(stage)
    await the_tip(stage)
    log = stage.room.promise(DecisionLog)
    assert (await log.verify()).equal == 1
    [owed] = await log.owed(user=USER, agents=["momentum"])
    assert owed.title == STRONG and await log.owed(user=USER, agents=["habit"]) == []


async def test_good_to_know_teaches_half_of_what_a_task_does(stage: Stage) -> None:
    await say(stage)
    await answer(stage, "done")
    for event in await stage.room.published(USER):
        await stage.room.deliver(USER, event)
    [row] = await stage.room.kit.db.read(lambda tx: tx.execute(select(rewards)).all())
    assert (row.why, row.value, row.weight, row.provisional) == ("helped", 0.5, 0.5, False)
