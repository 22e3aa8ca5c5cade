"""A source that says how often it is worth reading is heard, within what is kept for all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from oo.modules.integrations.after import SOONEST
from oo.modules.integrations.connection import EVERY
from oo.modules.integrations.tests.conftest import LENA
from oo.modules.integrations.tests.elsewhere import Elsewhere, elsewhere
from oo.testing.feeds.server import SECRET, Feed
from oo.testing.standins.serving import Standing

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def reading(folder: Path, says: str) -> AsyncIterator[tuple[Elsewhere, Feed]]:
    """A feed whose calendar says this of itself, connected."""
    feed = Feed("\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", says, "END:VCALENDAR", ""]).encode())
    with Standing(feed.faults) as standing:
        async with elsewhere(folder, private_hosts=(standing.host,)) as here:
            await here.service.add_address(
                user=LENA, connector="calendar_feed", address=f"{standing.url}{SECRET}", name="", password=""
            )
            yield here, feed


async def pause(here: Elsewhere) -> timedelta:
    """From now until the next read by the clock."""
    (row,) = await here.house.rows("connections")
    next_at = row["next_at"]
    return timedelta(seconds=(next_at - here.clock.now()).total_seconds())


@pytest.mark.parametrize(
    ("says", "least", "most"),
    [
        ("X-NOTHING:1", SOONEST * 0.8, SOONEST),
        ("X-PUBLISHED-TTL:PT1M", SOONEST * 0.8, SOONEST),
        ("X-PUBLISHED-TTL:PT10M", timedelta(minutes=10), timedelta(minutes=10)),
        ("REFRESH-INTERVAL;VALUE=DURATION:PT12H", EVERY, EVERY),
    ],
)
async def test_a_feed_is_read_no_sooner_than_it_asks_and_no_later_than_any(
    tmp_path: Path, says: str, least: timedelta, most: timedelta
) -> None:
    async with reading(tmp_path, says) as (here, _):
        assert least <= await pause(here) <= most


async def test_what_it_asked_holds_while_nothing_changes(tmp_path: Path) -> None:
    async with reading(tmp_path, "X-PUBLISHED-TTL:PT10M") as (here, feed):
        assert (await here.read(600)).state == "works"
        assert feed.unchanged == 1
        assert await pause(here) == timedelta(minutes=10)
