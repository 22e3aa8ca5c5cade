"""Reactions: stored once, told by event, taken back in time, and each scope holds exactly as long as it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oo.contracts.errors import Conflict, Invalid, NotFound, Overtaken, TooLate
from oo.contracts.events import PrefSet, TaskCompleted, TaskDeleted, TaskReopened, TipReacted, UndoHeld
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.tips import Outcome, Reaction, Tip
from oo.modules.recommender.tests.conftest import NOW, USER, Stage

pytestmark = pytest.mark.anyio


async def tip_now(stage: Stage) -> Tip | None:
    return (await stage.tips.recommend(user=USER)).tip


async def react(stage: Stage, action: Any, tip: DecisionId | None = None, **more: Any) -> Outcome:
    if tip is None:
        shown = await tip_now(stage)
        assert shown is not None
        tip = shown.id
    key = more.pop("key", f"{action}-{tip}-{stage.clock.now().isoformat()}")
    return await stage.tips.react(user=more.pop("user", USER), reaction=Reaction(key, tip, action, **more))


async def test_done_is_stored_told_and_the_task_never_comes_back(stage: Stage) -> None:
    ref = stage.shelf.put("a")
    outcome = await react(stage, "done", dwell_ms=1500)
    assert (
        outcome.undoable is not None
        and outcome.undoable.writable
        and outcome.undoable.open_until == NOW + timedelta(seconds=8)
    )
    told = [event for event in await stage.room.published(USER) if isinstance(event, TipReacted)]
    assert told == [TipReacted(outcome.undoable.tip, "done", ref, "v1", "", None, NOW + timedelta(seconds=8), 1500)]
    stage.clock.advance(timedelta(days=400))
    assert await tip_now(stage) is None


@pytest.mark.parametrize(
    ("action", "more"), [("done", {}), ("dismiss", {"scope": "now"}), ("dismiss", {"scope": "kind"})]
)
async def test_what_is_answered_on_a_page_that_was_overtaken_does_not_stand_in_its_newer_words(
    stage: Stage, action: str, more: dict[str, str]
) -> None:
    stage.shelf.put("a")
    shown = await tip_now(stage)
    assert shown is not None
    await stage.room.deliver(USER, PrefSet("global", "zone", "Asia/Tokyo", "user"))
    newer = await tip_now(stage)
    assert newer is not None and newer.id != shown.id and newer.evidence == shown.evidence
    await react(stage, action, shown.id, **more)
    assert await tip_now(stage) is None


async def test_what_is_answered_on_a_page_that_was_overtaken_leaves_another_tip_standing(stage: Stage) -> None:
    stage.shelf.put("a")
    shown = await tip_now(stage)
    assert shown is not None
    await stage.room.deliver(USER, PrefSet("global", "zone", "Asia/Tokyo", "user"))
    stage.shelf.put("b", due=NOW.date() - timedelta(days=1))
    newer = await tip_now(stage)
    assert newer is not None and newer.evidence != shown.evidence
    await react(stage, "done", shown.id)
    assert await tip_now(stage) == newer


async def test_the_same_key_is_the_same_reaction(stage: Stage) -> None:
    stage.shelf.put("a")
    tip = await tip_now(stage)
    assert tip is not None
    first = await react(stage, "done", tip.id, key="k")
    again = await react(stage, "done", tip.id, key="k")
    assert again == replace(first, repeated=True)
    with pytest.raises(Conflict, match="another reaction"):
        await react(stage, "dismiss", tip.id, key="k")
    assert len([event for event in await stage.room.published(USER) if isinstance(event, TipReacted)]) == 1


async def test_another_device_is_told_that_it_was_answered(stage: Stage) -> None:
    stage.shelf.put("a")
    tip = await tip_now(stage)
    assert tip is not None
    await react(stage, "done", tip.id, key="phone")
    with pytest.raises(Conflict, match="Answered on another device"):
        await react(stage, "dismiss", tip.id, key="laptop")
    assert (await react(stage, "done", tip.id, key="tablet")).repeated


@pytest.mark.parametrize("action", ["done", "dismiss"])
async def test_what_was_finished_or_deleted_elsewhere_takes_no_reaction(stage: Stage, action: str) -> None:
    finished = stage.shelf.put("a")
    tip = await tip_now(stage)
    assert tip is not None
    await stage.room.deliver(USER, TaskCompleted(finished, "v2"))
    with pytest.raises(Overtaken, match=r"Already done in todo\.txt\."):
        await react(stage, action, tip.id)
    stage.shelf.facts.clear()
    deleted = stage.shelf.put("b")
    other = await tip_now(stage)
    assert other is not None
    await stage.room.deliver(USER, TaskDeleted(deleted))
    with pytest.raises(Overtaken, match="That moment has passed"):
        await react(stage, action, other.id)
    assert [event for event in await stage.room.published(USER) if isinstance(event, TipReacted)] == []


async def test_undo_brings_the_same_tip_back_and_lets_go_of_what_it_held(stage: Stage) -> None:
    stage.shelf.put("a")
    stage.shelf.put("b", "Another")
    before = await tip_now(stage)
    assert before is not None
    await react(stage, "done", before.id)
    assert (await tip_now(stage)) != before
    stage.clock.advance(8)
    assert (await react(stage, "undo", before.id)).undoable is None
    assert await tip_now(stage) == before
    assert [event.action for event in await stage.room.published(USER) if isinstance(event, TipReacted)] == [
        "done",
        "undo",
    ]
    await react(stage, "done", before.id, key="once more")


async def test_undo_past_its_time_says_who_has_it(stage: Stage) -> None:
    stage.shelf.put("a")
    outcome = await react(stage, "done")
    assert outcome.undoable is not None
    stage.clock.advance(8.001)
    with pytest.raises(TooLate, match=r"todo\.txt has it already\. Open it there\."):
        await react(stage, "undo", outcome.undoable.tip)
    assert await stage.tips.undoable(user=USER, tip=outcome.undoable.tip) is None


async def test_undo_held_open_stays_open_but_not_past_eighty_seconds(stage: Stage) -> None:
    stage.shelf.put("a")
    outcome = await react(stage, "done")
    assert outcome.undoable is not None
    tip = outcome.undoable.tip
    for _ in range(15):
        stage.clock.advance(6)
        if stage.clock.now() <= NOW + timedelta(seconds=80):
            held = await stage.tips.hold_undo(user=USER, tip=tip)
            assert stage.clock.now() <= held.open_until <= NOW + timedelta(seconds=80)
    with pytest.raises(TooLate):
        await stage.tips.hold_undo(user=USER, tip=tip)
    last = [event for event in await stage.room.published(USER) if isinstance(event, UndoHeld)][-1]
    assert last.undo_until == NOW + timedelta(seconds=80)


async def test_a_snoozed_task_comes_back_at_its_moment_and_not_before(stage: Stage) -> None:
    stage.shelf.put("a")
    back = NOW + timedelta(hours=10)
    await react(stage, "snooze", until=back)
    stage.clock.set(back - timedelta(microseconds=1))
    answer = await stage.tips.recommend(user=USER)
    assert answer.silence is not None and answer.silence.reason == "all-later"
    stage.clock.set(back)
    assert await tip_now(stage) is not None


async def test_tomorrow_morning_is_when_this_persons_mornings_begin(stage: Stage) -> None:
    async def morning() -> str:
        [at] = [moment.at for moment in await stage.tips.moments(user=USER) if moment.id == "morning"]
        return at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%a %H:%M")

    assert await morning() == "Thu 08:30"
    for day in range(7):
        stage.shelf.put(f"a{day}")
        stage.clock.set(datetime(2026, 11, 18 + day, 5, 20, tzinfo=UTC))  # 06:20 in Berlin
        await react(stage, "done")
    assert await morning() == "Wed 06:00"


async def test_what_came_back_from_a_snooze_does_so_once(stage: Stage) -> None:
    stage.shelf.put("a")
    back = NOW + timedelta(hours=10)
    await react(stage, "snooze", until=back)
    stage.clock.set(back)
    await react(stage, "done")
    for later in (timedelta(seconds=1), timedelta(days=1), timedelta(days=29)):
        stage.clock.set(back + later)
        assert await tip_now(stage) is None


@pytest.mark.parametrize(
    "until", [None, NOW, NOW - timedelta(days=1), NOW + timedelta(days=800), datetime(2026, 11, 19, 8)]
)
async def test_a_snooze_without_a_future_moment_is_refused(stage: Stage, until: datetime | None) -> None:
    stage.shelf.put("a")
    with pytest.raises(Invalid, match="`until`"):
        await react(stage, "snooze", until=until)


async def test_not_for_now_lasts_until_the_persons_day_ends(stage: Stage) -> None:
    stage.shelf.put("a")
    await react(stage, "dismiss")
    ends = datetime(2026, 11, 19, 2, 0, tzinfo=UTC)  # 03:00 in Berlin
    stage.clock.set(ends - timedelta(seconds=1))
    assert await tip_now(stage) is None
    stage.clock.set(ends)
    assert await tip_now(stage) is not None
    assert await stage.tips.held(user=USER) == []


async def test_not_this_task_lasts_thirty_days_or_until_it_changes(stage: Stage) -> None:
    stage.shelf.put("a")
    await react(stage, "dismiss", scope="item")
    stage.clock.advance(timedelta(days=29, hours=23))
    assert await tip_now(stage) is None
    stage.shelf.facts[0] = replace(stage.shelf.facts[0], version="v2")
    assert await tip_now(stage) is not None
    stage.shelf.facts[0] = replace(stage.shelf.facts[0], version="v1")
    stage.clock.advance(timedelta(hours=4))
    assert await tip_now(stage) is not None


async def test_not_this_kind_lasts_thirty_days_and_leaves_other_kinds(stage: Stage) -> None:
    stage.shelf.put("a", due=date(2026, 11, 1))
    await react(stage, "dismiss", scope="kind")
    stage.shelf.put("b", "Another late one", due=date(2026, 11, 2))
    assert await tip_now(stage) is None
    other = stage.shelf.put("c", "Without a date")
    tip = await tip_now(stage)
    assert tip is not None and tip.evidence[0].ref == other
    [held] = await stage.tips.held(user=USER)
    assert (held.scope, held.topic, held.until) == ("kind", "overdue", NOW + timedelta(days=30))


async def test_what_was_turned_away_can_be_taken_back(stage: Stage) -> None:
    stage.shelf.put("a")
    await react(stage, "dismiss", scope="item")
    [held] = await stage.tips.held(user=USER)
    assert held.title == "Send Lena the signed lease"
    with pytest.raises(NotFound):
        await stage.tips.allow(user=UserId("otto"), hold=held.id)
    await stage.tips.allow(user=USER, hold=held.id)
    assert await tip_now(stage) is not None
    with pytest.raises(NotFound):
        await stage.tips.allow(user=USER, hold=held.id)


async def test_a_task_reopened_in_its_source_may_come_again(stage: Stage) -> None:
    ref = stage.shelf.put("a")
    await react(stage, "done")
    assert await tip_now(stage) is None
    await stage.room.deliver(USER, TaskReopened(ref, "v1"))
    assert await tip_now(stage) is not None


async def test_nobody_reacts_to_or_sees_another_persons_tip(stage: Stage) -> None:
    stage.room.kit.keys.create("otto")
    stage.shelf.put("a")
    tip = await tip_now(stage)
    assert tip is not None
    otto = UserId("otto")
    for attempt in (
        react(stage, "done", tip.id, user=otto),
        stage.tips.hold_undo(user=otto, tip=tip.id),
        stage.tips.seen(user=otto, tip=tip.id, surface="web"),
        react(stage, "done", DecisionId("no-such")),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await stage.tips.undoable(user=otto, tip=tip.id) is None
    assert await tip_now(stage) == tip


async def test_a_day_old_tip_dismissed_now_is_away_for_today(stage: Stage) -> None:
    stage.shelf.put("a")
    tip = await tip_now(stage)
    assert tip is not None
    stage.clock.advance(timedelta(days=2))
    await react(stage, "dismiss", tip.id)
    assert await tip_now(stage) is None
    stage.clock.advance(timedelta(days=1))
    assert await tip_now(stage) is not None


async def test_for_now_lasts_the_whole_day_on_which_the_clocks_change(stage: Stage) -> None:
    stage.shelf.put("a")
    stage.clock.set(datetime(2026, 10, 24, 20, 0, tzinfo=UTC))
    tip = await tip_now(stage)
    assert tip is not None
    stage.clock.set(datetime(2026, 10, 25, 8, 0, tzinfo=UTC))  # the long Sunday; it ends on Monday at 03:00 in Berlin
    await react(stage, "dismiss", tip.id)
    ends = datetime(2026, 10, 26, 2, 0, tzinfo=UTC)
    stage.clock.set(ends - timedelta(seconds=1))
    assert await tip_now(stage) is None
    stage.clock.set(ends)
    assert await tip_now(stage) is not None


async def test_not_this_task_holds_every_occurrence_of_a_recurring_one(stage: Stage) -> None:
    stage.shelf.put("plants-18", "Water the plants", due=date(2026, 11, 18), series="plants")
    await react(stage, "dismiss", scope="item")
    stage.shelf.facts.clear()
    stage.shelf.put("plants-25", "Water the plants", due=date(2026, 11, 25), series="plants")
    stage.clock.advance(timedelta(days=7))
    assert await tip_now(stage) is None
    [held] = await stage.tips.held(user=USER)
    assert (held.scope, held.title) == ("item", "Water the plants")
    await stage.tips.allow(user=USER, hold=held.id)
    assert await tip_now(stage) is not None


@pytest.mark.parametrize("key", ["", "k" * 81])
async def test_a_key_is_one_to_eighty_characters(stage: Stage, key: str) -> None:
    stage.shelf.put("a")
    with pytest.raises(Invalid, match="1 to 80"):
        await react(stage, "done", key=key)


async def test_a_key_with_another_scope_is_another_reaction(stage: Stage) -> None:
    stage.shelf.put("a")
    tip = await tip_now(stage)
    assert tip is not None
    await react(stage, "dismiss", tip.id, key="k", scope="now")
    with pytest.raises(Conflict, match="another reaction"):
        await react(stage, "dismiss", tip.id, key="k", scope="kind")


async def test_done_here_after_done_there_says_so(stage: Stage) -> None:
    stage.shelf.put("a")
    tip = await tip_now(stage)
    assert tip is not None
    stage.shelf.facts[:], stage.shelf.changed = [replace(stage.shelf.facts[0], state="done")], True
    with pytest.raises(Overtaken, match=r"Already done in todo\.txt") as said:
        await react(stage, "done", tip.id)
    assert said.value.facts == {"source": "todo.txt"}
    assert await tip_now(stage) is None


async def test_done_again_after_it_was_written_is_the_same_reaction(stage: Stage) -> None:
    stage.shelf.put("a")
    tip = await tip_now(stage)
    assert tip is not None
    await react(stage, "done", tip.id, key="once")
    stage.shelf.facts[:], stage.shelf.changed = [replace(stage.shelf.facts[0], state="done")], True
    assert (await react(stage, "done", tip.id, key="once")).repeated
