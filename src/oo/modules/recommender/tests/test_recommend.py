"""Recommend: a fresh decision is logged whole, and a standing tip stays until something ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from oo.contracts.events import (
    BusyChanged,
    PrefSet,
    SilenceKept,
    TaskChanged,
    TaskCompleted,
    TaskDeleted,
    TipSeen,
    TipServed,
)
from oo.contracts.items import Busy
from oo.contracts.tips import Tip
from oo.engine.rows import from_row
from oo.engine.verify import differences
from oo.modules.recommender.tables import decisions, tips
from oo.modules.recommender.tests.conftest import NOW, USER, Stage

pytestmark = pytest.mark.anyio


async def the_tip(stage: Stage) -> Tip:
    tip = (await stage.tips.recommend(user=USER)).tip
    assert tip is not None
    return tip


async def test_the_tip_has_the_persons_words_a_true_why_and_its_evidence(stage: Stage) -> None:
    ref = stage.shelf.put("a", due=date(2026, 11, 17))
    stage.shelf.busy.append(Busy(NOW + timedelta(hours=4), NOW + timedelta(hours=5)))
    tip = await the_tip(stage)
    assert tip.content == "Send Lena the signed lease."
    assert tip.why == "It was due yesterday, and you are free until 14:00."
    assert [(one.source, one.ref, one.title) for one in tip.evidence] == [
        ("todotxt", ref, "Send Lena the signed lease")
    ]
    assert tip.expires_at == NOW + timedelta(hours=4)


async def test_a_standing_tip_is_answered_again_and_writes_nothing(stage: Stage) -> None:
    stage.shelf.put("a")
    first = await stage.tips.recommend(user=USER)
    before = await stage.room.published(USER)
    stage.shelf.put("b", "Another", due=date(2026, 11, 18), priority=3)
    stage.clock.advance(timedelta(hours=3))
    assert await stage.tips.recommend(user=USER) == first
    assert await stage.room.published(USER) == before


async def test_a_tip_ends_after_four_hours_at_the_day_boundary_or_when_a_meeting_starts(stage: Stage) -> None:
    stage.shelf.put("a")
    assert (await the_tip(stage)).expires_at == NOW + timedelta(hours=4)
    stage.clock.set(datetime(2026, 11, 19, 0, 30, tzinfo=UTC))  # 01:30 in Berlin, the day ends at 03:00
    late = await the_tip(stage)
    assert late.expires_at == datetime(2026, 11, 19, 2, 0, tzinfo=UTC)
    stage.clock.set(datetime(2026, 11, 19, 8, 0, tzinfo=UTC))
    stage.shelf.busy.append(Busy(stage.clock.now() + timedelta(minutes=30), stage.clock.now() + timedelta(hours=1)))
    assert (await the_tip(stage)).expires_at == stage.clock.now() + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("connector", "name", "said"),
    [("todotxt", "todo.txt", "Nothing is open in todo.txt."), ("mind", "On your mind", "Nothing is open.")],
)
async def test_what_is_written_down_here_is_no_app_with_a_name(
    stage: Stage, connector: str, name: str, said: str
) -> None:
    stage.shelf.connected = (connector, name)
    answer = await stage.tips.recommend(user=USER)
    assert answer.silence is not None
    assert (answer.silence.reason, answer.silence.detail) == ("all-done", said)


async def test_in_a_meeting_there_is_silence_with_its_reason(stage: Stage) -> None:
    stage.shelf.put("a")
    stage.shelf.busy.append(Busy(NOW - timedelta(minutes=5), NOW + timedelta(hours=1)))
    answer = await stage.tips.recommend(user=USER)
    assert answer.tip is None and answer.silence is not None
    assert (answer.silence.reason, answer.silence.detail) == (
        "meeting",
        "You are in a meeting until 11:00, and nothing here is worth interrupting it.",
    )
    assert [event for event in await stage.room.published(USER) if isinstance(event, SilenceKept)]


async def test_every_decision_is_logged_with_propensities_and_can_be_replayed(stage: Stage) -> None:
    for key in "abc":
        stage.shelf.put(key, f"Thing {key}", added=date(2026, 11, 1))
    tip = await the_tip(stage)
    [row] = await stage.room.kit.db.read(lambda tx: tx.execute(select(decisions)).all())
    policy = stage.room.kit.plugins["policies"]["house"].load()
    assert row.id == tip.id and row.chosen == tip.evidence[0].ref and 0 < row.propensity <= 1
    assert differences(from_row(row.row), policy, policy.initial()) == []
    [served] = [event for event in await stage.room.published(USER) if isinstance(event, TipServed)]
    assert served.propensity == row.propensity


async def test_no_word_of_the_person_lies_in_the_open(stage: Stage) -> None:
    stage.shelf.put("a", "Canary lease 7f3a", project="p1")
    await the_tip(stage)
    await stage.room.kit.db.checkpoint()
    folder = stage.room.kit.settings.data
    assert not [path.name for path in folder.rglob("*") if path.is_file() and b"Canary" in path.read_bytes()]


@pytest.mark.parametrize("event", [TaskCompleted, TaskDeleted, TaskChanged])
async def test_a_tip_whose_task_changed_elsewhere_steps_aside(stage: Stage, event: type) -> None:
    ref = stage.shelf.put("a")
    stage.shelf.put("b", "Another")
    tip = await the_tip(stage)
    other = next(facts.ref for facts in stage.shelf.facts if facts.ref != tip.evidence[0].ref)
    await stage.room.deliver(USER, event(ref=other))
    assert (await the_tip(stage)).id == tip.id
    await stage.room.deliver(USER, event(ref=tip.evidence[0].ref))
    assert (await the_tip(stage)).id != tip.id
    assert ref


async def test_a_changed_calendar_or_language_makes_a_new_decision(stage: Stage) -> None:
    stage.shelf.put("a")
    first = await the_tip(stage)
    await stage.room.deliver(USER, PrefSet("global", "low_light", "true", "user"))
    assert (await the_tip(stage)).id == first.id
    await stage.room.deliver(USER, PrefSet("global", "language", "de", "user"))
    second = await the_tip(stage)
    await stage.room.deliver(USER, BusyChanged("c1", 1))
    assert len({first.id, second.id, (await the_tip(stage)).id}) == 3


async def test_a_task_whose_words_are_gone_is_passed_over(stage: Stage) -> None:
    gone, there = stage.shelf.put("a", due=date(2026, 11, 1)), stage.shelf.put("b", "Water the plants")
    stage.shelf.lost.add(gone)
    assert (await the_tip(stage)).evidence[0].ref == there


async def test_two_requests_at_once_get_one_tip(stage: Stage) -> None:
    import asyncio

    for key in "abcdef":
        stage.shelf.put(key, f"Thing {key}")
    answers = await asyncio.gather(*(stage.tips.recommend(user=USER) for _ in range(8)))
    assert len({answer.tip and answer.tip.id for answer in answers}) == 1
    assert len(await stage.room.kit.db.read(lambda tx: tx.execute(select(tips.c.id)).all())) == 1


async def test_a_view_counts_once_and_is_an_event(stage: Stage) -> None:
    stage.shelf.put("a")
    tip = await the_tip(stage)
    for _ in range(3):
        await stage.tips.seen(user=USER, tip=tip.id, surface="web")
    assert [event for event in await stage.room.published(USER) if isinstance(event, TipSeen)] == [
        TipSeen(tip.id, "web")
    ]


@pytest.mark.parametrize("then", ["done", "gone", "changed"])
async def test_a_visit_looks_first_and_shows_nothing_that_its_source_has_overtaken(stage: Stage, then: str) -> None:
    stage.shelf.put("a", "Call Ada")
    before = (await stage.tips.recommend(user=USER)).tip
    [facts] = stage.shelf.facts
    after = {"done": [replace(facts, state="done")], "gone": [], "changed": [replace(facts, version="v2")]}
    stage.shelf.facts[:], stage.shelf.changed = after[then], True
    tip = (await stage.tips.recommend(user=USER)).tip
    assert before is not None
    assert (tip is None) == (then != "changed")
    assert tip is None or tip.id != before.id


async def test_a_visit_that_finds_other_things_changed_keeps_the_tip(stage: Stage) -> None:
    stage.shelf.put("a", "Call Ada")
    before = (await stage.tips.recommend(user=USER)).tip
    stage.shelf.changed = True
    assert (await stage.tips.recommend(user=USER)).tip == before
