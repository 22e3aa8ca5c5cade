"""Tokens: bound to their row, renewed by one at a time, written before they are used, and given back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from oo.contracts.connectors import Reconnect
from oo.contracts.ids import ConnectionId
from oo.kernel.db import Transaction
from oo.kernel.keys import KeyGone
from oo.modules.integrations.revoking import leave
from oo.modules.integrations.tables import grants
from oo.modules.integrations.tests.conftest import LENA
from oo.modules.integrations.tests.elsewhere import Elsewhere, elsewhere
from oo.modules.integrations.vault import Vault

pytestmark = pytest.mark.anyio

HOUR = 3_600


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Elsewhere]:
    async with elsewhere(tmp_path) as built:
        yield built


def vaults(here: Elsewhere, count: int) -> list[Vault]:
    """Those of as many processes, which share the database alone."""
    found = []
    for _ in range(count):
        vault = Vault(here.house.room.kit, here.service._remotes.wire)
        vault.tries = (0.0, 0.0, 0.0)
        found.append(vault)
    return found


async def token_of(here: Elsewhere, vault: Vault, connection: ConnectionId, refused: int | None = None) -> str:
    provider = here.service._remotes.provider("todoist")
    assert provider is not None
    return (await vault.token(LENA, connection, provider, refused)).access


async def test_many_processes_renew_once(here: Elsewhere) -> None:
    one = await here.connect()
    here.clock.advance(HOUR)
    tokens = await asyncio.gather(*(token_of(here, vault, one.id) for vault in vaults(here, 8)))
    assert len(set(tokens)) == 1
    assert here.todoist.access.refreshed == 1
    assert here.todoist.access.replays == 0


async def test_it_goes_on_for_a_day_of_rotating_tokens(here: Elsewhere) -> None:
    await here.connect()
    for _ in range(24):
        assert (await here.read(HOUR)).state == "works"
    assert here.todoist.access.replays == 0
    assert here.todoist.access.refreshed >= 23


async def test_the_new_pair_is_written_before_it_is_used(here: Elsewhere) -> None:
    one = await here.connect()
    here.clock.advance(HOUR)
    (vault,) = vaults(here, 1)
    access = await token_of(here, vault, one.id)
    (row,) = await here.house.rows("grants")
    (login,) = [here.house.room.kit.keys.cipher(LENA).open(f"grants.secret:{one.id}", row["secret"])]
    assert access in login
    assert row["number"] == 2
    assert row["renewing_until"] is None


async def test_an_answer_that_got_lost_is_asked_for_again_in_time(here: Elsewhere) -> None:
    one = await here.connect()
    here.clock.advance(HOUR)
    here.todoist.faults.arm("half", path="/oauth/access_token", times=1)  # it rotated, and nobody heard
    assert (await here.read()).state == "works"
    assert here.todoist.access.refreshed == 1
    assert one.id


async def test_a_process_that_was_killed_while_it_renewed_holds_nobody_up(here: Elsewhere) -> None:
    one = await here.connect()
    here.clock.advance(HOUR)

    def claimed(tx: Transaction) -> None:
        from datetime import timedelta

        until = here.clock.now() + timedelta(seconds=45)
        tx.execute(update(grants).values(renewing_until=until))

    await here.house.room.kit.db.write(claimed)
    waiting = asyncio.create_task(token_of(here, vaults(here, 1)[0], one.id))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    here.clock.advance(46)
    assert await waiting
    assert here.todoist.access.refreshed == 1


async def test_an_access_that_was_ended_there_asks_once_and_then_nobody(here: Elsewhere) -> None:
    one = await here.connect()
    here.todoist.access.refresh.clear()
    here.todoist.access.expire()
    assert (await here.read(HOUR)).state == "reconnect"
    asked = here.todoist.faults.count("access_token")
    for _ in range(5):
        await here.service.read_now(user=LENA, connection=one.id)
        await here.house.pass_(HOUR)
    assert here.todoist.faults.count("access_token") == asked
    assert (await here.connect()).state == "works"


async def test_a_token_that_was_refused_is_renewed_once_and_no_more(here: Elsewhere) -> None:
    await here.connect()
    here.todoist.access.expire()  # before its hour
    assert (await here.read(60)).state == "works"
    assert here.todoist.access.refreshed == 1
    here.todoist.faults.fail(401, path="/api/v1/sync")
    assert (await here.read(60)).state == "reconnect"
    assert here.todoist.access.refreshed == 2


async def test_a_client_that_is_refused_is_said_and_the_access_is_kept(here: Elsewhere) -> None:
    await here.connect()
    here.todoist.faults.fail(400, path="/oauth/access_token", body=b'{"error":"invalid_client"}')
    one = await here.read(HOUR)
    assert (one.state, "client of this instance" in (one.problem or "")) == ("slow", True)
    here.todoist.faults.heal()
    assert (await here.read(HOUR)).state == "works"


async def test_a_clock_that_is_wrong_there_changes_nothing(here: Elsewhere) -> None:
    await here.connect()
    from datetime import timedelta

    here.todoist.access.clock = lambda: here.clock.now() + timedelta(hours=9)
    assert (await here.read(60)).state == "works"


async def test_a_secret_from_another_row_does_not_open(here: Elsewhere) -> None:
    one = await here.connect()
    other = ConnectionId("01OTHER0000000000000000000")
    (row,) = await here.house.rows("grants")

    def swap(tx: Transaction) -> None:
        tx.execute(update(grants).values(connection_id=other))

    await here.house.room.kit.db.write(swap)
    assert row["connection_id"] == one.id
    with pytest.raises(KeyGone):
        await token_of(here, vaults(here, 1)[0], other)
    with pytest.raises(Reconnect):
        await token_of(here, vaults(here, 1)[0], one.id)


async def test_disconnecting_gives_the_access_back_and_forgets(here: Elsewhere) -> None:
    here.tasks.add("Buy milk")
    one = await here.connect()
    receipt = await here.service.disconnect(user=LENA, connection=one.id)
    assert receipt.told == "confirmed"
    assert here.todoist.access.living(here.tasks.id) == 0
    for table in ("connections", "grants", "items", "revocations", "tickets"):
        assert await here.house.rows(table) == [], table
    assert set(here.house.room.kit.keys.users()) == {LENA, "01MILO00000000000000000000"}


async def test_a_provider_that_is_down_is_asked_until_it_has_heard(here: Elsewhere) -> None:
    one = await here.connect()
    here.todoist.faults.fail(503, path="/revoke")
    receipt = await here.service.disconnect(user=LENA, connection=one.id)
    assert (receipt.told, await here.house.rows("grants")) == ("later", [])
    assert here.todoist.access.living(here.tasks.id) == 2
    for _ in range(3):
        here.clock.advance(HOUR)
        await here.service.give_back()
    assert here.todoist.access.living(here.tasks.id) == 2
    here.todoist.faults.heal()
    here.clock.advance(HOUR)
    await here.service.give_back()
    assert here.todoist.access.living(here.tasks.id) == 0
    assert await here.house.rows("revocations") == []
    asked = here.todoist.faults.count("/revoke")
    await here.service.give_back()
    assert here.todoist.faults.count("/revoke") == asked


async def test_no_token_is_held_for_ever(here: Elsewhere) -> None:
    one = await here.connect()
    here.todoist.faults.fail(503, path="/revoke")
    await here.service.disconnect(user=LENA, connection=one.id)
    here.clock.advance(31 * 86_400)
    await here.service.give_back()
    assert await here.house.rows("revocations") == []


async def test_who_is_erased_takes_their_access_along(here: Elsewhere) -> None:
    await here.connect()
    kit = here.house.room.kit
    await leave(kit, LENA)
    await leave(kit, LENA)  # cut off and begun anew
    kit.keys.destroy(LENA)
    assert len(await here.house.rows("revocations")) == 1
    here.clock.advance(60)
    await here.service.give_back()
    assert here.todoist.access.living(here.tasks.id) == 0
    assert here.todoist.faults.count("/revoke") == 2  # the token for new ones, and the one in use


async def test_what_is_exported_lets_nobody_in(here: Elsewhere) -> None:
    from oo.modules.integrations import module

    await here.connect()
    kit = here.house.room.kit
    said = repr(await kit.db.read(lambda tx: module.export(tx, LENA, kit.keys.cipher(LENA))))
    assert not [token for token in here.todoist.access.access if token in said]
    assert not [token for token in here.todoist.access.refresh if token in said]
