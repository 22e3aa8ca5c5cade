"""Advice and insights never interrupt; where such a tip is told all the same, its words are its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal, TypeAlias

import pytest

from oo.contracts.channels import Verb
from oo.contracts.decisions import Kind
from oo.contracts.events import TipReacted
from oo.contracts.ids import DecisionId
from oo.contracts.profiles import Profile
from oo.contracts.thoughts import thought_ref
from oo.contracts.tips import Evidence, Tip
from oo.modules.notifier.composing import tip_message
from oo.modules.notifier.tests.stage import NOW, USER, Stage

pytestmark = pytest.mark.anyio
Taskless: TypeAlias = Literal["advice", "insight"]
MOMENTS = ("after-meeting", "liked-slot", "random-slot", "task-closed", "first-activity", "fresh")
LABELS = {
    "task": ["Done", "Later", "Not this", "Stop"],
    "reminder": ["Got it", "Later", "Not this", "Stop"],
    "advice": ["Will do", "Later", "Not this", "Stop"],
    "insight": ["Good to know", "Not this", "Stop"],
}


def about_no_task(stage: Stage, kind: Taskless, number: int = 1) -> Tip:
    """Let advice or an insight stand."""
    said = (Evidence("momentum", thought_ref("momentum"), "A strong day: 6 done, 3 is normal."),)
    tip = replace(stage.stand(number), kind=kind, topic=kind, evidence=said, source_name="Momentum")
    stage.rooms.tip = tip
    return tip


@pytest.mark.parametrize("kind", ["advice", "insight"])
async def test_what_is_no_task_interrupts_at_no_moment_and_the_ledger_says_why(stage: Stage, kind: Taskless) -> None:
    await stage.device()
    for number in range(4):
        for moment in MOMENTS:
            about_no_task(stage, kind, 1 + number)
            row = await stage.decide(moment)
            assert (row.sent, row.reason, row.probability) == (False, "no-task", 0.0)
        stage.clock.advance(timedelta(minutes=50))
    await stage.job("send")
    assert stage.channel.handed == []
    assert (await stage.pushes(), await stage.deliveries(), stage.rooms.coins) == ([], [], [])
    said = {line.said for line in await stage.notifier.ledger(user=USER)}
    assert said == {"What there was to say is no task. It waits until you look."}
    stage.rooms.profile = Profile(language="de", zone="Europe/Berlin")
    said = {line.said for line in await stage.notifier.ledger(user=USER)}
    assert said == {"Was es zu sagen gab, ist keine Aufgabe. Es wartet, bis du schaust."}


async def test_a_task_that_follows_may_interrupt(stage: Stage) -> None:
    await stage.device()
    about_no_task(stage, "insight")
    assert (await stage.decide()).reason == "no-task"
    stage.stand(2)
    assert (await stage.until_sent()).tip_id == "tip-2"


async def test_the_rule_is_asked_again_when_it_is_about_to_go(stage: Stage) -> None:
    await stage.device()
    await stage.until_sent()
    about_no_task(stage, "advice")
    await stage.job("send")
    assert stage.channel.handed == []
    assert [(one.state, one.reason) for one in await stage.deliveries()] == [("dropped", "no-task")]
    assert [(one.sent, one.reason) for one in await stage.points() if one.tip_id == "tip-1"][-1] == (False, "no-task")


async def test_good_to_know_closes_no_task_and_begins_no_moment(stage: Stage) -> None:
    await stage.device()
    said = TipReacted(tip=DecisionId("tip-9"), action="done", ref=thought_ref("momentum"))
    await stage.room.deliver(USER, said)
    assert [one.kind for one in await stage.points() if one.kind == "task-closed"] == []
    await stage.room.deliver(USER, TipReacted(tip=DecisionId("tip-9"), action="done", ref="c1:1"))
    assert [one.kind for one in await stage.points() if one.kind == "task-closed"] == ["task-closed"]


@pytest.mark.parametrize("kind", LABELS)
async def test_a_message_has_the_words_of_its_kind_and_an_insight_no_later(stage: Stage, kind: Kind) -> None:
    tip = replace(stage.stand(), kind=kind)

    def token(verb: Verb) -> str:
        return f"token-{verb}"

    message = tip_message("d1", USER, tip, "en", "https://oo.example", token, timedelta(hours=1), NOW)
    assert [answer.label for answer in message.answers] == LABELS[kind]
    assert [answer.verb for answer in message.answers if answer.verb == "snooze"] == (
        [] if kind == "insight" else ["snooze"]
    )
