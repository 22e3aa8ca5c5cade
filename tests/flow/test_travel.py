"""The travel rule: the day goes where its person goes, and what was set for an instant stays at that instant."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tests.flow.test_one_tip import Life, life, sent_with

pytestmark = pytest.mark.anyio
__all__ = ["life"]

EVENING = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
"""23:30 in Berlin, 07:30 of the next day in Tokyo."""


async def told(life: Life, text: str) -> str:
    """The page as soon as it has this text: what a new zone changes is told by event."""
    for _ in range(60):
        if text in (page := (await life.get("/")).text):
            return page
        await asyncio.sleep(0.1)
    raise AssertionError(f"{text!r} is not on the page: {page}")


async def at_home(life: Life) -> None:
    """In Berlin, with one thing that is due today."""
    life.clock.set(EVENING)
    life.file.write_text("Pack the bag due:2026-11-21\n")
    assert (await life.post("/zone", zone="Europe/Berlin")).status == 204
    assert (await life.post("/connect/files", path=str(life.file))).status == 303
    await told(life, "Pack the bag")


async def test_the_day_is_that_of_the_place(life: Life) -> None:
    await at_home(life)
    assert "today" in (await life.get("/")).text
    assert (await life.post("/zone", zone="Asia/Tokyo")).status == 204
    page = await told(life, "yesterday")
    assert "Pack the bag" in page
    assert 'name="zone" value="Asia/Tokyo"' in page


async def test_what_was_set_for_later_comes_back_at_its_instant_wherever_that_is(life: Life) -> None:
    await at_home(life)
    back = EVENING + timedelta(hours=9)
    fields = sent_with((await life.get("/")).text)
    assert (await life.post("/", action="snooze", until=back.isoformat(), **fields)).status == 303
    assert (await life.post("/zone", zone="Asia/Tokyo")).status == 204
    await told(life, "The next is at 16:30")  # 08:30 in Berlin
    life.clock.set(back - timedelta(seconds=1))
    assert "Nothing now." in (await life.get("/")).text
    life.clock.set(back)
    assert "Pack the bag" in (await life.get("/")).text
