"""Two processes read one connection: what both find is stored and told once."""

from __future__ import annotations

import asyncio

import pytest

from oo.contracts.events import TaskAdded
from oo.modules.integrations.sync import Sync
from oo.modules.integrations.tests.conftest import LENA, TODO, House

pytestmark = pytest.mark.anyio


def another(house: House) -> Sync:
    """The same, in another process: it shares the database alone."""
    own = house.service._sync
    return Sync(house.room.kit, own._catalogue, own._opener, *own._after.tools)


async def test_two_processes_that_read_at_once_tell_what_they_found_once(house: House) -> None:
    connection = (await house.add("Call Ada\n")).id
    house.disk.content[TODO] = b"Call Ada\nWater the fern\n"
    house.clock.advance(60)
    before = len(await house.told(TaskAdded))
    await asyncio.gather(house.service._sync.pull(connection), another(house).pull(connection))
    assert len(await house.told(TaskAdded)) == before + 1
    assert len(await house.open()) == 2


async def test_who_came_second_reads_again_and_goes_on(house: House) -> None:
    connection = (await house.add("Call Ada\n")).id
    other = another(house)
    await other.pull(connection)
    house.disk.content[TODO] = b"Call Ada\nWater the fern\n"
    await house.service._sync.pull(connection)
    house.disk.content[TODO] = b"Call Ada\nWater the fern\nBuy bread\n"
    await other.pull(connection)
    assert len(await house.open()) == 3
    assert (await house.service.connection(user=LENA, connection=connection)).state == "works"
