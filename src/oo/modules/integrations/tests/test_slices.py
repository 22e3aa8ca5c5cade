"""A large source is stored slice by slice, and only its end says what is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from oo.contracts.connectors import Action, Batch, Source, Unread
from oo.contracts.errors import Unusable
from oo.contracts.events import TaskAdded, TaskCompleted, TaskDeleted
from oo.contracts.ids import ConnectionId, Ref
from oo.contracts.items import Facts, Item
from oo.contracts.manifests import ConnectorManifest, FileRules
from oo.contracts.reading import gather
from oo.modules.integrations.tests.conftest import HOME, LENA, House

pytestmark = pytest.mark.anyio
LARGE = f"{HOME}/a.large"


@dataclass
class Large:
    """A connector whose slices a test lays out: names of open things, `x` before a finished one."""

    slices_: Sequence[Sequence[str]] = (("one", "two"), ("three",))
    gone: Sequence[str] = ()
    complete: bool = True
    unread: tuple[Unread, ...] = ()
    cursors: list[str | None] = field(default_factory=list)
    between: Callable[[int], None] = lambda nth: None
    given: int = 0

    async def slices(self, source: Source, cursor: str | None) -> AsyncIterator[Batch]:
        self.cursors.append(cursor)
        last = len(self.slices_) - 1
        for nth, names in enumerate(self.slices_):
            self.between(nth)
            self.given += 1
            found = tuple(_item(source, name) for name in names)
            if nth < last:
                yield Batch("", found, complete=False, more=True, unread=self.unread)
            else:
                gone = tuple(source.ref(name) for name in self.gone)
                yield Batch(f"c{len(self.cursors)}", found, gone=gone, complete=self.complete, unread=self.unread)

    async def pull(self, source: Source, cursor: str | None) -> Batch | None:
        return await gather(self.slices(source, cursor))

    async def read(self, source: Source, refs: Sequence[Ref]) -> list[Item]:
        return []

    async def act(self, source: Source, action: Action) -> None:
        """Nothing is written."""


def _item(source: Source, name: str) -> Item:
    done = name.startswith("x ")
    title = name.removeprefix("x ")
    # As some apps do, a finished one has another name than it had when it was open.
    key = f"done-{title}" if done else title
    finished = source.now.date() if done else None
    return Item(Facts(source.ref(key), "v1", state="done" if done else "open", finished=finished), title)


@dataclass(frozen=True)
class Plug:
    """A plugin as the loader gives it."""

    manifest: ConnectorManifest
    code: Large

    def load(self) -> Large:
        return self.code


@pytest.fixture
def large() -> Large:
    return Large()


@pytest.fixture
def extra(large: Large) -> dict[str, Any]:
    words = dict.fromkeys(("name", "summary", "reads", "writes", "keeps"), "large")
    rules = FileRules(suffixes=(".large",), patterns=("*.large",))
    return {"large": Plug(ConnectorManifest(**words, version="1.0.0", kind="files", files=rules), large)}


async def added(house: House, large: Large) -> ConnectionId:
    """The connection, after its first read."""
    view = await house.add("", LARGE)
    large.cursors.clear()
    large.given = 0
    return view.id


async def test_every_slice_is_stored_and_a_try_takes_only_the_first(house: House, large: Large) -> None:
    await house.add("", LARGE)
    assert await house.titles() == ["one", "three", "two"]
    assert large.given == 1 + 2
    assert len(await house.told(TaskAdded)) == 3


async def test_a_slice_is_stored_before_the_next_is_read(house: House, large: Large) -> None:
    stored: list[int] = []
    home = asyncio.get_running_loop()

    def count(nth: int) -> None:
        if len(large.cursors) > 1:  # not while it is only tried
            stored.append(len(asyncio.run_coroutine_threadsafe(house.rows("items"), home).result(5)))

    large.between = count
    await house.add("", LARGE)
    assert stored == [0, 2]


async def test_what_no_slice_had_is_gone_at_the_end(house: House, large: Large) -> None:
    own = await added(house, large)
    large.slices_ = (("three",), ("four",), ())
    await house.service.read_now(user=LENA, connection=own)
    assert await house.titles() == ["four", "three"]
    assert len(await house.told(TaskDeleted)) == 2


async def test_the_cursor_of_a_read_of_changes_is_kept_and_names_what_is_gone(house: House, large: Large) -> None:
    own = await added(house, large)
    large.slices_, large.complete, large.gone = (("four",), ("five",)), False, ["one"]
    await house.service.read_now(user=LENA, connection=own)
    assert await house.titles() == ["five", "four", "three", "two"]
    await house.service.read_now(user=LENA, connection=own)
    assert large.cursors == ["c2", "c1"], "the second time it goes on from the first"


async def test_no_slice_means_that_nothing_changed(house: House, large: Large) -> None:
    own = await added(house, large)
    large.slices_ = ()
    view = await house.service.read_now(user=LENA, connection=own)
    assert (view.state, view.open, view.read_at) == ("works", 3, house.clock.now())


async def test_a_finished_one_of_an_early_slice_stands_for_one_that_vanished(house: House, large: Large) -> None:
    own = await added(house, large)
    large.slices_ = (("x one",), ("two",), ("three",))
    await house.service.read_now(user=LENA, connection=own)
    (completed,) = await house.told(TaskCompleted)
    assert isinstance(completed, TaskCompleted)
    assert completed.ref == f"{own}:one"
    assert not await house.told(TaskDeleted)


async def test_a_read_that_breaks_off_keeps_what_came_and_takes_nothing_away(house: House, large: Large) -> None:
    own = await added(house, large)

    def breaks(nth: int) -> None:
        if nth == 1:
            raise Unusable("This file can't be read.")

    large.slices_, large.between = (("four",), ("five",)), breaks
    view = await house.service.read_now(user=LENA, connection=own)
    assert (view.state, view.problem, view.open) == ("slow", "This file can't be read.", 4)
    large.between = lambda nth: None
    await house.service.read_now(user=LENA, connection=own)
    assert await house.titles() == ["five", "four"]


async def test_a_first_read_that_broke_off_leaves_nothing_that_is_not_there(house: House, large: Large) -> None:
    def breaks(nth: int) -> None:
        if nth == 1 and large.given > 1:
            raise Unusable("This file can't be read.")

    large.between = breaks
    view = await house.add("", LARGE)
    assert (view.state, view.open) == ("slow", 2)
    large.slices_, large.between = (("two",), ("three",)), lambda nth: None
    await house.service.read_now(user=LENA, connection=view.id)
    assert await house.titles() == ["three", "two"]


async def test_what_could_not_be_read_in_any_slice_is_listed_once_and_replaced(house: House, large: Large) -> None:
    own = await added(house, large)
    large.unread = (Unread(LARGE, 3, "No."),)
    view = await house.service.read_now(user=LENA, connection=own)
    assert [one.line for one in view.unread] == [3, 3], "one of each slice"
    large.unread = ()
    assert not (await house.service.read_now(user=LENA, connection=own)).unread


async def test_a_file_that_stays_unreadable_is_gone_after_an_hour_also_where_changes_are_read(
    house: House, large: Large
) -> None:
    own = await added(house, large)
    large.slices_, large.complete, large.unread = (("two",),), False, (Unread("b.large", 0, "No."),)
    await house.service.read_now(user=LENA, connection=own)
    assert await house.titles() == ["one", "three", "two"]
    house.clock.advance(3600)
    large.cursors.clear()
    large.complete = True
    await house.service.read_now(user=LENA, connection=own)
    assert large.cursors == [None], "everything is read anew"
    assert await house.titles() == ["two"]
    large.complete = False
    await house.service.read_now(user=LENA, connection=own)
    assert large.cursors[1] is not None, "but only once"
