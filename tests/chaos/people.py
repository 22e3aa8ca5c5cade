"""People with sessions and many tips that wait for a reaction, made through the house's own promises."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select
from tests.chaos import ledger

from oo.contracts.accounts import Accounts
from oo.contracts.sources import Sources
from oo.contracts.tips import Tips
from oo.entry.wiring import House, house
from oo.kernel.db import Transaction
from oo.kernel.settings import Settings
from oo.modules.recommender.tables import tips as tips_table
from oo.testing.databases import make


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody for whom requests are sent."""

    user: str
    cookie: str
    tips: tuple[str, ...]


def settle(settings: Settings, count: int, tips: int) -> list[Person]:
    """Bring the database up to date, add the ledger's table, and make people with that many open tips each."""
    return asyncio.run(_settle(settings, count, tips))


async def _settle(settings: Settings, count: int, tips: int) -> list[Person]:
    async with house(settings, background=False) as home:
        await home.kit.db.write(lambda tx: make(tx, ledger.metadata))
        return [await _person(home, settings.data, number, tips) for number in range(count)]


async def _person(home: House, data: Path, number: int, tips: int) -> Person:
    accounts, sources = home.promises[Accounts], home.promises[Sources]
    token = await accounts.owner_link() if number == 0 else await accounts.invite(name=f"Person {number}")
    session = await accounts.redeem(token=token, device="chaos")
    sources._adding._owner = _anybody  # type: ignore[attr-defined]  # files are the owner's; here everybody has one
    path = data / f"todo-{number}.txt"
    path.write_text(f"(A) 2026-11-02 Thing of person {number} +home\n")
    await sources.add_files(user=session.user, path=str(path), trusted=True)
    found = (await home.promises[Tips].recommend(user=session.user)).tip
    assert found is not None
    ids = tuple(f"{found.id[:10]}{number:06X}{copy:010X}" for copy in range(tips))

    def copies(tx: Transaction) -> None:
        row = dict(tx.execute(select(tips_table).where(tips_table.c.id == found.id)).mappings().one())
        tx.execute(insert(tips_table), [{**row, "id": one, "state": "overtaken"} for one in ids])

    await home.kit.db.write(copies)
    return Person(session.user, f"oo={session.cookie}", ids)


async def _anybody(_user: str) -> None:
    return None
