"""What is remembered of a session is never worth more than what is written."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oo.contracts.accounts import Identity
from oo.contracts.errors import NotFound
from oo.kernel.db import Database, Transaction
from oo.modules.auth import module
from oo.modules.auth.service import LinkAccounts
from oo.modules.auth.tests.conftest import Hall
from oo.testing.rooms import room

T = TypeVar("T")

MINUTE, DAY = 60, 86_400
SPANS = (0, 1, MINUTE - 1, MINUTE, 5 * MINUTE - 1, 5 * MINUTE, DAY - 1, DAY, 13 * DAY, 14 * DAY, 60 * DAY)
OPERATION = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from(SPANS)),
    st.tuples(st.just("show"), st.integers(0, 9)),
    st.tuples(st.just("show"), st.integers(0, 9)),
    st.tuples(st.sampled_from(["open", "sign out", "erase"]), st.integers(0, 9)),
    st.tuples(st.just("tidy"), st.just(0)),
)


class LateAnswers:
    """A database whose reads are done at once and answered when the gate opens."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.gate = asyncio.Event()
        self.reading = asyncio.Event()

    async def read(self, unit: Callable[[Transaction], T], *, aside: bool = False) -> T:
        value = await self._db.read(unit)
        self.reading.set()
        await self.gate.wait()
        return value

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        return await self._db.write(unit)

    async def checkpoint(self) -> None:
        await self._db.checkpoint()

    async def close(self) -> None:
        await self._db.close()


@pytest.mark.anyio
async def test_a_read_that_crosses_a_sign_out_is_not_remembered(hall: Hall) -> None:
    session = await hall.owner()
    identity = await hall.known(session.cookie)
    kit = hall.room.kit
    late = LateAnswers(kit.db)
    accounts = LinkAccounts(late, kit.keys, kit.clock, kit.ids, alone=True)
    crossing = asyncio.create_task(accounts.authenticate(cookie=session.cookie))
    await late.reading.wait()
    await accounts.sign_out(user=identity.user, session=identity.session)
    late.gate.set()
    assert await crossing  # it was asked before the end
    assert await accounts.authenticate(cookie=session.cookie) is None


@pytest.mark.anyio
async def test_a_session_that_ends_while_its_use_is_noted_is_not_answered(hall: Hall) -> None:
    session = await hall.owner()
    identity = await hall.known(session.cookie)
    kit = hall.room.kit
    late = LateAnswers(kit.db)
    accounts = LinkAccounts(late, kit.keys, kit.clock, kit.ids, alone=True)
    hall.later(minutes=5)
    crossing = asyncio.create_task(accounts.authenticate(cookie=session.cookie))
    await late.reading.wait()
    await hall.accounts.sign_out(user=identity.user, session=identity.session)
    late.gate.set()
    assert await crossing is None
    assert await accounts.authenticate(cookie=session.cookie) is None


@pytest.mark.anyio
async def test_a_session_in_use_is_answered_without_the_database(hall: Hall) -> None:
    session = await hall.owner()
    kit = hall.room.kit
    late = LateAnswers(kit.db)
    late.gate.set()
    accounts = LinkAccounts(late, kit.keys, kit.clock, kit.ids, alone=True)
    first = await accounts.authenticate(cookie=session.cookie)
    late.gate.clear()
    async with asyncio.timeout(1):
        assert first is not None and await accounts.authenticate(cookie=session.cookie) == first


@pytest.mark.anyio
async def test_whoever_is_erased_is_nobody_at_once(hall: Hall) -> None:
    lena, milo = await hall.member("Lena"), await hall.member("Milo")
    await hall.known(lena.cookie)
    before = await hall.known(milo.cookie)
    await hall.erase(lena.user)
    assert await hall.who(lena.cookie) is None
    assert await hall.who(milo.cookie) == before


@settings(max_examples=15, deadline=None)
@given(st.lists(OPERATION, max_size=25))
def test_remembering_changes_no_answer_and_no_session_outlives_its_end(operations: list[tuple[str, int]]) -> None:
    asyncio.run(_compare(operations))


async def _compare(operations: list[tuple[str, int]]) -> None:
    async with AsyncExitStack() as stack:
        halls = []
        for alone in (True, False):
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            built = await stack.enter_async_context(room(Path(folder), module))
            kit = built.kit
            halls.append(Hall(built, LinkAccounts(kit.db, kit.keys, kit.clock, kit.ids, alone=alone)))
        answers = [await _live(hall, operations) for hall in halls]
        assert answers[0] == answers[1]


async def _live(hall: Hall, operations: list[tuple[str, int]]) -> list[Identity | None]:
    """Go through the operations, holding every answer against what may be."""
    clock = hall.room.clock
    first = await hall.owner()
    cookies = {first.cookie: first.user}
    born, used, gone = {first.user: clock.now()}, {first.user: clock.now()}, set[str]()
    answers: list[Identity | None] = []
    for what, which in operations:
        cookie, user = list(cookies.items())[which % len(cookies)]
        if what == "wait":
            hall.later(seconds=which)
        elif what == "open":
            opened = await hall.member(f"Person {len(born)}")
            cookies[opened.cookie] = opened.user
            born[opened.user] = used[opened.user] = clock.now()
        elif what == "erase":
            await hall.erase(user)
            gone.add(user)
        elif what == "tidy":
            await hall.room.built.jobs[0].run()
        else:
            identity = await hall.who(cookie)
            answers.append(identity)
            now = clock.now()
            over = user in gone or now >= born[user] + timedelta(days=90) or now >= used[user] + timedelta(days=14)
            if over:
                assert identity is None
            if identity is None:
                continue
            assert identity.user == user
            used[user] = now
            if identity.renewed:
                cookies[identity.renewed] = user
            if what == "sign out":
                try:
                    await hall.accounts.sign_out(user=identity.user, session=identity.session)
                except NotFound:
                    raise AssertionError("a session that answered can be ended") from None
                gone.add(user)
    return answers
