"""People of whom nothing is ready yet: connected a moment ago, each with a task of their own, and a model to ask."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.chaos.people import Person
from tests.chaos.world import World, world
from tests.chaos.writers import Door

from oo.contracts.accounts import Accounts
from oo.contracts.sources import Sources
from oo.entry.wiring import house
from oo.kernel.settings import Settings
from oo.testing.llm.answers import Answer, Asked, Speech, good
from oo.testing.llm.server import StandIn, stand_in

PATIENCE = 120.0
"""Seconds in which everybody is answered, or the bar can't go on."""
_SAID = 0.1
"""Seconds by which a call's end, as it is reckoned here, may come after its answer was taken."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the model."""

    who: str
    begun: float
    ends: float


@dataclass
class Model:
    """A model that takes some seconds for each call, and keeps account of whom it was asked about."""

    random: Random
    seconds: tuple[float, float]
    says: Speech = good
    calls: list[Call] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Answer:
        said, takes = self.says(asked), self.random.uniform(*self.seconds)
        who = (re.findall(r"Thing of person (\d+)", asked.text) or ["?"])[0]
        now = time.monotonic()
        self.calls.append(Call(who, now, now + (said.seconds or takes)))
        return Answer(said.content, said.status, said.seconds or takes, said.finish, said.headers, said.raw)

    def most_at_once(self) -> int:
        """How many calls were under way together at most."""
        return max(
            (sum(two.begun <= one.begun < two.ends - _SAID for two in self.calls) for one in self.calls), default=0
        )

    def overlapping(self) -> int:
        """How many calls began while another for the same person was under way."""
        return sum(
            one.who == other.who and one.begun < other.begun < one.ends - _SAID
            for one in self.calls
            for other in self.calls
            if one is not other
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of asking oO once."""

    person: int
    status: int
    seconds: float
    content: str


@contextlib.contextmanager
def newcomers(count: int, broken: str | None) -> Iterator[tuple[World, list[Person]]]:
    """A world with so many people in it, made as if each had just connected a file."""
    with world(people=0, tips=0, env={} if broken is None else {"CHAOS_BREAK": broken}) as there:
        settings = Settings(data=there.data, files=(there.folder,), log_level="error")
        yield there, asyncio.run(_made(settings, count))


async def _made(settings: Settings, count: int) -> list[Person]:
    people = []
    async with house(settings, background=False) as home:
        accounts, sources = home.promises[Accounts], home.promises[Sources]
        await accounts.redeem(token=await accounts.owner_link(), device="chaos")
        for number in range(count):
            session = await accounts.redeem(token=await accounts.invite(name=f"Person {number}"), device="chaos")
            text = f"(A) 2026-11-02 Thing of person {number} +home\n".encode()
            await sources.upload(user=session.user, name="todo.txt", data=text)
            people.append(Person(session.user, f"oo={session.cookie}", ()))
    return people


@contextlib.asynccontextmanager
async def running(there: World, model: Model, parallel: int) -> AsyncIterator[tuple[StandIn, int]]:
    """The stand-in and `oo up` that asks it; the port of the latter."""
    async with stand_in(model) as gateway:
        env = {"OO_LLM_URL": gateway.url, "OO_LLM_PARALLEL": str(parallel)}
        _, port = await asyncio.to_thread(there.up, env=env)
        yield gateway, port


async def ask(port: int, people: Sequence[tuple[int, Person]]) -> list[Answered]:
    """Everybody asks what now, at once, each on a line of their own, in as few steps of this process as can be."""

    async def one(number: int, person: Person) -> Answered:
        door = Door(port)
        began = time.monotonic()
        status = await door.post("/api/recommend", {}, person.cookie)
        seconds = time.monotonic() - began
        door.close()
        tip = json.loads(door.body).get("tip") if status == 200 else None
        return Answered(number, status, seconds, tip["content"] if tip else "")

    async with asyncio.timeout(PATIENCE):
        return await asyncio.gather(*(one(number, person) for number, person in people))


async def until(true: Callable[[], bool], seconds: float) -> bool:
    """Whether this came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        await asyncio.sleep(0.05)
    return False
