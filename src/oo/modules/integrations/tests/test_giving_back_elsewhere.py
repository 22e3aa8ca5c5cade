"""Giving access back where it is something else: Google's one grant for all tokens, a Nextcloud's passwords for oO; and
to several at once, of whom one is slow.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from oo.contracts.errors import Problem, Refused
from oo.contracts.ids import SessionId, UserId
from oo.contracts.sources import ConnectionView
from oo.modules.integrations.repository import tickets
from oo.modules.integrations.revoking import TOGETHER
from oo.modules.integrations.tests.conftest import LENA, MILO
from oo.modules.integrations.tests.elsewhere import ORIGIN, SESSION, Elsewhere, brought_back, elsewhere
from oo.modules.integrations.tests.test_giving_back import later, nothing_is_owed
from oo.testing.caldav.server import Dav
from oo.testing.google.server import Google
from oo.testing.standins.serving import Standing

pytestmark = pytest.mark.anyio


@dataclass
class World:
    """A room that speaks to Todoist, to Google and to a Nextcloud."""

    here: Elsewhere
    google: Google
    at_google: Standing
    dav: Dav

    async def to_google(self, user: UserId = LENA) -> ConnectionView:
        """The whole way to a Google account."""
        session, service = SessionId(f"session-{user}"), self.here.service
        kind = "google_calendar"
        asked = await service.begin_account(user=user, session=session, connector=kind, origin=ORIGIN)
        answer = await brought_back(asked, self.at_google.host)
        return await service.finish_account(user=user, session=session, connector=kind, answer=answer)

    async def to_nextcloud(self) -> ConnectionView | None:
        """The whole way to a password for oO."""
        service = self.here.service
        await service.delegate(user=LENA, session=SESSION, connector="caldav", address=self.dav.url)
        self.dav.flow.allowed = True
        return await service.delegated(user=LENA, session=SESSION, connector="caldav")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    google = Google()
    google.calendar()
    async with AsyncExitStack() as open_:
        at_google = open_.enter_context(Standing(google.faults))
        dav = open_.enter_context(Dav(tmp_path / "dav"))
        dav.calendar("tasks", "VTODO")
        dav.flow.on = True
        opened = elsewhere(tmp_path, more=google.settings(at_google.url), private_hosts=(dav.standing.host,))
        here = await open_.enter_async_context(opened)
        google.clock = here.clock.now
        yield World(here, google, at_google, dav)


async def test_connecting_again_leaves_google_s_one_grant_alone(world: World) -> None:
    await world.to_google()
    await world.to_google()
    await later(world.here)
    assert world.google.access.revoked == []
    assert (await world.here.read()).state == "works"
    await nothing_is_owed(world.here)


async def test_what_is_owed_to_google_is_forgiven_once_the_account_is_connected_again(world: World) -> None:
    one = await world.to_google()
    world.google.faults.fail(503, path="/revoke")
    assert (await world.here.service.disconnect(user=LENA, connection=one.id)).told == "later"
    await world.to_google()
    world.google.faults.heal()
    await later(world.here)
    assert world.google.access.revoked == []
    assert (await world.here.read()).state == "works"
    await nothing_is_owed(world.here)


async def test_of_two_persons_with_one_google_account_the_last_gives_it_back(world: World) -> None:
    first, second = await world.to_google(LENA), await world.to_google(MILO)
    await world.here.service.disconnect(user=LENA, connection=first.id)
    assert world.google.access.revoked == []
    await world.here.service.disconnect(user=MILO, connection=second.id)
    assert len(world.google.access.revoked) == 1
    assert not world.google.access.refresh
    await nothing_is_owed(world.here)


async def test_too_little_allowed_the_second_time_does_not_end_the_first(world: World) -> None:
    await world.to_google()
    world.google.access.only = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
    with pytest.raises(Refused, match="less than it needs"):
        await world.to_google()
    assert world.google.access.revoked == []
    assert (await world.here.read()).state == "works"


async def test_too_little_allowed_the_first_time_is_given_back(world: World) -> None:
    world.google.access.only = "openid"
    with pytest.raises(Refused, match="less than it needs"):
        await world.to_google()
    assert not world.google.access.refresh
    assert not world.google.access.access
    await nothing_is_owed(world.here)


async def test_a_password_for_oo_with_which_nothing_can_be_read_is_given_back(world: World) -> None:
    world.dav.faults.fail(403, path="/remote.php/dav")
    with pytest.raises(Problem):
        await world.to_nextcloud()
    assert (world.dav.flow.given, world.dav.flow.passwords) == (1, [])
    await nothing_is_owed(world.here)


async def test_a_password_for_oo_is_owed_while_its_server_takes_nothing_back(world: World) -> None:
    world.dav.faults.fail(403, path="/remote.php/dav")
    world.dav.flow.down = True
    with pytest.raises(Problem):
        await world.to_nextcloud()
    assert world.dav.flow.passwords == ["made-for-oo-1"]
    world.dav.flow.down = False
    await later(world.here)
    assert world.dav.flow.passwords == []
    await nothing_is_owed(world.here)


async def test_a_nextcloud_connected_again_takes_the_old_password_back(world: World) -> None:
    first, second = await world.to_nextcloud(), await world.to_nextcloud()
    assert first is not None
    assert second is not None
    assert first.id == second.id
    await later(world.here)
    assert world.dav.flow.passwords == ["made-for-oo-2"]
    assert (await world.here.read()).state == "works"
    await nothing_is_owed(world.here)


async def test_a_password_that_was_typed_again_is_not_taken_back(world: World) -> None:
    typed = {"address": f"{world.dav.url}remote.php/dav/", "name": "ada", "password": "made-for-oo-1"}
    one = await world.to_nextcloud()
    assert one is not None
    world.dav.flow.down = True
    assert (await world.here.service.disconnect(user=LENA, connection=one.id)).told == "later"
    await world.here.service.add_address(user=LENA, connector="caldav", **typed)
    world.dav.flow.down = False
    await later(world.here)
    assert world.dav.flow.passwords == ["made-for-oo-1"]
    assert (await world.here.read()).state == "works"


async def test_a_provider_that_hangs_holds_no_other_revocation_up(world: World) -> None:
    """Each waits until the other is asked, too: one after the other, the first would wait in vain."""
    here, both = world.here, asyncio.Event()
    todoist, google = await here.connect(), await world.to_google()
    for one, faults in ((todoist, here.todoist.faults), (google, world.google.faults)):
        fault = faults.fail(503, path="/revoke")
        await here.service.disconnect(user=LENA, connection=one.id)
        faults.armed.remove(fault)
    wire, asked, alone = here.service._remotes.wire, set[str](), False
    send = wire.send

    async def met(method: str, url: str, *given: Any, **more: Any) -> Any:
        nonlocal alone
        asked.add(url)
        if len(asked) == 2:
            both.set()
        try:
            await asyncio.wait_for(both.wait(), 30)
        except TimeoutError:
            alone = True
        return await send(method, url, *given, **more)

    wire.send, here.service._revoking.seconds = met, 60.0  # type: ignore[method-assign]
    await later(here)
    assert not alone
    await nothing_is_owed(here)


async def test_one_try_ends_by_itself_and_is_made_again(world: World) -> None:
    here = world.here
    one = await here.connect()
    here.todoist.faults.fail(503, path="/revoke", times=1)
    await here.service.disconnect(user=LENA, connection=one.id)
    wire, revoking, never = here.service._remotes.wire, here.service._revoking, asyncio.Event()
    send, seconds = wire.send, revoking.seconds

    async def hanging(*given: Any, **more: Any) -> Any:
        await never.wait()

    wire.send, revoking.seconds = hanging, 0.1  # type: ignore[method-assign]
    await asyncio.wait_for(later(here), 30)
    assert len(await here.house.rows("revocations")) == 1
    wire.send, revoking.seconds = send, seconds  # type: ignore[method-assign]
    await later(here)
    await nothing_is_owed(here)


async def test_a_hundred_that_are_owed_to_one_provider_go_some_at_a_time(world: World) -> None:
    here, wire = world.here, world.here.service._remotes.wire
    owing = here.service._revoking.owing
    for number in range(3 * TOGETHER):
        owed = await owing.of_unkept(LENA, "todoist", {"access": f"at-{number}", "refresh": None}, "")
        await here.house.room.kit.db.write(partial(tickets.owe, row=owed))
    at_once, most, send = 0, 0, wire.send

    async def counted(*given: Any, **more: Any) -> Any:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        try:
            return await send(*given, **more)
        finally:
            at_once -= 1

    wire.send = counted  # type: ignore[method-assign]
    await later(here)
    assert most == TOGETHER
    assert len(here.todoist.access.revoked) == 3 * TOGETHER
    await nothing_is_owed(here)
