"""A connector that hangs, lies or breaks harms nobody else, and no word of it reaches a log."""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from oo.contracts.connectors import Action, Batch, Reconnect, Source, TryLater
from oo.contracts.errors import Unusable
from oo.contracts.ids import Ref
from oo.contracts.items import Facts, Item
from oo.contracts.manifests import ConnectorManifest, FileRules
from oo.kernel.log import configure
from oo.modules.integrations.failing import FAULT
from oo.modules.integrations.tests.conftest import HOME, LENA, House

pytestmark = pytest.mark.anyio
ODD = f"{HOME}/a.odd"


class Odd:
    """A connector whose next pull a test decides."""

    def __init__(self) -> None:
        self.next: Callable[[Source], Awaitable[Batch]] = self.well
        self.pulls = 0

    async def well(self, source: Source) -> Batch:
        return Batch(str(self.pulls), (Item(Facts(source.ref("1"), "v1"), "Odd thing"),))

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        self.pulls += 1
        return await self.next(source)

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        raise RuntimeError("Odd thing")

    async def act(self, source: Source, action: Action) -> None:
        raise RuntimeError("Odd thing")


@dataclass(frozen=True)
class Found:
    """A plugin as the loader gives it."""

    manifest: ConnectorManifest
    code: Odd

    def load(self) -> Odd:
        return self.code


@pytest.fixture
def odd() -> Odd:
    return Odd()


@pytest.fixture
def extra(odd: Odd) -> dict[str, Any]:
    words = dict.fromkeys(("name", "summary", "reads", "writes", "keeps"), "odd")
    rules = FileRules(suffixes=(".odd",), patterns=("*.odd",))
    manifest = ConnectorManifest(**words, version="1.0.0", kind="files", files=rules, actions=("complete",))
    return {"odd": Found(manifest, odd)}


@pytest.fixture(autouse=True)
def logged() -> Iterator[io.StringIO]:
    """What is logged meanwhile; a line with words in it would raise."""
    lines = io.StringIO()
    configure(strict=True, stream=lines, plain=False)
    yield lines
    configure(strict=True, level="warning", stream=sys.__stderr__)


def raising(error: Exception) -> Callable[[Source], Awaitable[Batch]]:
    async def pull(source: Source) -> Batch:
        raise error

    return pull


async def foreign(source: Source) -> Batch:
    return Batch("1", (Item(Facts(Ref("01OTHER:1"), "v1"), "Not mine"),))


@pytest.mark.parametrize("wrong", [raising(RuntimeError("Odd thing")), raising(RecursionError()), foreign])
async def test_a_fault_is_kept_as_a_state_and_counted(house: House, odd: Odd, wrong: Any, logged: io.StringIO) -> None:
    view = await house.add("x", ODD)
    await house.add("Call Ada\n")
    odd.next = wrong
    await house.service.read_now(user=LENA, connection=view.id)
    view = await house.service.connection(user=LENA, connection=view.id)
    assert (view.state, view.problem, view.open) == ("slow", FAULT, 1)
    health = house.room.built.health
    assert health is not None
    told = await health()
    assert not told.well
    assert (told.facts["faults"], told.facts["connections_slow"], told.facts["connections_works"]) == (1, 1, 1)
    assert await house.titles() == ["Call Ada", "Odd thing"]
    house.clock.advance(timedelta(minutes=16))
    assert (await health()).well
    assert "connector.failed" in logged.getvalue()
    assert "Odd thing" not in logged.getvalue()


async def test_a_fault_is_tried_again_ever_less_often_and_mends_itself(house: House, odd: Odd) -> None:
    view = await house.add("x", ODD)
    odd.next, odd.pulls = raising(RuntimeError()), 0
    await house.service.read_now(user=LENA, connection=view.id)
    for _ in range(300):
        await house.pass_(4)
    assert 5 <= odd.pulls <= 12
    odd.next = odd.well
    await house.pass_(900)
    assert (await house.service.connection(user=LENA, connection=view.id)).state == "works"


