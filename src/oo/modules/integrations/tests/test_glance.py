"""A visit looks first, when nobody looked within two seconds, and waits no longer than somebody would."""

from __future__ import annotations

import pytest

from oo.modules.integrations.tests.conftest import HOME, LENA, MILO, TODO, House

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def unhurried(house: House) -> None:
    """A busy machine may take its time; that a visit does not wait is tested with a connector that hangs."""
    house.service._sync.glance_seconds = 10.0


async def test_a_visit_reads_what_was_just_saved(house: House) -> None:
    await house.add("Call Ada\n")
    house.disk.content[TODO] = b"Call Ada\nBuy milk\n"
    assert await house.service.glance(user=LENA)
    assert await house.titles() == ["Buy milk", "Call Ada"]


async def test_a_visit_within_two_seconds_of_a_look_or_another_visit_looks_at_nothing(house: House) -> None:
    await house.add("Call Ada\n")
    await house.service.look()
    house.disk.content[TODO] = b"Call Ada\nBuy milk\n"
    house.clock.advance(1.9)
    assert not await house.service.glance(user=LENA)
    house.clock.advance(0.1)
    assert not await house.service.glance(user=MILO)
    assert await house.service.glance(user=LENA)
    house.disk.content[TODO] = b"Call Ada\n"
    house.clock.advance(1.9)
    assert not await house.service.glance(user=LENA)
    house.clock.advance(0.1)
    assert await house.service.glance(user=LENA)


async def test_a_visit_that_finds_nothing_changed_reads_nothing(house: House) -> None:
    await house.add("Call Ada\n")
    assert not await house.service.glance(user=LENA)


async def test_before_a_reaction_its_own_source_is_looked_at_in_any_case(house: House) -> None:
    await house.add("Call Ada\n")
    [facts] = await house.open()
    await house.add("Buy milk\n", f"{HOME}/b.txt")
    await house.service.look()
    house.disk.content |= {TODO: b"x 2026-11-21 Call Ada\n", f"{HOME}/b.txt": b"x 2026-11-21 Buy milk\n"}
    assert await house.service.glance(user=LENA, ref=facts.ref)
    item = await house.service.item(user=LENA, ref=facts.ref)
    assert item is not None
    assert item.state == "done"
    assert await house.titles() == ["Buy milk"]
    assert await house.service.item(user=MILO, ref=facts.ref) is None
    assert not await house.service.glance(user=MILO, ref=facts.ref)


async def test_a_visit_raises_nothing_when_the_file_is_gone(house: House) -> None:
    view = await house.add("Call Ada\n")
    del house.disk.content[TODO]
    assert await house.service.glance(user=LENA)
    assert (await house.service.connection(user=LENA, connection=view.id)).problem is not None
