"""Operators see what was set aside, send it again, or pass it by."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from oo.contracts.accounts import Accounts
from oo.contracts.errors import NotFound
from oo.contracts.profiles import Profiles
from oo.entry.deeds import Deeds
from oo.entry.wiring import House, house
from oo.kernel.outbox import cursors, outbox
from oo.kernel.settings import Settings
from oo.testing.databases import address

pytestmark = pytest.mark.anyio


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    """A house with a person whose first change can't be read."""
    with address(tmp_path) as url:
        async with house(Settings(data=tmp_path / "oo", files=(tmp_path,), database_url=url), background=False) as made:
            accounts = made.promises[Accounts]
            user = (await accounts.redeem(token=await accounts.owner_link(), device="a browser")).user
            for language in ("de", "en"):
                await made.promises[Profiles].change(user=user, values={"language": language})
            await made.kit.db.write(lambda tx: tx.execute(_DAMAGE).rowcount)
            for _ in range(6):
                await made.relay.step()
            yield made


_FIRST = select(func.min(outbox.c.id)).where(outbox.c.type == "profile.pref.set").scalar_subquery()
_DAMAGE = update(outbox).where(outbox.c.id == _FIRST).values(version=9)
_MEND = update(outbox).values(version=1)


async def seqs(home: House) -> set[int]:
    return await home.kit.db.read(
        lambda tx: set(tx.execute(select(cursors.c.seq).where(cursors.c.consumer == "recommender")).scalars())
    )


async def test_what_was_set_aside_is_shown_without_a_word_of_anybody(home: House) -> None:
    shown = await Deeds(home, "").do({"do": "events"})
    assert {one["reason"] for one in shown} == {"UnknownVersion"}
    assert {one["type"] for one in shown} == {"profile.pref.set"}
    assert "recommender" in {one["consumer"] for one in shown}


async def test_it_comes_again_when_what_was_wrong_is_mended(home: House) -> None:
    deeds = Deeds(home, "")
    before = await seqs(home)
    await home.kit.db.write(lambda tx: tx.execute(_MEND).rowcount)
    told = await deeds.do({"do": "redeliver", "consumer": "recommender"})
    assert told["aside"] == 1 and told["events"] >= 2
    while await home.relay.step():
        pass
    assert max(await seqs(home)) > max(before, default=0)
    assert "recommender" not in {one["consumer"] for one in await deeds.do({"do": "events"})}


async def test_one_that_can_never_be_read_is_passed_by(home: House) -> None:
    deeds = Deeds(home, "")
    event = (await deeds.do({"do": "events"}))[0]["event"]
    assert (await deeds.do({"do": "skip-event", "event": event}))["aside"] >= 1
    while await home.relay.step():
        pass
    assert await deeds.do({"do": "events"}) == []
    assert (await deeds.do({"do": "redeliver"})) == {"aside": 0, "events": 0}
    with pytest.raises(NotFound):
        await deeds.do({"do": "redeliver", "event": event})
