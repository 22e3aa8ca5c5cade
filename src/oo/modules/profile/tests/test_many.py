"""Many people in one read are told as each by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from oo.contracts.agents import Inference
from oo.contracts.consents import Consents
from oo.contracts.contexts import ContextRule, Contexts
from oo.contracts.ids import UserId
from oo.contracts.knowledge import Knowledge, values_of
from oo.contracts.manifests import SEAMS
from oo.contracts.profiles import Profiles
from oo.kernel.plugins import discover
from oo.modules.profile import module
from oo.testing.rooms import Room, room

LENA, MILO, NEW = (UserId(f"01{name}0000000000000000000"[:26]) for name in ("LENA", "MILO", "NEWW"))
EVERYBODY = [LENA, MILO, NEW]
pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Room]:
    plugins: dict[str, Any] = {"agents": discover("agents", SEAMS["agents"].model_validate).plugins}
    async with room(tmp_path, module, plugins=plugins) as built:
        for user in EVERYBODY:
            built.kit.keys.create(user)
        await built.promise(Profiles).change(user=LENA, values={"zone": "Europe/Berlin", "day_ends_at": "03:00"})
        await built.promise(Consents).consent(user=MILO, key="calendar_times", granted=False)
        await built.promise(Consents).consent(user=LENA, key="cloud_model", granted=True)
        contexts = built.promise(Contexts)
        await contexts.put(user=LENA, context="holiday", on=True)
        rule = ContextRule(tuple(range(7)), time(0), time(23, 59))
        await contexts.rule(user=MILO, context="work", rule=rule)
        await contexts.switch(user=MILO, agent="habit", on=False)
        built.clock.set(datetime(2026, 11, 18, 12, tzinfo=UTC))
        yield built


async def test_profiles_consents_and_standings(desk: Room) -> None:
    profiles, consents, contexts = desk.promise(Profiles), desk.promise(Consents), desk.promise(Contexts)
    assert await profiles.get_all(users=EVERYBODY) == {one: await profiles.get(user=one) for one in EVERYBODY}
    assert await consents.granted_all(users=EVERYBODY) == {one: await consents.granted(user=one) for one in EVERYBODY}
    found = await contexts.standings(busy=dict.fromkeys(EVERYBODY, ()))
    assert found == {one: await contexts.standing(user=one) for one in EVERYBODY}
    assert found[LENA].contexts == {"holiday"} and found[MILO].contexts == {"work"} and found[MILO].off == {"habit"}


async def test_what_is_known_without_what_was_deleted(desk: Room) -> None:
    knowledge = desk.promise(Knowledge)
    hours = {"preferred_hour": Inference(9.0, "inferred", 40), "peak_hours": Inference((9.0, 10.0), "inferred", 40)}
    for user in (LENA, MILO):
        await knowledge.learn(user=user, scope="time_of_day", version="1.0.0", found=hours)
    await knowledge.say(user=LENA, scope="time_of_day", key="preferred_hour", value=7.0)
    await knowledge.unlearn(user=MILO, scope="time_of_day", key="preferred_hour")
    found = await knowledge.parameters(users=EVERYBODY)
    assert values_of(found[LENA]) == {"time_of_day": {"preferred_hour": 7.0, "peak_hours": (9.0, 10.0)}}
    assert values_of(found[MILO]) == {"time_of_day": {"peak_hours": (9.0, 10.0)}}
    assert NEW not in found and values_of({}) == {}
