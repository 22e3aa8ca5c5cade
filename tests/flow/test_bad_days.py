"""Calendars on bad days of their servers, through the shipped application: said clearly, nothing lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.flow.test_calendars import HOUR, NINE, World, calendar, connected, event, world

pytestmark = pytest.mark.anyio
__all__ = ["world"]


async def state(world: World, one: str, *texts: str) -> str:
    """The connection's page as soon as it has these texts."""
    for _ in range(200):
        page = (await world.get(one)).text
        if all(text in page for text in texts):
            return page
        await asyncio.sleep(0.1)
    raise AssertionError(f"{texts} never came: {page}")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "html"}, "What is at this address is no calendar."),
        ({"kind": "half"}, "The feed came only in part."),
        ({"kind": "huge"}, "It sent more than oO takes at once."),
        ({"kind": "redirect"}, "is not on the public internet"),
        ({"kind": "status", "status": 401}, "It asks you to sign in again."),
        ({"kind": "status", "status": 410}, "There is no calendar at this address any more."),
        ({"kind": "status", "status": 429}, "It asks oO to wait."),
        ({"kind": "status", "status": 503}, "It is not to be reached right now."),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
async def test_a_bad_day_is_said_and_the_meeting_still_silences(
    world: World, fault: dict[str, object], said: str
) -> None:
    assert world.feed is not None
    world.feed.body = calendar(event("1", NINE + HOUR, NINE + 2 * HOUR))
    await world.post("/connect/files", path=str(world.file))
    one = await connected(world, "calendar_feed", address=world.feed_url)
    await world.page("Call the plumber", "free until 10:00")
    world.feed.body += b"\r\n"  # so that it is not what it was, and has to be sent
    world.feed.faults.arm(**fault)  # type: ignore[arg-type]
    assert (await world.post(f"{one}/read")).status == 303
    page = await state(world, one, said)
    assert "private-0123" not in page, "the address is a secret"
    world.clock.set(NINE + HOUR + timedelta(minutes=5))
    await world.page("asks you to sign in again" if fault.get("status") == 401 else "Nothing now.")
    world.feed.faults.heal()
    world.feed.body = calendar()
    assert (await world.post(f"{one}/read")).status == 303
    await world.page("Call the plumber")
