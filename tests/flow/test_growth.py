"""A house that is lived in for months does not grow: what is older than its retention is gone, in every room."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from oo.contracts.accounts import Accounts
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.sources import Sources
from oo.contracts.tips import Reaction, Tips
from oo.entry import wiring
from oo.entry.wiring import House, house
from oo.kernel.db import Transaction
from oo.kernel.settings import Settings
from oo.testing.databases import address
from oo.testing.determinism import FixedClock

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
MONTH, MONTHS = 10, 3
"""A month has ten days on which anything happens."""
FOR_LONG = {"completions", "activities", "holds"}
"""What was finished, by reference and instant alone, and what was said to be: 400 days."""
FOR_GOOD = {
    *("acceptances", "people", "preferences", "prefs", "sequences", "cursors", "connections", "documents", "items"),
    *("states", "baselines", "hearings", "marks"),  # what was learnt
    "prompt_contexts",  # when to look again; what a model would be told is emptied after a day
}
"""As long as the person is here; their number does not grow with the days."""


async def counted(home: House) -> Counter[str]:
    def count(tx: Transaction) -> dict[str, int]:
        tables = [table for room in wiring.MODULES for table in room.tables.sorted_tables]
        return {table.name: int(tx.execute(select(func.count()).select_from(table)).scalar_one()) for table in tables}

    return Counter(await home.kit.db.read(count))


async def a_day(home: House, user: UserId, clock: FixedClock, number: int) -> None:
    """Something on the mind, a few tips, and a reaction to each; in the night the house tidies up."""
    tips, sources = home.promises[Tips], home.promises[Sources]
    await sources.write_mind(user=user, things=[f"Thing {number} of {part}" for part in ("home", "work", "town")])
    for turn, action in enumerate(("done", "dismiss", "snooze")):
        found = (await tips.recommend(user=user)).tip
        if found is not None:
            await tips.seen(user=user, tip=found.id, surface="web")
            until = clock.now() + timedelta(hours=2) if action == "snooze" else None
            reaction = Reaction(f"{number}-{turn}", DecisionId(found.id), action, until=until)  # type: ignore[arg-type]
            await tips.react(user=user, reaction=reaction)
        clock.advance(timedelta(minutes=20))
        await handed_on(home)
    await tidied(home)
    clock.advance(3 * DAY - timedelta(hours=1))
    await tidied(home)


async def handed_on(home: House) -> None:
    while await home.relay.step():
        pass


async def tidied(home: House) -> None:
    for built in home.rooms.values():
        for job in built.jobs:
            await job.run()
    await handed_on(home)


async def test_months_of_life_take_no_more_room_than_one_and_nothing_outlives_its_time(tmp_path: Path) -> None:
    clock = FixedClock()
    with address(tmp_path) as url:
        where = Settings(data=tmp_path, files=(tmp_path,), database_url=url, log_level="error", backup_hours=0)
        async with house(where, clock=clock, background=False) as home:
            token = await home.promises[Accounts].owner_link()
            user = (await home.promises[Accounts].redeem(token=token, device="x")).user
            at: list[Counter[str]] = []
            for number in range(MONTHS * MONTH):
                await a_day(home, user, clock, number)
                if number % MONTH == MONTH - 1:
                    at.append(await counted(home))
            grown = {
                name: (at[1][name], count)
                for name, count in at[-1].items()
                if name not in FOR_LONG and count > at[1][name] * 1.1 + 5
            }
            assert not grown
            assert at[-1]["decisions"] > MONTH and at[-1]["completions"] > MONTHS * MONTH / 2
            clock.advance(401 * DAY)
            await tidied(home)
            left = {name for name, count in (await counted(home)).items() if count}
            assert left <= FOR_GOOD, left - FOR_GOOD
