"""A tip finds a person: through the whole house, over real HTTP, answered by token, and taken back elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oo.contracts.accounts import Accounts
from oo.contracts.deliveries import Deliveries
from oo.contracts.ids import UserId
from oo.contracts.profiles import Profiles
from oo.contracts.sources import Sources
from oo.entry.wiring import House, house
from oo.kernel.jobs import Shard, Tick
from oo.kernel.settings import Settings
from oo.testing.databases import address
from oo.testing.determinism import FixedClock, SeededChance
from oo.testing.posted import Desk, desk

pytestmark = pytest.mark.anyio
MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
STEP = timedelta(minutes=20)
SECRET = "a secret of 24 characters"


async def handed_on(home: House) -> None:
    while await home.relay.step():
        pass


async def a_while(home: House, clock: FixedClock) -> None:
    """What the house does in twenty minutes."""
    room, now = home.rooms["notifier"], clock.now()
    for work in room.works:
        await work.run(Shard(), Tick(1, now, now + STEP))
    for name in ("decide", "send", "sweep", "learn"):
        await next(job for job in room.jobs if job.name == f"notifier.{name}").run()
        await handed_on(home)
    clock.advance(STEP)


async def until_it_comes(home: House, clock: FixedClock, server: Desk) -> list[dict[str, Any]]:
    """Live through days, with a closed task each noon, until messages arrive; what they say. Chance may take weeks."""
    for _ in range(56 * 24 * 3):
        await a_while(home, clock)
        if server.posted:
            return [json.loads(one.body) for one in server.posted]
    raise AssertionError("nothing came in eight weeks")


async def test_a_tip_arrives_on_two_devices_is_done_from_one_and_taken_back_from_the_other(tmp_path: Path) -> None:
    clock = FixedClock(MORNING)
    with address(tmp_path) as url, desk() as server:
        where = Settings(
            data=tmp_path,
            files=(tmp_path,),
            database_url=url,
            log_level="error",
            backup_hours=0,
            channel_hosts=server.host + ",127.0.0.1",
        )
        async with house(where, clock=clock, chance=SeededChance(7), background=False) as home:
            deliveries, user = home.promises[Deliveries], await somebody(home)
            for name in ("phone", "laptop"):
                values = {"url": f"{server.origin}/{name}", "secret": SECRET}
                await deliveries.subscribe(user=user, channel="webhook", values=values, name=name, zone="Europe/Lisbon")
            await deliveries.wish(user=user, a_day=8)
            said = await until_it_comes(home, clock, server)
            assert sorted(one.path for one in server.posted) == ["/laptop", "/phone"]
            at = clock.now() - STEP
            assert 7 <= at.hour < 22  # Lisbon's clock, and quiet hours until seven
            token = next(one for one in tokens(said[0]))
            found = await deliveries.react(token=token, verb="done")
            assert found.user == user
            await handed_on(home)
            await a_while(home, clock)
            assert len(server.posted) == 3
            assert json.loads(server.posted[-1].body)["type"] == "withdrawn"
            assert server.posted[-1].path != server.posted[0].path
            ledger = await deliveries.ledger(user=user, limit=200)
            assert [line.reason for line in ledger if line.sent] == ["worth-it"]
            measures = await deliveries.measures(user=user)
            assert (measures.pushes, measures.points) == (1, len(ledger))
            clock.advance(timedelta(hours=1))
            assert (await deliveries.measures(user=user)).just_in_time.value == 1.0


async def somebody(home: House) -> UserId:
    """A person in Lisbon with things on their mind."""
    accounts = home.promises[Accounts]
    user = (await accounts.redeem(token=await accounts.owner_link(), device="x")).user
    await home.promises[Profiles].change(user=user, values={"zone": "Europe/Lisbon"})
    await home.promises[Sources].write_mind(user=user, things=[f"Thing {n}" for n in range(12)])
    await handed_on(home)
    return user


def tokens(said: Any) -> list[str]:
    """Every token in what was posted, wherever it stands."""
    if isinstance(said, dict):
        own = [said["token"]] if isinstance(said.get("token"), str) else []
        return own + [token for value in said.values() for token in tokens(value)]
    return [token for value in said for token in tokens(value)] if isinstance(said, list) else []
