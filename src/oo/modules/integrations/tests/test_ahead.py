"""Pages that come ahead: one, no more, in order; what goes wrong is told where it happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from oo.contracts.connectors import TryLater
from oo.modules.integrations.ahead import ahead

pytestmark = pytest.mark.anyio
PATIENCE = 30


class Pages:
    """Pages 1, 2, 3 …; each says when it is asked for."""

    def __init__(self, last: int = 3, breaks_at: int = 0) -> None:
        self.last, self.breaks_at = last, breaks_at
        self.asked = [asyncio.Event() for _ in range(last + 1)]
        self.closed = False
        self.held = asyncio.Event()
        self.held.set()

    async def __call__(self) -> AsyncGenerator[int, None]:
        try:
            for page in range(1, self.last + 1):
                self.asked[page].set()
                await self.held.wait()
                if page == self.breaks_at:
                    raise TryLater("away")
                yield page
        finally:
            self.closed = True


async def test_the_next_page_is_asked_for_while_this_one_is_stored() -> None:
    pages, stored = Pages(), []
    async with aclosing(ahead(pages())) as found:
        async for page in found:
            if page < pages.last:
                await asyncio.wait_for(pages.asked[page + 1].wait(), PATIENCE)
            stored.append(page)
    assert stored == [1, 2, 3]
    assert pages.closed


async def test_one_waits_and_no_more() -> None:
    pages = Pages()
    async with aclosing(ahead(pages())) as found:
        await anext(found)
        await asyncio.wait_for(pages.asked[2].wait(), PATIENCE)
        for _ in range(20):
            await asyncio.sleep(0)
        assert not pages.asked[3].is_set()


async def test_what_came_before_a_failure_is_stored_first() -> None:
    pages, stored = Pages(breaks_at=3), list[int]()

    async def store() -> None:
        async for page in ahead(pages()):
            stored.append(page)

    with pytest.raises(TryLater):
        await store()
    assert stored == [1, 2]


async def test_who_stops_in_between_ends_what_is_being_fetched() -> None:
    pages = Pages()

    async def store() -> None:
        async with aclosing(ahead(pages())) as found:
            async for page in found:
                pages.held.clear()
                await asyncio.wait_for(pages.asked[2].wait(), PATIENCE)
                raise ZeroDivisionError(page)

    with pytest.raises(ZeroDivisionError):
        await store()
    assert pages.closed
