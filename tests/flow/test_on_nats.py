"""A whole oO over a real nats-server: what is done reaches the file, what the file says reaches the tip."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from oo.contracts.accounts import Accounts
from oo.contracts.ids import DecisionId
from oo.contracts.sources import Sources
from oo.contracts.tips import Reaction, Tips
from oo.entry.wiring import House, house
from oo.kernel.outbox import cursors, outbox
from oo.kernel.settings import Settings
from oo.testing.databases import address
from oo.testing.determinism import FixedClock
from oo.testing.nats import NatsServer, NoServer, nats_server

pytestmark = [pytest.mark.anyio, pytest.mark.services]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    try:
        with nats_server(tmp_path / "nats") as running:
            yield running
    except NoServer as missing:
        pytest.skip(str(missing))


def settings(folder: Path, server: NatsServer, url: str | None) -> Settings:
    return Settings(
        data=folder / "oo", files=(folder,), database_url=url, nats_url=server.url, nats_monitor=server.monitor
    )


async def count(home: House, query: Any) -> int:
    return int(await home.kit.db.read(lambda tx: tx.execute(query).scalar_one()))


async def test_done_goes_over_nats_into_the_file_and_back(tmp_path: Path, server: NatsServer) -> None:
    (tmp_path / "todo.txt").write_text("(A) 2026-11-02 Call the plumber\n")
    clock = FixedClock()
    with address(tmp_path) as url:
        async with house(settings(tmp_path, server, url), clock=clock) as home:
            accounts, tips = home.promises[Accounts], home.promises[Tips]
            user = (await accounts.redeem(token=await accounts.owner_link(), device="a browser")).user
            await home.promises[Sources].add_files(user=user, path=str(tmp_path / "todo.txt"), trusted=True)
            tip = (await tips.recommend(user=user)).tip
            assert tip is not None and "plumber" in tip.content
            await tips.react(user=user, reaction=Reaction("k1", DecisionId(tip.id), "done"))
            for _ in range(900):
                clock.advance(timedelta(seconds=0.2))
                if (tmp_path / "todo.txt").read_text().startswith("x "):
                    break
                await asyncio.sleep(0.1)
            assert (tmp_path / "todo.txt").read_text().startswith("x ")
            for _ in range(100):
                if not await count(home, select(func.count()).select_from(outbox).where(~outbox.c.sent)):
                    break
                await asyncio.sleep(0.1)
            assert await count(home, select(func.count()).select_from(outbox).where(outbox.c.js_seq.is_(None))) == 0
            assert await count(home, select(func.count()).select_from(cursors)) >= 2


async def test_a_house_without_its_nats_starts_and_hands_on_what_waited_when_it_comes(
    tmp_path: Path, server: NatsServer
) -> None:
    server.kill()
    with address(tmp_path) as url:
        async with house(settings(tmp_path, server, url)) as home:
            accounts = home.promises[Accounts]
            user = (await accounts.redeem(token=await accounts.owner_link(), device="a browser")).user
            await home.promises[Sources].write_mind(user=user, things=["Tune the harpsichord"])
            assert (await home.promises[Tips].recommend(user=user)).tip is not None
            waiting = select(func.count()).select_from(outbox).where(~outbox.c.sent)
            assert await count(home, waiting) > 0
            server.start()
            for _ in range(200):
                if not await count(home, waiting):
                    break
                await asyncio.sleep(0.1)
            assert await count(home, waiting) == 0
