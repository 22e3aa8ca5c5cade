"""A simulated week through the whole house: what was learnt is learnt once, and every choice comes out again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import and_, or_, select

from oo.contracts.accounts import Accounts
from oo.contracts.ids import UserId
from oo.contracts.items import Facts
from oo.contracts.lineups import DecisionLog, Logged
from oo.contracts.sources import Sources
from oo.contracts.tips import Reaction, Tip, Tips
from oo.engine.simulation.days import Look, day
from oo.engine.simulation.liking import chance, odds
from oo.engine.simulation.personas import Persona, persona
from oo.entry.wiring import House, house
from oo.kernel.db import Transaction
from oo.kernel.settings import Settings
from oo.modules.integrations.tables import writebacks
from oo.modules.recommender.tables import rewards
from oo.plugins.policies.linear_thompson.plugin import plugin as learner
from oo.testing.databases import address
from oo.testing.determinism import FixedClock, SeededChance

pytestmark = pytest.mark.anyio
DAYS, FIRST = 7, 70
"""A week of a life that has begun long ago."""
MORE = timedelta(days=1)


@dataclass
class Person:
    """A made-up person at a real oO."""

    home: House
    who: Persona
    user: UserId
    clock: FixedClock
    file: Path
    known: dict[str, Facts]
    looks: int = 0

    async def live(self, number: int) -> None:
        """A day: new tasks in the file in the morning, then every look that the day holds."""
        today = day(self.who, number)
        self.known |= {_word(facts): facts for facts in today.added}
        with self.file.open("a") as file:
            file.writelines(_line(facts) for facts in today.added)
        for look in today.looks:
            if look.at > self.clock.now():
                self.clock.set(look.at)
                if await self.look(look, number):
                    await self.home.relay.settled(5)

    async def look(self, look: Look, number: int) -> bool:
        """See the tip, and do it, put it off, turn it away, or leave it; whether there was a reaction."""
        self.looks += 1
        tips = self.home.promises[Tips]
        tip = (await tips.recommend(user=self.user)).tip
        if tip is None:
            return False
        await tips.seen(user=self.user, tip=tip.id, surface="web")
        like = odds(self.who.chapter(number), [self.known[_name(tip)]], look.at, None)[0]
        if look.luck[1] < chance(np.array([like]))[0]:
            said = Reaction(str(self.looks), tip.id, "done", dwell_ms=int(90_000 * look.luck[4]))
        elif look.luck[2] < 0.4:
            until = look.at + timedelta(hours=1 + 9 * look.luck[5])
            said = Reaction(str(self.looks), tip.id, "snooze", until=until)
        elif look.luck[2] < 0.8:
            said = Reaction(str(self.looks), tip.id, "dismiss", dwell_ms=int(9000 * look.luck[4]))
        else:
            return False
        await tips.react(user=self.user, reaction=said)
        if look.luck[3] < 0.1:
            self.clock.advance(3)
            await tips.react(user=self.user, reaction=Reaction(f"{self.looks}-undo", tip.id, "undo"))
        return True


def _word(facts: Facts) -> str:
    return facts.ref.replace(":", "-")


def _line(facts: Facts) -> str:
    due = "" if facts.due is None else f" due:{facts.due}"
    letter = {3: "(A) ", 2: "(B) ", 1: "(C) "}.get(facts.priority, "")
    return f"{letter}{facts.added} {_word(facts)} +p{facts.project}{due}\n"


def _name(tip: Tip) -> str:
    return tip.evidence[0].title.split()[0]


@contextlib.asynccontextmanager
async def opened(where: Settings, clock: FixedClock) -> AsyncIterator[House]:
    async with house(where, clock=clock, chance=SeededChance(11)) as home:
        yield home


async def all_of(home: House) -> list[Logged]:
    return await home.promises[DecisionLog].logged(limit=1000, before=home.kit.clock.now() + MORE)


async def test_a_week_is_learnt_once_and_every_choice_comes_out_the_same_again(tmp_path: Path) -> None:
    file = tmp_path / "files" / "todo.txt"
    file.parent.mkdir()
    file.write_text("")
    who = persona(4, 2, 200)
    clock = FixedClock(day(who, FIRST).looks[0].at - timedelta(hours=1))
    with address(tmp_path) as url:
        where = Settings(
            data=tmp_path / "oo",
            files=(file.parent,),
            database_url=url,
            policy="linear-thompson",
            exploration=0.05,
        )
        async with opened(where, clock) as home:
            await home.promises[Accounts].owner_link()
            user = (await home.promises[Accounts].people())[0].id
            lena = Person(home, who, user, clock, file, {})
            old = [facts for number in range(FIRST - 3, FIRST) for facts in day(who, number).added]
            lena.known |= {_word(facts): facts for facts in old}
            file.write_text("".join(map(_line, old)))
            await home.promises[Sources].add_files(user=user, path=str(file))
            for number in range(FIRST, FIRST + 4):
                await lena.live(number)
            _, before = await at_rest(home, user)
        async with opened(where, clock) as home:  # a new process knows what the old one did
            assert await known(home, user) == before
            lena.home = home
            for number in range(FIRST + 4, FIRST + DAYS):
                await lena.live(number)
            log, learnt = await at_rest(home, user)
            verified = await home.promises[DecisionLog].verify()
            assert verified.different == () and verified.elsewhere == {} and verified.damaged == 0
            assert verified.equal == len(log) > 25
            revisions = [one.decision.notes.get("state", 0) for one in log]
            assert revisions == sorted(revisions) and revisions[-1] > 10
            assert {one.decision.chosen == _best(one) for one in log if one.decision.chosen is not None} == {
                True,
                False,
            }
            assert learnt == await folded(home, user, log)


def _best(one: Logged) -> int:
    return int(np.argmax(one.decision.estimates))


async def at_rest(home: House, user: UserId) -> tuple[list[Logged], Any]:
    """The log and what is known of one moment, once all that was done is in the file, and heard of from there too."""
    sources = home.promises[Sources]
    while True:
        while await home.kit.db.read(partial(is_writing, now=home.kit.clock.now())):  # noqa: ASYNC110 - of a job
            await asyncio.sleep(0.05)
        for one in await sources.connections(user=user):
            await sources.read_now(user=user, connection=one.id)
        while not await home.relay.settled(5):
            pass
        learnt = await known(home, user)
        log = await all_of(home)
        if await known(home, user) == learnt:
            return log, learnt


def is_writing(tx: Transaction, now: datetime) -> bool:
    """Whether something done is on its way into the file."""
    due = and_(writebacks.c.state == "waiting", writebacks.c.due_at <= now)
    return tx.execute(select(writebacks.c.id).where(or_(due, writebacks.c.state == "claimed"))).first() is not None


async def known(home: House, user: UserId) -> Any:
    """What the champion knows of the person."""
    state = await home.promises[DecisionLog].state(
        user=user, policy="linear_thompson", before=home.kit.clock.now() + MORE
    )
    return {name: array.round(9).tolist() for name, array in state.arrays.items()}


async def folded(home: House, user: UserId, log: list[Logged]) -> Any:
    """What is known to who learns from the log in one go: each tip's last reward, in the order of the first ones."""
    state = learner.initial()
    for one in await in_order(home, log):
        assert one.reward is not None
        state = learner.update(state, one.decision, one.reward.value, one.reward.weight)
    return {name: array.round(9).tolist() for name, array in state.arrays.items()}


async def in_order(home: House, log: list[Logged]) -> list[Logged]:
    """Those that teach, by when their reward was first assigned."""
    rows = await home.kit.db.read(lambda tx: tx.execute(select(rewards.c.tip_id, rewards.c.seq)).all())
    seq = {row.tip_id: row.seq for row in rows}
    return sorted((one for one in log if one.reward is not None), key=lambda one: seq[one.decision.id])
