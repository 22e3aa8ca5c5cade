"""People with open tasks, sessions and standing tips, made through the house's own promises."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from oo.contracts.accounts import Accounts
from oo.contracts.ids import UserId
from oo.contracts.sources import Sources
from oo.contracts.tips import Tips
from oo.entry.wiring import House, house
from oo.kernel.settings import Settings


@dataclass(frozen=True, slots=True)
class Member:
    """A person that requests are sent for."""

    cookie: str
    tips: tuple[str, ...]


def people(data: Path, count: int, tasks: int, tips: int = 0) -> list[Member]:
    """Make people with `tasks` open tasks; with `tips`, that many tips that wait for a reaction."""
    return asyncio.run(_people(data, count, tasks, tips))


async def _people(data: Path, count: int, tasks: int, tips: int) -> list[Member]:
    async with house(Settings(data=data, log_level="error", files=(data,))) as home:
        # Files are the owner's to connect; here everybody has one, so that many people have many tasks.
        home.promises[Sources]._adding._owner = _anybody  # type: ignore[attr-defined]
        return [await _member(home, data, number, tasks, tips) for number in range(count)]


async def _anybody(_user: str) -> None:
    return None


async def _member(home: House, data: Path, number: int, tasks: int, tips: int) -> Member:
    accounts, sources = home.promises[Accounts], home.promises[Sources]
    token = await accounts.owner_link() if number == 0 else await accounts.invite(name=f"Person {number}")
    session = await accounts.redeem(token=token, device="bench")
    lines = [
        f"({'ABC'[n % 3]}) 2026-11-{n % 20 + 1:02d} Thing number {n} +project{n % 7} due:2026-11-{n % 28 + 1:02d}"
        for n in range(tasks)
    ]
    path = data / f"todo-{number}.txt"
    path.write_text("\n".join(lines) + "\n")
    await sources.add_files(user=session.user, path=str(path), trusted=True)
    return Member(f"oo={session.cookie}", tuple([await _tip(home, session.user) for _ in range(tips)]))


async def _tip(home: House, user: UserId) -> str:
    from sqlalchemy import update

    from oo.modules.recommender.tables import tips

    tip = (await home.promises[Tips].recommend(user=user)).tip
    assert tip is not None
    aside = update(tips).where(tips.c.id == tip.id).values(state="overtaken")
    # The next one has to be a fresh decision: this one is set aside, still open to a reaction.
    await home.kit.db.write(lambda tx: tx.execute(aside).rowcount)
    return str(tip.id)
