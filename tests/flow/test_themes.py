"""What titles are about is found by consent, kept sealed, followed, and deleted with the consent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.accounts import Accounts
from oo.contracts.consents import Consenting
from oo.contracts.features import Features
from oo.contracts.forgetting import Forgetting
from oo.contracts.ids import UserId
from oo.contracts.sources import Sources
from oo.engine.themes import themes
from oo.entry.wiring import House, house
from oo.kernel.jobs import Shard, Tick
from oo.kernel.settings import Settings
from oo.ml.features.grouping import themes_of
from oo.ml.features.tables import themes as table
from oo.ml.serving.embedding import LETTERS_NEAR
from oo.ml.serving.prints import print_of
from oo.testing.databases import address

THINGS = ["Kitchen: order the tiles", "Measure the kitchen tiles", "Tiles for the kitchen, a second quote", "Ring Ada"]


@given(st.permutations([*THINGS, "Write the thesis outline", "Thesis outline to Prof. Berg"]))
def test_groups_are_the_same_in_any_order(titles: list[str]) -> None:
    found = themes({title: print_of(title) for title in titles}, LETTERS_NEAR)
    assert found == [sorted(THINGS[:3]), ["Thesis outline to Prof. Berg", "Write the thesis outline"]]


@given(st.lists(st.lists(st.integers(-3, 3), min_size=4, max_size=4), min_size=2, max_size=9), st.floats(0.1, 0.99))
def test_groups_end_where_no_two_are_near_on_the_mean(rows: list[list[int]], near: float) -> None:
    prints = {str(n): tuple(row) for n, row in enumerate(rows)}
    found = themes(prints, near)
    together = [key for group in found for key in group]
    assert len(together) == len(set(together))
    groups = [*found, *([key] for key in prints if key not in together)]
    for n, one in enumerate(groups):
        for other in groups[n + 1 :]:
            assert np.mean([cosine(prints[a], prints[b]) for a in one for b in other]) < near + 1e-9
    assert all(cosine(prints[a], prints[b]) >= near - 1e-9 for a, b in (pair for pair in found if len(pair) == 2))


def test_nothing_is_about_anything_where_there_are_no_titles() -> None:
    assert themes({}, 0.4) == themes({"a": (0, 0)}, 0.4) == themes({"a": (0, 0), "b": (0, 0)}, 0.4) == []


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    with address(tmp_path) as url:
        async with house(Settings(data=tmp_path / "oo", files=(tmp_path,), database_url=url)) as found:
            yield found


@pytest.mark.anyio
async def test_open_tasks_about_the_same_are_found_followed_and_sealed(home: House) -> None:
    milo = await person(home)
    await home.promises[Sources].write_mind(user=milo, things=THINGS)
    assert await groups(home, milo) == [3]
    await home.promises[Sources].write_mind(user=milo, things=THINGS[1:])
    assert await groups(home, milo) == [2]
    rows = await home.kit.db.read(lambda tx: tx.execute(table.select()).all())
    assert len(rows) == 1
    assert b"itchen" not in bytes(rows[0].prints) + bytes(rows[0].groups)
    assert not await find(home), "nothing changed since"


@pytest.mark.anyio
async def test_with_the_consent_what_titles_are_about_goes(home: House) -> None:
    milo = await person(home)
    await home.promises[Sources].write_mind(user=milo, things=THINGS)
    assert await groups(home, milo) == [3]
    assert await home.promises[Features].count(user=milo, consent="task_titles") == 1
    await home.promises[Consenting].consent(user=milo, key="task_titles", granted=False)
    assert await home.promises[Features].count(user=milo, consent="task_titles") == 0
    await home.promises[Sources].write_mind(user=milo, things=[*THINGS, "Grout for the kitchen tiles"])
    assert await groups(home, milo) == []
    assert await home.promises[Features].count(user=milo, consent="task_titles") == 0
    await home.promises[Consenting].consent(user=milo, key="task_titles", granted=True)
    assert await groups(home, milo) == [4], "given again, it counts for the titles that there are"


@pytest.mark.anyio
async def test_it_is_in_the_export_and_goes_with_the_person(home: House) -> None:
    milo = await person(home)
    await home.promises[Sources].write_mind(user=milo, things=THINGS)
    await groups(home, milo)
    export = await home.promises[Forgetting].export(user=milo)
    assert len(export["rooms"]["features"]["themes"][0]["groups"][0]) == 3
    await home.promises[Forgetting].erase(user=milo)
    assert await home.kit.db.read(lambda tx: tx.execute(table.select()).all()) == []


def cosine(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.dot(one, other)) / lengths if lengths else 0.0


async def person(home: House) -> UserId:
    accounts = home.promises[Accounts]
    return (await accounts.redeem(token=await accounts.invite(name="Milo"), device="test")).user


async def groups(home: House, user: UserId) -> list[int]:
    """The sizes of the groups of the person's open tasks, once all is heard and looked at."""
    await find(home)
    kept = (await home.promises[Features].kept(users=[user]))[user]
    found = themes_of(kept.groups)
    return sorted({one.number: one.size for one in found.values()}.values(), reverse=True)


async def find(home: House) -> int:
    """Hand on what happened, and look at the titles of whoever is due; how many."""
    await home.relay.settled(10.0)
    await asyncio.sleep(0)
    [work] = [one for one in home.rooms["features"].works if one.name == "features.themes"]
    now: datetime = home.kit.clock.now()
    return await work.run(Shard(0, "", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ", 1), Tick(1, now, now + work.every))
