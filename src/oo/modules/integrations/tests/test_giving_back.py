"""Access that nobody keeps is given back: after a way out that failed, when another takes its place, and in turn."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from oo.contracts.connectors import TryLater
from oo.contracts.errors import Problem
from oo.contracts.ids import ConnectionId
from oo.kernel.db import Transaction
from oo.modules.integrations.tables import grants
from oo.modules.integrations.tests.conftest import LENA, MILO
from oo.modules.integrations.tests.elsewhere import Elsewhere, elsewhere

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Elsewhere]:
    async with elsewhere(tmp_path) as built:
        yield built


async def nothing_is_owed(here: Elsewhere) -> None:
    """No row waits, and no key of a row is left."""
    assert await here.house.rows("revocations") == []
    assert set(here.house.room.kit.keys.users()) == {LENA, MILO}


async def later(here: Elsewhere, seconds: float = 3_600) -> None:
    here.clock.advance(seconds)
    await here.service.give_back()


def tokens(here: Elsewhere) -> set[str]:
    """All that let somebody in at the provider."""
    return {*here.todoist.access.access, *here.todoist.access.refresh}


async def test_a_way_out_that_fails_after_tokens_were_given_gives_them_back(here: Elsewhere) -> None:
    answer = await here.answer(await here.asked())
    here.todoist.faults.fail(503, path="/api/v1/", times=1)  # whose account it is can't be said
    with pytest.raises(TryLater):
        await here.finish(answer)
    assert here.todoist.access.living(here.tasks.id) == 0
    assert await here.service.connections(user=LENA) == []
    await nothing_is_owed(here)


@pytest.mark.parametrize("granted", [None, "task:add"])
async def test_what_failed_while_the_provider_is_down_is_owed_until_it_has_heard(
    here: Elsewhere, granted: str | None
) -> None:
    here.todoist.access.only = granted
    answer = await here.answer(await here.asked())
    here.todoist.faults.fail(503, path="/api/v1/")  # and no revocation is heard
    with pytest.raises(Problem):
        await here.finish(answer)
    given = tokens(here)
    assert len(given) == 2
    assert len(await here.house.rows("revocations")) == 1
    at_rest = await here.house.room.at_rest()
    assert not [token for token in given if token.encode() in at_rest]
    await later(here)
    assert tokens(here) == given
    here.todoist.faults.heal()
    await later(here)
    assert tokens(here) == set()
    await nothing_is_owed(here)


async def test_whoever_leaves_while_it_is_being_finished_leaves_no_token_behind(here: Elsewhere) -> None:
    answer = await here.answer(await here.asked())
    let_go, app = threading.Event(), here.todoist.faults.app

    async def held(scope: Any, receive: Any, send: Any) -> None:
        if "oauth" not in scope["path"]:  # whose account it is takes its time
            await asyncio.to_thread(let_go.wait, 30)
        await app(scope, receive, send)

    here.todoist.faults.app = held
    finishing = asyncio.create_task(here.finish(answer))
    await until(lambda: here.todoist.faults.count("/api/v1/") == 1)
    finishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await finishing
    here.todoist.accounts.clear()  # so that what is under way ends badly
    let_go.set()
    await asyncio.gather(*here.service._revoking.under_way, return_exceptions=True)
    assert await here.house.rows("grants") == []
    assert tokens(here) == set()


async def test_connecting_again_gives_the_old_access_back_and_keeps_the_new(here: Elsewhere) -> None:
    await here.connect()
    old = tokens(here)
    await here.connect()
    await later(here)
    assert old.isdisjoint(tokens(here))
    assert here.todoist.access.living(here.tasks.id) == 2
    assert set(here.todoist.access.revoked) == old
    await nothing_is_owed(here)
    assert (await here.read()).state == "works"


async def test_the_same_token_given_again_is_not_given_back(here: Elsewhere) -> None:
    here.todoist.access.legacy = here.todoist.access.same = True
    await here.connect()
    await here.connect()
    await later(here)
    assert here.todoist.access.revoked == []
    assert (await here.read()).state == "works"


async def test_the_same_token_owed_from_before_is_left_to_the_connection_that_uses_it(here: Elsewhere) -> None:
    here.todoist.access.legacy = here.todoist.access.same = True
    one = await here.connect()
    here.todoist.faults.fail(503, path="/revoke")
    assert (await here.service.disconnect(user=LENA, connection=one.id)).told == "later"
    await here.connect()
    here.todoist.faults.heal()
    await later(here)
    assert here.todoist.access.revoked == []
    await nothing_is_owed(here)


async def test_what_was_renewed_while_it_was_replaced_is_what_is_given_back(here: Elsewhere) -> None:
    one = await here.connect()
    (row,) = await here.house.rows("grants")
    owing = here.service._revoking.owing
    asked, looked = owing.of_replaced, 0

    async def renewed_meanwhile(*given: Any) -> Any:
        nonlocal looked
        looked += 1
        owed = await asked(*given)
        if looked == 1:  # another process
            await renew(here, one.id)
        return owed

    owing.of_replaced = renewed_meanwhile  # type: ignore[method-assign,assignment]
    await here.connect()
    assert looked == 2
    assert [row["number"] for row in await here.house.rows("grants")] == [row["number"] + 2]
    await later(here)
    await nothing_is_owed(here)


async def test_who_disconnects_during_a_read_gives_back_what_that_read_renewed(here: Elsewhere) -> None:
    one = await here.connect()
    turn = here.service._sync.turn(one.id)
    await turn.acquire()
    leaving = asyncio.create_task(here.service.disconnect(user=LENA, connection=one.id))
    await until(lambda: bool(turn._waiters))
    first = tokens(here)
    await renew(here, one.id)  # the read that has its turn
    fresh = tokens(here) - first
    turn.release()
    assert (await leaving).told == "confirmed"
    assert set(here.todoist.access.revoked) == fresh
    assert tokens(here) == set()
    await nothing_is_owed(here)


async def test_an_access_that_another_process_renewed_is_the_one_that_ends(here: Elsewhere) -> None:
    one = await here.connect()
    first, owing = tokens(here), here.service._revoking.owing
    asked, looked = owing.of_connection, 0

    async def renewed_meanwhile(*given: Any) -> Any:
        nonlocal looked
        looked += 1
        owed = await asked(*given)
        if looked == 1:
            await renew(here, one.id)
        return owed

    owing.of_connection = renewed_meanwhile  # type: ignore[method-assign,assignment]
    fresh_from = set(first)
    await here.service.disconnect(user=LENA, connection=one.id)
    assert looked == 2
    assert fresh_from.isdisjoint(here.todoist.access.revoked)
    assert tokens(here) == set()
    await nothing_is_owed(here)


async def renew(here: Elsewhere, connection: ConnectionId) -> None:
    """New tokens, as if the ones there are were almost over."""

    def over(tx: Transaction) -> None:
        tx.execute(update(grants).values(expires_at=here.clock.now()))

    await here.house.room.kit.db.write(over)
    provider = here.service._remotes.provider("todoist")
    assert provider is not None
    await here.service._remotes.vault.token(LENA, connection, provider)


async def until(so: Any) -> None:
    """Wait for it, for half a minute."""
    for _ in range(600):
        if so():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came to that")
