"""What a model said is kept as long as it is needed, sealed, and goes with its person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from oo.contracts.events import ConnectionChanged, ConsentChanged
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.manifests import PolicyManifest
from oo.contracts.profiles import Profiles
from oo.contracts.sources import Sources
from oo.contracts.writing import Generated, Refusal
from oo.kernel.plugins import discover
from oo.modules.recommender import module
from oo.modules.recommender.jobs import KEPT, WORDS_KEPT
from oo.modules.recommender.refusals import repository
from oo.modules.recommender.refusals.service import REPEATS, Memory
from oo.modules.recommender.tables import prints, refusals
from oo.testing.rooms import Room, room
from oo.testing.unknown import unknown

pytestmark = pytest.mark.anyio
USER = UserId("lena")
CANARY = "Ring Grandmother Zebulon at once"
REFUSED = Generated(refused=(Refusal("word", CANARY, "small:1b", "tip-1", "0123456789abcdef"),))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    policies = {"policies": discover("policies", PolicyManifest.model_validate).plugins}
    needs: dict[type, object] = {Sources: None, Profiles: None, **unknown()}
    async with room(tmp_path, module, needs=needs, plugins=policies) as built:
        built.kit.keys.create(USER)
        yield built


async def said(here: Room, print: tuple[int, ...] = (1, -2, 127)) -> Memory:
    """A refusal and a fingerprint of the person."""
    memory = Memory(here.kit)
    refused = memory.refused_rows(USER, REFUSED)
    await here.kit.db.write(lambda tx: repository.add(tx, refused))
    row = memory.print_row(USER, DecisionId("t1"), print, here.clock.now())
    await here.kit.db.write(lambda tx: repository.note(tx, row))
    return memory


async def counts(here: Room) -> tuple[int, int, int]:
    """Refusals, their texts, and fingerprints."""
    return await here.kit.db.read(
        lambda tx: (
            tx.execute(select(func.count()).select_from(refusals)).scalar_one(),
            tx.execute(select(func.count(refusals.c.text))).scalar_one(),
            tx.execute(select(func.count()).select_from(prints)).scalar_one(),
        )
    )


async def run(here: Room, name: str) -> None:
    await next(job for job in here.built.jobs if job.name == f"recommender.{name}").run()


async def test_a_fingerprint_comes_back_as_it_was(here: Room) -> None:
    memory = await said(here)
    assert (await memory.lately(USER)).prints == ((1, -2, 127),)


async def test_nothing_of_it_can_be_read_without_the_key(here: Room) -> None:
    await said(here)
    assert CANARY.encode() not in await here.at_rest()


async def test_the_person_may_read_it_and_erasing_takes_it(here: Room) -> None:
    await said(here)
    cipher = here.kit.keys.cipher(USER)
    shown = await here.kit.db.read(lambda tx: module.export(tx, USER, cipher))
    assert shown["refusals"][0]["text"] == CANARY and shown["refusals"][0]["reason"] == "word"
    assert shown["prints"][0]["print"] == (1, -2, 127)
    await here.kit.db.write(lambda tx: module.erase(tx, USER))
    assert await counts(here) == (0, 0, 0)


async def test_the_text_is_kept_a_day_the_fingerprint_fourteen_and_the_reason_thirty(here: Room) -> None:
    await said(here)
    for after, left in ((WORDS_KEPT, (1, 0, 1)), (REPEATS - WORDS_KEPT, (1, 0, 0)), (KEPT - REPEATS, (0, 0, 0))):
        here.clock.advance(after + timedelta(seconds=1))
        await run(here, "forget-words")
        await run(here, "forget")
        assert await counts(here) == left


async def test_a_repeat_is_looked_for_in_the_last_fourteen_days_only(here: Room) -> None:
    memory = await said(here)
    here.clock.advance(REPEATS + timedelta(seconds=1))
    assert (await memory.lately(USER)).prints == ()


async def test_the_text_goes_with_the_connection_whose_words_it_may_hold(here: Room) -> None:
    await said(here)
    await here.deliver(USER, ConnectionChanged("c1", "todotxt", "ended"))
    assert await counts(here) == (1, 0, 1)


@pytest.mark.parametrize("consent", ["task_titles", "cloud_model:anthropic"])
async def test_the_text_goes_with_the_consent_under_which_a_model_read_the_titles(here: Room, consent: str) -> None:
    await said(here)
    await here.deliver(USER, ConsentChanged(consent, granted=False))
    assert await counts(here) == (1, 0, 1)