async def test_a_connector_that_hangs_holds_nobody_up(house: House, odd: Odd) -> None:
    await house.add("x", ODD)
    todo = await house.add("Call Ada\n")
    free = threading.Event()

    async def hang(source: Source) -> Batch:
        free.wait(10)
        return await odd.well(source)

    odd.next = hang
    house.disk.content |= {ODD: b"y", f"{HOME}/todo.txt": b"Call Ada\nBuy milk\n"}
    for _ in range(3):
        house.clock.advance(2)
        await house.service.look(patience=0.2)
    assert (await house.service.connection(user=LENA, connection=todo.id)).open == 2
    assert odd.pulls == 3, "it is not asked a second time while it hangs"
    free.set()
    await house.pass_(2)


async def test_a_visit_does_not_wait_for_a_connector_that_hangs(house: House, odd: Odd) -> None:
    await house.add("x", ODD)
    todo = await house.add("Call Ada\n")
    free = threading.Event()

    async def hang(source: Source) -> Batch:
        free.wait(10)
        return await odd.well(source)

    odd.next = hang
    house.disk.content |= {ODD: b"y", f"{HOME}/todo.txt": b"Call Ada\nBuy milk\n"}
    house.service._sync.glance_seconds = 2.0  # a busy machine may take its time for the other file
    began = time.monotonic()
    assert await house.service.glance(user=LENA)
    assert time.monotonic() - began < 5
    assert (await house.service.connection(user=LENA, connection=todo.id)).open == 2
    free.set()
    await house.pass_(2)
    assert odd.pulls == 3


async def test_try_later_and_reconnect_are_what_they_say(house: House, odd: Odd) -> None:
    view = await house.add("x", ODD)
    odd.next = raising(TryLater("The server rests.", timedelta(minutes=5)))
    assert (await house.service.read_now(user=LENA, connection=view.id)).problem == "The server rests."
    pulls = odd.pulls
    await house.pass_(299)
    assert odd.pulls == pulls
    odd.next = raising(Reconnect())
    await house.pass_(1)
    view = await house.service.connection(user=LENA, connection=view.id)
    assert (view.state, odd.pulls) == ("reconnect", pulls + 1)
    await house.pass_(9000)
    assert odd.pulls == pulls + 1, "only the person can mend it"
    odd.next = odd.well
    assert (await house.service.read_now(user=LENA, connection=view.id)).state == "works"


async def test_a_broken_first_read_connects_nothing(house: House, odd: Odd) -> None:
    odd.next = raising(RuntimeError("Odd thing"))
    with pytest.raises(Unusable, match="fault of its own"):
        await house.add("x", ODD)
    assert await house.rows("connections") == []


async def test_a_fault_while_writing_is_tried_again_and_given_up_after_a_day(house: House, odd: Odd) -> None:
    view = await house.add("x", ODD)
    (facts,) = await house.open()
    await house.done(facts)
    await house.pass_(9)
    assert (await house.rows("writebacks"))[0]["state"] == "waiting"
    assert (await house.service.connection(user=LENA, connection=view.id)).problem == FAULT
    for _ in range(26):
        await house.pass_(3600)
    assert (await house.rows("writebacks"))[0]["state"] == "refused"


async def test_words_that_cannot_be_read_are_left_out(house: House, odd: Odd) -> None:
    await house.add("x", ODD)
    house.clock.advance(timedelta(hours=25))
    await house.service.forget_words()
    assert await house.titles() == []


async def test_tokens_of_a_connector_are_kept_as_keyed_hashes(house: House, odd: Odd) -> None:
    async def project(source: Source) -> Batch:
        facts = Facts(source.ref("1"), "v1", project="guessable", series="guessable")
        return Batch("1", (Item(facts, "Odd thing", "Guessable"),))

    odd.next = project
    await house.add("x", ODD)
    (facts,) = await house.open()
    digest = house.room.kit.keys.digest
    assert facts.project == digest(f"project:{LENA}", "guessable")
    assert facts.series == digest(f"series:{LENA}", "guessable")
