"""What oO thinks it knows: a person's own value always wins, and a deleted inference never comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from oo.contracts.agents import Inference, Value
from oo.contracts.consents import Consents
from oo.contracts.errors import Invalid, NotFound
from oo.contracts.events import PrefInferred
from oo.contracts.ids import UserId
from oo.contracts.knowledge import Knowledge, Known
from oo.contracts.manifests import SEAMS
from oo.kernel.plugins import discover
from oo.modules.profile import module
from oo.testing.rooms import Room, room

LENA = UserId("01LENA00000000000000000000")
AGENT = "time_of_day"
pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Room]:
    agents = discover("agents", SEAMS["agents"].model_validate).plugins
    plugins: dict[str, Any] = {"agents": agents}
    async with room(tmp_path, module, plugins=plugins) as built:
        built.kit.keys.create(LENA)
        yield built


async def learn(desk: Room, value: Value, reason: str = "inferred") -> int:
    found = {"preferred_hour": Inference(value, reason, 40, 0.6, {"days": 28.0})}  # type: ignore[arg-type]
    return await desk.promise(Knowledge).learn(user=LENA, scope=AGENT, version="1.0.0", found=found)


async def values(desk: Room) -> list[tuple[Value, str]]:
    return [(one.value, one.source) for one in await desk.promise(Knowledge).known(user=LENA)]


async def test_what_is_inferred_is_kept_with_its_evidence_and_told_once(desk: Room) -> None:
    assert await learn(desk, 9.0) == 1 and await learn(desk, 9.0) == 0
    (known,) = await desk.promise(Knowledge).known(user=LENA)
    assert known == Known(AGENT, "preferred_hour", 9.0, "inferred", desk.clock.now(), 40, 0.6, {"days": 28.0})
    told = [event for event in await desk.published(LENA) if isinstance(event, PrefInferred)]
    assert [(event.key, event.observations, event.value) for event in told] == [("preferred_hour", 40, "…")]


async def test_what_was_inferred_before_a_consent_was_taken_back_is_not_kept_after_it(desk: Room) -> None:
    consents = desk.promise(Consents)
    await consents.consent(user=LENA, key="mood_habits", granted=False)
    assert [await learn(desk, 9.0), await values(desk)] == [0, []]
    await consents.consent(user=LENA, key="calendar_times", granted=False)
    await consents.consent(user=LENA, key="mood_habits", granted=True)
    assert await learn(desk, 9.0) == 1, "it needs no other"


@pytest.mark.parametrize("place", range(3), ids=["before", "between", "after"])
async def test_nothing_inferred_outlives_its_consent_whenever_it_comes(desk: Room, place: int) -> None:
    steps: list[Callable[[], Awaitable[object]]] = [
        lambda: desk.promise(Consents).consent(user=LENA, key="mood_habits", granted=False),
        lambda: desk.promise(Knowledge).forget(user=LENA, scopes=[AGENT]),
    ]
    for step in (*steps[:place], lambda: learn(desk, 9.0), *steps[place:]):
        await step()
    assert await values(desk) == []


async def test_a_default_is_not_kept(desk: Room) -> None:
    assert await learn(desk, 9.0, "too little history") == 0
    assert await values(desk) == []


async def test_what_the_person_says_stays_whatever_is_inferred(desk: Room) -> None:
    await learn(desk, 9.0)
    await desk.promise(Knowledge).say(user=LENA, scope=AGENT, key="preferred_hour", value=14.0)
    assert await learn(desk, 10.0) == 0
    assert await values(desk) == [(14.0, "user")]


async def test_what_is_deleted_never_comes_back_until_the_person_lets_it(desk: Room) -> None:
    await learn(desk, 9.0)
    await desk.promise(Knowledge).unlearn(user=LENA, scope=AGENT, key="preferred_hour")
    assert await learn(desk, 9.0) == 0 and await values(desk) == []
    await desk.promise(Knowledge).relearn(user=LENA, scope=AGENT, key="preferred_hour")
    assert await learn(desk, 9.0) == 1


async def test_forgetting_what_was_inferred_keeps_what_was_said(desk: Room) -> None:
    await learn(desk, 9.0)
    await desk.promise(Knowledge).say(user=LENA, scope=AGENT, key="quiet_start", value=21.0)
    assert await desk.promise(Knowledge).forget(user=LENA, scopes=[AGENT]) == 1
    assert await values(desk) == [(21.0, "user")]


async def test_nothing_is_set_that_nobody_infers_or_of_another_kind(desk: Room) -> None:
    knowledge = desk.promise(Knowledge)
    with pytest.raises(NotFound):
        await knowledge.say(user=LENA, scope=AGENT, key="shoe_size", value=42.0)
    with pytest.raises(NotFound):
        await knowledge.unlearn(user=LENA, scope=AGENT, key="preferred_hour")
    with pytest.raises(Invalid):
        await knowledge.say(user=LENA, scope=AGENT, key="preferred_hour", value="nine")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("preferred_hour", number) for number in (float("nan"), float("inf"), -1e300)),
        ("peak_hours", (9.0, float("nan"))),
        ("peak_hours", (9.0,) * 1000),
        ("tz", "Europe/" * 100),
    ],
)
async def test_nothing_absurd_is_set_that_no_agent_or_page_could_work_with(desk: Room, key: str, value: Value) -> None:
    with pytest.raises(Invalid, match="out of bounds"):
        await desk.promise(Knowledge).say(user=LENA, scope=AGENT, key=key, value=value)
    assert await values(desk) == []


async def test_values_are_sealed_at_rest(desk: Room) -> None:
    await desk.promise(Knowledge).say(user=LENA, scope=AGENT, key="tz", value="Europe/Xanadu")
    assert b"Xanadu" not in await desk.at_rest()
