"""What a person lets oO use: as the terms say until they say otherwise, with when and by whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from oo.contracts.consents import CONSENTS, VERSION, Consents, clouds
from oo.contracts.errors import Invalid
from oo.contracts.events import ConsentChanged
from oo.contracts.ids import UserId
from oo.modules.profile import module
from oo.testing.rooms import Room, room

LENA, MILO = UserId("01LENA00000000000000000000"), UserId("01MILO00000000000000000000")
pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path, module) as built:
        for user in (LENA, MILO):
            built.kit.keys.create(user)
        yield built


async def test_whoever_never_said_otherwise_has_given_what_the_terms_say(desk: Room) -> None:
    granted = await desk.promise(Consents).granted(user=LENA)
    assert granted == {key for key, default in CONSENTS.items() if default}


async def test_a_consent_taken_back_stays_so_with_its_version_and_time(desk: Room) -> None:
    await desk.promise(Consents).consent(user=LENA, key="mood_habits", granted=False)
    views = {view.key: view for view in await desk.promise(Consents).consents(user=LENA)}
    habits = views["mood_habits"]
    assert not habits.granted
    assert (habits.version, habits.origin, habits.at) == (VERSION, "person", desk.clock.now())
    assert "mood_habits" in await desk.promise(Consents).granted(user=MILO)


async def test_a_change_is_told_once_and_what_stands_is_not_told(desk: Room) -> None:
    for granted in (True, False, False):
        await desk.promise(Consents).consent(user=LENA, key="task_titles", granted=granted)
    assert await desk.published(LENA) == [ConsentChanged(key="task_titles", granted=False, version=VERSION)]


async def test_a_consent_that_there_is_not_is_refused_with_those_there_are(desk: Room) -> None:
    with pytest.raises(Invalid, match="task_titles"):
        await desk.promise(Consents).consent(user=LENA, key="everything", granted=True)


async def test_a_cloud_that_the_operator_offers_is_a_consent_of_its_own_which_nobody_has_given(tmp_path: Path) -> None:
    async with room(tmp_path, module, llm_clouds=("anthropic",)) as built:
        built.kit.keys.create(LENA)
        consents = built.promise(Consents)
        assert clouds(await consents.granted(user=LENA)) == frozenset()
        await consents.consent(user=LENA, key="cloud_model:anthropic", granted=True)
        assert clouds(await consents.granted(user=LENA)) == {"anthropic"}
        assert clouds((await consents.granted_all(users=[LENA, MILO]))[LENA]) == {"anthropic"}
        assert clouds((await consents.granted_all(users=[MILO]))[MILO]) == frozenset()


async def test_a_cloud_that_nobody_offers_can_t_be_consented_to(desk: Room) -> None:
    with pytest.raises(Invalid):
        await desk.promise(Consents).consent(user=LENA, key="cloud_model:anthropic", granted=True)
